// Rows of heads packed for the tile products, and results unpacked.
//   columns form  of rows [n][d]: for every tile of rows [units of d][rows of the tile], to contract d
//   rows form     of rows [n][d]: for every tile of d [units of n][d of the tile], to contract n
//   panel         of TILE_COLUMNS lanes: [units of d][TILE_COLUMNS]
//   lane panels   of all lanes of a task: for every TILE_COLUMNS of d [units of lanes][TILE_COLUMNS], to contract lanes

static int64_t even_height(int64_t rows) {
    int64_t tiles = (rows + CK_TILE_ROWS - 1) / CK_TILE_ROWS;
    return (rows + tiles - 1) / tiles;
}

CK_INLINE int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
CK_INLINE int64_t units_of(const bool pairs, int64_t count) { return pairs ? (count + 1) / 2 : count; }

enum { F32_RUN = 32 };

CK_INLINE void packed_product(
    const bool pairs, int64_t rows, int64_t units, const uint32_t *a, const uint32_t *b, int64_t ldb, float *c, int64_t ldc,
    bool add) {
    if (pairs) {
        packed_product_bf16((int)rows, units, a, b, ldb, c, ldc, add);
        return;
    }
    // Rounding errors grow with the length of a sum, so those of f32 are made of short ones.
    for (int64_t unit = 0; unit < units; unit += F32_RUN) {
        int64_t some = units - unit < F32_RUN ? units - unit : F32_RUN;
        packed_product_f32((int)rows, some, a + unit * rows, b + unit * ldb, ldb, c, ldc, add || unit > 0);
    }
}

CK_INLINE void lane_product(
    const bool pairs, int64_t rows, int64_t units, const uint32_t *a, const uint32_t *b, float *c, int64_t ldc, bool add) {
    if (pairs) lane_product_bf16((int)rows, units, a, b, TILE_COLUMNS, c, ldc, add);
    else lane_product_f32((int)rows, units, a, b, TILE_COLUMNS, c, ldc, add);
}

// A row of d elements as words to contract d; where the caller's row does not serve, in buffer.
CK_INLINE const uint32_t *row_words(
    const bool pairs, const ck_attention *a, const void *base, int64_t index, uint32_t *buffer) {
    int64_t d = a->head_dimension;
    if (a->type == CK_FLOAT32) return (const uint32_t *)base + index;
    const ck_bf16 *row = (const ck_bf16 *)base + index;
    if (!pairs) {
        CK_NAME(ck_convert_bf16_f32)(d, row, (float *)buffer);
        return buffer;
    }
    if (d % 2 == 0) return (const uint32_t *)row;
    memcpy(buffer, row, (size_t)d * 2);
    ((ck_bf16 *)buffer)[d] = 0;
    return buffer;
}

static void write_row(const ck_attention *a, void *base, int64_t index, const float *row) {
    if (a->type == CK_FLOAT32) memcpy((float *)base + index, row, (size_t)a->head_dimension * 4);
    else CK_NAME(ck_convert_f32_bf16)(a->head_dimension, row, (ck_bf16 *)base + index);
}

static int64_t key_index(const ck_attention *a, int64_t row, int64_t kv_head) {
    return (row * a->kv_heads + kv_head) * a->head_dimension;
}

// Lanes one after the other, as rows of [tokens, heads].
typedef struct {
    int64_t row, member, group, heads;
} lane_walk;

static lane_walk walk_lanes(const ck_attention_work *w, const ck_lane_task *task, int64_t lane, int64_t kv_head) {
    const ck_attention *a = w->attention;
    int64_t group = a->heads / a->kv_heads, first = task->first_lane + lane;
    int64_t token = w->segments[task->segment].query_start + first / group;
    return (lane_walk){token * a->heads + kv_head * group + first % group, first % group, group, a->heads};
}

CK_INLINE int64_t next_lane(lane_walk *walk) {
    int64_t row = walk->row++;
    if (++walk->member == walk->group) {
        walk->member = 0;
        walk->row += walk->heads - walk->group;
    }
    return row;
}

CK_INLINE void copy_words(int64_t count, const uint32_t *from, uint32_t *to) {
#ifdef CK_AVX512
    int64_t i = 0;
    for (; i + 16 <= count; i += 16) _mm512_storeu_si512(to + i, _mm512_loadu_si512(from + i));
    __mmask16 mask = (__mmask16)((1u << (count - i)) - 1);
    if (i < count) _mm512_mask_storeu_epi32(to + i, mask, _mm512_maskz_loadu_epi32(mask, from + i));
#else
    for (int64_t i = 0; i < count; i++) to[i] = from[i];
#endif
}

// Words to contract rows: elements from `first` on of a pair of rows, or of the even one alone.
CK_INLINE void join_rows(
    const bool pairs, int64_t count, const uint32_t *even, const uint32_t *odd, int64_t first, uint32_t *out) {
    if (!pairs) copy_words(count, even + first, out);
    else CK_NAME(ck_zip_halves)(count, count, (const ck_bf16 *)even + first, (const ck_bf16 *)odd + first, out, 0);
}

