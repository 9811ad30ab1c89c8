// The forward pass of the lanes of one task over the blocks of keys on its path, with the softmax kept running
// (Milakov and Gimelshein, arXiv 1805.02867; Dao, arXiv 2307.08691). The scores of a panel and a block never leave the
// first-level cache.

CK_INLINE void forward_lanes(const bool pairs, const ck_attention_work *w, const ck_lane_task *task, int64_t kv_head) {
    const ck_attention *a = w->attention;
    const float log2_e = 1.44269504f;
    int64_t d = a->head_dimension, units = units_of(pairs, d), slice = even_height(d);
    int64_t padded = (task->lanes + TILE_COLUMNS - 1) / TILE_COLUMNS * TILE_COLUMNS;
    uint32_t *panels = ck_scratch(
        CK_SCRATCH_ATTENTION, ((units + d) * padded + 2 * CK_BLOCK_KEYS * TILE_COLUMNS) * 4);
    float *output = (float *)(panels + units * padded), *scores = output + d * padded;
    uint32_t *words = pairs ? (uint32_t *)scores + CK_BLOCK_KEYS * TILE_COLUMNS : (uint32_t *)scores;
    panel_softmax softmax[CK_BLOCK_LANES / TILE_COLUMNS];
    for (int64_t panel = 0; panel < padded / TILE_COLUMNS; panel++) {
        for (int half = 0; half < 2; half++) {
            softmax[panel].maximum[half] = all_lanes(-INFINITY);
            softmax[panel].total[half] = (lanes_f32){0};
        }
    }
    pack_lanes(pairs, w, task, kv_head, a->queries, panels, NULL);

    const ck_attention_part *own = w->parts + task->segment;
    for (int64_t step = 0; step < own->depth; step++) {
        const ck_attention_part *part = w->parts + w->paths[own->path + step];
        int64_t position = part->position;
        for (int64_t i = 0; i < part->blocks && position < task->visible; i++) {
            const ck_key_block *block = w->blocks + part->first_block + i;
            int64_t packed = kv_head * w->packed_rows + block->packed, key_units = units_of(pairs, block->count);
            int64_t height = even_height(block->count);
            const uint32_t *keys = w->key_columns + packed * units;
            const uint32_t *values = w->value_rows + (pairs ? packed / 2 : packed) * d;
            for (int64_t lane = 0; lane < padded; lane += TILE_COLUMNS) {
                panel_view view = view_of(w, task, lane, position, block);
                if (view.rows == 0) continue;
                for (int64_t row = 0; row < view.rows; row += height) {
                    packed_product(
                        pairs, least(height, view.rows - row), units, keys + row * units, panels + lane * units, TILE_COLUMNS,
                        scores + row * TILE_COLUMNS, TILE_COLUMNS, false);
                }
                lanes_f32 factor[2];
                panel_softmax *sums = softmax + lane / TILE_COLUMNS;
                float *out = output + lane * d;
                bool rose = raise_maximum(&view, a->scale * log2_e, scores, sums, factor);
                for (int64_t x = 0; rose && position > 0 && x < d; x++) {
                    *(lanes_f32 *)(out + x * TILE_COLUMNS) *= factor[0];
                    *(lanes_f32 *)(out + x * TILE_COLUMNS + CK_LANES) *= factor[1];
                }
                exponentiate(pairs, view.rows, scores, sums, words);
                for (int64_t x = 0; x < d; x += slice) {
                    packed_product(
                        pairs, least(slice, d - x), units_of(pairs, view.rows), values + x * key_units, words, TILE_COLUMNS,
                        out + x * TILE_COLUMNS, TILE_COLUMNS, position > 0);
                }
            }
            position += block->count;
        }
    }
    for (int64_t lane = 0; lane < padded; lane += TILE_COLUMNS) {
        const panel_softmax *sums = softmax + lane / TILE_COLUMNS;
        float factor[TILE_COLUMNS];
        const float *maximum = (const float *)sums->maximum, *total = (const float *)sums->total;
        for (int i = 0; i < TILE_COLUMNS; i++) factor[i] = 1 / total[i];
        lane_walk walk = walk_lanes(w, task, lane, kv_head);
        for (int64_t i = 0; i < TILE_COLUMNS && lane + i < task->lanes; i++) {
            float *kept = a->softmax + 2 * next_lane(&walk);
            kept[0] = maximum[i];
            kept[1] = total[i];
        }
        unpack_panel(w, task, lane, kv_head, output + lane * d, factor, a->output);
    }
}

void CK_NAME(ck_attention_forward_lanes)(const ck_attention_work *w, const ck_lane_task *task, int64_t kv_head) {
    if (w->pairs) forward_lanes(true, w, task, kv_head);
    else forward_lanes(false, w, task, kv_head);
}
