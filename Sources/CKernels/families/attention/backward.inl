// The backward pass of the lanes of one task over the blocks of keys on its path. Probabilities are computed again from
// the kept maximum and sum of every softmax. The gradients of keys and values are sums over tasks: each adds to a block when the tasks before it
// have, so the order of every sum is fixed and one set of sums serves any number of threads.

static void await_turn(atomic_int *turn, int64_t number) {
    for (int spin = 0; atomic_load_explicit(turn, memory_order_acquire) != number; spin++) {
        if (spin < 1000) {
#if defined(__x86_64__)
            __builtin_ia32_pause();
#endif
        } else {
            sched_yield();
        }
    }
}

typedef struct {
    uint32_t *queries, *query_lanes, *gradients, *gradient_lanes;  // panels and lane panels
    float *maximum, *share, *delta;                                // of each lane; share is 1 / the sum
    float *query_gradient;                                         // panels [d][TILE_COLUMNS]
    float *scores, *score_gradients;                               // of one panel; in the block's rows where those are f32
    block_rows rows;
    int64_t padded;  // lanes in whole panels
} backward_memory;

static backward_memory reserve(const bool pairs, const ck_attention_work *w, const ck_lane_task *task) {
    int64_t d = w->attention->head_dimension, units = units_of(pairs, d), step = pairs ? 2 : 1;
    int64_t padded = (task->lanes + TILE_COLUMNS - 1) / TILE_COLUMNS * TILE_COLUMNS;
    int64_t lane_words = CK_BLOCK_LANES / step * w->sum_width, row_words = CK_BLOCK_KEYS * CK_BLOCK_LANES / step;
    int64_t panel_words = CK_BLOCK_KEYS * TILE_COLUMNS;
    uint32_t *next = ck_scratch(
        CK_SCRATCH_ATTENTION,
        ((2 * units + d) * padded + 2 * lane_words + 3 * CK_BLOCK_LANES + 2 * row_words + 3 * panel_words) * 4);
    backward_memory m = {.padded = padded};
    m.queries = next, next += units * padded;
    m.gradients = next, next += units * padded;
    m.query_gradient = (float *)next, next += d * padded;
    m.query_lanes = next, next += lane_words;
    m.gradient_lanes = next, next += lane_words;
    m.maximum = (float *)next, next += CK_BLOCK_LANES;
    m.share = (float *)next, next += CK_BLOCK_LANES;
    m.delta = (float *)next, next += CK_BLOCK_LANES;
    m.rows.probabilities = next, next += row_words;
    m.rows.gradients = next, next += row_words;
    m.rows.gradient_pairs = next, next += panel_words;
    m.scores = (float *)next, next += panel_words;
    m.score_gradients = (float *)next;
    return m;
}

CK_INLINE float row_product(const ck_type type, const ck_attention *a, int64_t index) {
#pragma clang fp reassociate(on)
    float sum = 0;
    for (int64_t x = index; x < index + a->head_dimension; x++) {
        sum += load(type, a->output, x) * load(type, a->output_gradient, x);
    }
    return sum;
}

// The kept maximum and sum of each lane, and the product of its output with its gradient.
static void read_lanes(const ck_attention_work *w, const ck_lane_task *task, int64_t kv_head, backward_memory *m) {
    const ck_attention *a = w->attention;
    memset(m->maximum, 0, CK_BLOCK_LANES * 4);
    memset(m->share, 0, CK_BLOCK_LANES * 4);
    memset(m->delta, 0, CK_BLOCK_LANES * 4);
    lane_walk walk = walk_lanes(w, task, 0, kv_head);
    for (int64_t lane = 0; lane < task->lanes; lane++) {
        int64_t row = next_lane(&walk), index = row * a->head_dimension;
        m->maximum[lane] = a->softmax[2 * row];
        m->share[lane] = 1 / a->softmax[2 * row + 1];
        m->delta[lane] = a->type == CK_FLOAT32 ? row_product(CK_FLOAT32, a, index) : row_product(CK_BFLOAT16, a, index);
    }
}