// Keys or values of a block in columns form, in rows form, or both.
CK_INLINE void pack_block(
    const bool pairs, const ck_attention *a, const void *base, const ck_key_block *block, int64_t kv_head, uint32_t *columns,
    uint32_t *rows) {
    int64_t d = a->head_dimension, units = units_of(pairs, d), height = even_height(block->count), slice = even_height(d);
    uint32_t wide[CK_TILE_ROWS * units], joined[d + CK_LANES];
    for (int64_t first = 0; columns && first < block->count; first += height) {
        int64_t here = least(height, block->count - first);
        for (int64_t i = 0; i < here; i++) {
            int64_t index = key_index(a, block->row + first + i, kv_head);
            const uint32_t *words = row_words(pairs, a, base, index, wide + i * units);
            if (words != wide + i * units) copy_words(units, words, wide + i * units);
        }
        CK_NAME(ck_transpose_words)(here, units, wide, units, columns + first * units, here);
    }
    int64_t key_units = units_of(pairs, block->count), step = pairs ? 2 : 1;
    for (int64_t key = 0; rows && key < block->count; key += step) {
        int64_t index = key_index(a, block->row + key, kv_head), next = key_index(a, block->row + key + 1, kv_head);
        const uint32_t *even = row_words(pairs, a, base, index, wide), *odd = wide + units;
        if (key + 1 < block->count) odd = row_words(pairs, a, base, next, wide + units);
        else memset(wide + units, 0, (size_t)units * 4);
        join_rows(pairs, d, even, odd, 0, joined);
        for (int64_t x = 0; x < d; x += slice) {
            int64_t here = least(slice, d - x);
            copy_words(here, joined + x, rows + x * key_units + key / step * here);
        }
    }
}

// A task's queries or output gradients as panels and, where lane_panels is given, as lane panels. Lanes behind the last
// are 0.
CK_INLINE void pack_lanes(
    const bool pairs, const ck_attention_work *w, const ck_lane_task *task, int64_t kv_head, const void *base,
    uint32_t *panels, uint32_t *lane_panels) {
    const ck_attention *a = w->attention;
    int64_t d = a->head_dimension, units = units_of(pairs, d);
    uint32_t wide[TILE_COLUMNS * units];
    lane_walk walk = walk_lanes(w, task, 0, kv_head);
    for (int64_t lane = 0; lane < task->lanes; lane += TILE_COLUMNS) {
        for (int64_t i = 0; i < TILE_COLUMNS; i++) {
            uint32_t *row = wide + i * units;
            if (lane + i >= task->lanes) {
                memset(row, 0, (size_t)units * 4);
                continue;
            }
            int64_t index = next_lane(&walk) * d;
            // The rows lie too far apart for the processor to see what comes next.
            const char *next_panel = element(a->type, base, index + TILE_COLUMNS / walk.group * walk.heads * d);
            for (int64_t byte = 0; byte < units * 4; byte += 64) __builtin_prefetch(next_panel + byte);
            const uint32_t *words = row_words(pairs, a, base, index, row);
            if (words != row) copy_words(units, words, row);
        }
        CK_NAME(ck_transpose_words)(TILE_COLUMNS, units, wide, units, panels + lane * units, TILE_COLUMNS);
        if (!lane_panels) continue;
        int64_t step = pairs ? 2 : 1, lane_units = CK_BLOCK_LANES / step;
        for (int64_t x = 0; x < d; x += TILE_COLUMNS) {
            int64_t here = least(TILE_COLUMNS, d - x);
            uint32_t *out = lane_panels + (x / TILE_COLUMNS * lane_units + lane / step) * TILE_COLUMNS;
            for (int64_t i = 0; i < TILE_COLUMNS; i += step, out += TILE_COLUMNS) {
                join_rows(pairs, here, wide + i * units, wide + (i + step - 1) * units, x, out);
                if (here < TILE_COLUMNS) memset(out + here, 0, (size_t)(TILE_COLUMNS - here) * 4);
            }
        }
    }
}

// Writes one panel of lanes kept as [d][TILE_COLUMNS], each lane multiplied by its factor.
static void unpack_panel(
    const ck_attention_work *w, const ck_lane_task *task, int64_t lane, int64_t kv_head, const float *panel, const float *factor,
    void *base) {
    int64_t d = w->attention->head_dimension;
    float wide[TILE_COLUMNS * d];
    CK_NAME(ck_transpose_words)(d, TILE_COLUMNS, (const uint32_t *)panel, TILE_COLUMNS, (uint32_t *)wide, d);
    lane_walk walk = walk_lanes(w, task, lane, kv_head);
    for (int64_t i = 0; i < TILE_COLUMNS && lane + i < task->lanes; i++) {
        CK_NAME(ck_scale_f32)(d, factor[i], wide + i * d);
        write_row(w->attention, base, next_lane(&walk) * d, wide + i * d);
    }
}

// What a panel of a task, its lanes from `lane` on, sees of a block whose first key has the given position. Whole tiles of
// keys, because that is what the products compute. No rows where it sees nothing.
CK_INLINE panel_view view_of(
    const ck_attention_work *w, const ck_lane_task *task, int64_t lane, int64_t position, const ck_key_block *block) {
    const ck_attention *a = w->attention;
    const ck_segment *segment = w->segments + task->segment;
    int64_t group = a->heads / a->kv_heads, height = even_height(block->count);
    int64_t before = w->parts[task->segment].position + segment->key_count - segment->query_count + 1 - position;
    int64_t last = least(lane + TILE_COLUMNS, task->lanes) - 1;
    int64_t most = before + (task->first_lane + last) / group, clear = before + (task->first_lane + lane) / group;
    panel_view view = {.rows = 0};
    if (most <= 0) return view;
    view.rows = least(block->count, (most + height - 1) / height * height);
    view.clear = clear < 0 ? 0 : least(clear, view.rows);
    if (view.clear == view.rows) return view;
    for (int half = 0; half < 2; half++) {
        for (int i = 0; i < CK_LANES; i++) {
            int64_t at = least(lane + half * CK_LANES + i, task->lanes - 1);
            view.visible[half][i] = (int32_t)least(before + (task->first_lane + at) / group, block->count);
        }
    }
    return view;
}