// Scores, their gradients, and what they carry to the queries, for one panel and one block.
CK_INLINE void differentiate_panel(
    const bool pairs, const ck_attention_work *w, backward_memory *m, const panel_view *view, int64_t lane, int64_t kv_head,
    int64_t position, const ck_key_block *block) {
    const ck_attention *a = w->attention;
    int64_t d = a->head_dimension, units = units_of(pairs, d), slice = even_height(d), height = even_height(block->count);
    int64_t packed = kv_head * w->packed_rows + block->packed, key_units = units_of(pairs, block->count);
    block_rows out = m->rows;
    out.probabilities += pairs ? lane / 2 : lane;
    out.gradients += pairs ? lane / 2 : lane;
    // Rows of f32 are worked on in place.
    float *scores = pairs ? m->scores : (float *)out.probabilities;
    float *gradients = pairs ? m->score_gradients : (float *)out.gradients;
    int64_t lds = pairs ? TILE_COLUMNS : CK_BLOCK_LANES;
    for (int64_t row = 0; row < view->rows; row += height) {
        int64_t here = least(height, view->rows - row), first = (packed + row) * units;
        packed_product(
            pairs, here, units, w->key_columns + first, m->queries + lane * units, TILE_COLUMNS, scores + row * lds, lds,
            false);
        packed_product(
            pairs, here, units, w->value_columns + first, m->gradients + lane * units, TILE_COLUMNS, gradients + row * lds,
            lds, false);
    }
    differentiate(
        pairs, view, a->scale * 1.44269504f, m->maximum + lane, m->share + lane, m->delta + lane, scores, gradients, lds, out);
    const uint32_t *rows = w->key_rows + (pairs ? packed / 2 : packed) * d;
    for (int64_t x = 0; x < d; x += slice) {
        packed_product(
            pairs, least(slice, d - x), units_of(pairs, view->rows), rows + x * key_units,
            pairs ? out.gradient_pairs : out.gradients, pairs ? TILE_COLUMNS : CK_BLOCK_LANES,
            m->query_gradient + lane * d + x * TILE_COLUMNS, TILE_COLUMNS, position > 0);
    }
}

// Adds the lanes' part to the gradients of a block's keys and values; first_lane[tile] is the first lane that sees the tile.
CK_INLINE void add_block_gradients(
    const bool pairs, const ck_attention_work *w, const backward_memory *m, int64_t kv_head, const ck_key_block *block,
    int64_t rows, const int64_t *first_lane, bool add) {
    int64_t width = w->sum_width, height = even_height(block->count), step = pairs ? 2 : 1;
    int64_t sums = (kv_head * w->packed_rows + block->packed) * width;
    for (int64_t x = 0; x < width; x += TILE_COLUMNS) {
        for (int64_t row = 0; row < rows; row += height) {
            int64_t first = first_lane[row / height] / step, here = least(height, rows - row);
            int64_t units = m->padded / step - first, place = row * (CK_BLOCK_LANES / step) + first;
            int64_t panel = (x / TILE_COLUMNS * (CK_BLOCK_LANES / step) + first) * TILE_COLUMNS;
            float *keys = w->key_sums + sums + row * width + x, *values = w->value_sums + sums + row * width + x;
            int64_t run = pairs ? units : F32_RUN;
            for (int64_t unit = 0; unit < units; unit += run) {
                int64_t some = least(run, units - unit), at = panel + unit * TILE_COLUMNS;
                bool more = add || unit > 0;
                lane_product(pairs, here, some, m->rows.probabilities + place + unit, m->gradient_lanes + at, values, width, more);
                lane_product(pairs, here, some, m->rows.gradients + place + unit, m->query_lanes + at, keys, width, more);
            }
        }
    }
}

CK_INLINE void backward_lanes(const bool pairs, const ck_attention_work *w, const ck_lane_task *task, int64_t kv_head) {
    const ck_attention *a = w->attention;
    backward_memory m = reserve(pairs, w, task);
    pack_lanes(pairs, w, task, kv_head, a->queries, m.queries, m.query_lanes);
    pack_lanes(pairs, w, task, kv_head, a->output_gradient, m.gradients, m.gradient_lanes);
    read_lanes(w, task, kv_head, &m);

    const ck_attention_part *own = w->parts + task->segment;
    for (int64_t step = 0; step < own->depth; step++) {
        const ck_attention_part *part = w->parts + w->paths[own->path + step];
        int64_t position = part->position, number = w->turns[task->turns + step];
        for (int64_t i = 0; i < part->blocks && position < task->visible; i++) {
            const ck_key_block *block = w->blocks + part->first_block + i;
            int64_t height = even_height(block->count), rows = 0, first_lane[CK_BLOCK_KEYS];
            for (int64_t lane = 0; lane < m.padded; lane += TILE_COLUMNS) {
                panel_view view = view_of(w, task, lane, position, block);
                // Later lanes see more: the tiles that are new with this panel are first seen by it.
                for (; rows < view.rows; rows = least(rows + height, view.rows)) first_lane[rows / height] = lane;
                if (view.rows > 0) differentiate_panel(pairs, w, &m, &view, lane, kv_head, position, block);
            }
            atomic_int *turn = w->turn + kv_head * w->block_count + part->first_block + i;
            await_turn(turn, number);
            add_block_gradients(pairs, w, &m, kv_head, block, rows, first_lane, number > 0);
            atomic_store_explicit(turn, (int)number + 1, memory_order_release);
            position += block->count;
        }
    }
    float factor[TILE_COLUMNS];
    for (int i = 0; i < TILE_COLUMNS; i++) factor[i] = a->scale;
    for (int64_t lane = 0; lane < m.padded; lane += TILE_COLUMNS) {
        unpack_panel(w, task, lane, kv_head, m.query_gradient + lane * a->head_dimension, factor, a->query_gradient);
    }
}

void CK_NAME(ck_attention_backward_lanes)(const ck_attention_work *w, const ck_lane_task *task, int64_t kv_head) {
    if (w->pairs) backward_lanes(true, w, task, kv_head);
    else backward_lanes(false, w, task, kv_head);
}

void CK_NAME(ck_attention_pack_block)(const ck_attention_work *w, const ck_key_block *block, int64_t kv_head) {
    const ck_attention *a = w->attention;
    int64_t d = a->head_dimension, packed = kv_head * w->packed_rows + block->packed;
    int64_t columns = packed * units_of(w->pairs, d), rows = (w->pairs ? packed / 2 : packed) * d;
    uint32_t *key_rows = w->key_rows ? w->key_rows + rows : NULL, *value_rows = w->value_rows ? w->value_rows + rows : NULL;
    uint32_t *value_columns = w->value_columns ? w->value_columns + columns : NULL;
    if (w->pairs) {
        pack_block(true, a, a->keys, block, kv_head, w->key_columns + columns, key_rows);
        pack_block(true, a, a->values, block, kv_head, value_columns, value_rows);
    } else {
        pack_block(false, a, a->keys, block, kv_head, w->key_columns + columns, key_rows);
        pack_block(false, a, a->values, block, kv_head, value_columns, value_rows);
    }
}

// Rounds the sums of a block to the caller's gradients; 0 where no query saw it.
void CK_NAME(ck_attention_store_block)(const ck_attention_work *w, const ck_key_block *block, int64_t kv_head) {
    const ck_attention *a = w->attention;
    int64_t d = a->head_dimension, first = kv_head * w->packed_rows + block->packed;
    bool seen = w->turn[kv_head * w->block_count + (block - w->blocks)] > 0;
    float row[d];
    for (int64_t i = 0; i < block->count; i++) {
        const float *keys = w->key_sums + (first + i) * w->sum_width, *values = w->value_sums + (first + i) * w->sum_width;
        for (int64_t x = 0; x < d; x++) row[x] = seen ? keys[x] * a->scale : 0;
        write_row(a, a->key_gradient, key_index(a, block->row + i, kv_head), row);
        for (int64_t x = 0; x < d; x++) row[x] = seen ? values[x] : 0;
        write_row(a, a->value_gradient, key_index(a, block->row + i, kv_head), row);
    }
}
