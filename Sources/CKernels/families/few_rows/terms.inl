// The terms of a product: pieces of rows of W, and what is fetched meanwhile.

enum {
    FEW_X_BYTES = 32 << 10,   // of a tile's rows of x, which stay in the first-level cache while rows of W go by
    FEW_ROW_BYTES = 4 << 10,  // of a row of W that is read where it lies, while several tiles of rows of x go by
    FEW_PANEL_BYTES = 3 << 9, // of a row of a panel, which stays in the first-level cache beside as much of x
    FEW_AHEAD_ROWS = 8,       // of W between what is multiplied and what is fetched from memory,
    FEW_AHEAD_BYTES = 8 << 10  // and at least these
};

// The elements along k that all rows of x are multiplied by before the next ones.
static inline int64_t few_piece(int64_t m, int64_t bytes, int64_t bytes_of_element) {
    if (m <= FEW_HEIGHT) bytes = FEW_X_BYTES / m;
    return bytes / bytes_of_element / (2 * FEW_STEP) * (2 * FEW_STEP);
}

// The rows of the next tile where `left` are left, so that tiles are of even height.
static inline int few_height(int64_t left) {
    int64_t tiles = (left + FEW_HEIGHT - 1) / FEW_HEIGHT;
    return (int)((left + tiles - 1) / tiles);
}

// The rows of W that a thread multiplies: those wanted now, from `row` on, and from which row on they are another's, whose
// end is `next`.
typedef struct {
    int64_t row, end, next;
} few_place;

// What to fetch while the rows at a place are multiplied by m rows of x, in steps of so many elements along k.
static inline few_fetch few_fetch_at(const few_place *place, int64_t m, int64_t k, int64_t step, const void *w, int64_t ldw) {
    few_fetch fetch = {.end = place->end - place->row, .jump = place->next - place->end};
    if (m <= FEW_HEIGHT) {
        int64_t rows = ldw > 0 ? FEW_AHEAD_BYTES / ldw : 0;
        fetch.rows = (rows + FEW_AHEAD_ROWS) / FEW_AHEAD_ROWS * FEW_AHEAD_ROWS;
        return fetch;
    }
    int64_t row = FEW_COLUMNS < fetch.end ? FEW_COLUMNS : FEW_COLUMNS + fetch.jump;
    int64_t tiles = (m + FEW_HEIGHT - 1) / FEW_HEIGHT * (FEW_COLUMNS / FEW_DENSE_COLUMNS(FEW_HEIGHT));
    fetch.next = (const char *)w + row * ldw;
    fetch.bytes_of_step = FEW_COLUMNS * ldw / (tiles * (k + step - 1) / step) + 1;
    return fetch;
}

// The product of the operands with every row of x.
static inline void few_tiles(few_tile *tile, few_operands *all, int columns, int64_t m, int64_t bytes_of_element) {
    few_operands operands = *all;
    int64_t piece = few_piece(m, FEW_ROW_BYTES, bytes_of_element);
    for (; operands.from < all->to; operands.from += piece, operands.first = false) {
        operands.to = all->to - operands.from < piece ? all->to : operands.from + piece;
        operands.last = all->last && operands.to == all->to;
        for (int first = 0, width; first < columns; first += width) {
            for (int64_t row = 0, rows; row < m; row += rows) {
                rows = few_height(m - row);
                operands.x = (const char *)all->x + row * all->ldx;
                operands.parts = all->parts + row;
                operands.sums = all->sums + row * FEW_COLUMNS;
                width = tile(&operands, first, columns - first, (int)rows);
            }
        }
    }
    all->fetch = operands.fetch;
}

#if defined(CK_AVX512)
// Asks for the scales of the columns after the next, which are wanted at once when their turn comes.
static inline void few_prefetch_scales(const ck_blocks4 *blocks, int64_t first, int64_t count) {
    const char *start = blocks->absmax ? (const char *)(blocks->absmax + first) : (const char *)blocks->absmax_codes + first;
    for (int64_t i = 0, bytes = blocks->absmax ? 4 * count : count; i < bytes; i += 64) __builtin_prefetch(start + i);
}

// Adds the part of a term whose codes can be looked up in registers.
static inline void few_codes_term(
    const ck_few_rows_job *job, const ck_gemm_term *term, few_operands o, const few_place *place, int columns,
    few_scale_map *map) {
    const ck_blocks4 *blocks = &term->b.blocks;
    int64_t blocks_of_row = term->k / blocks->block_size;
    float *scales = ck_scratch(CK_SCRATCH_ROWS, FEW_COLUMNS * (term->k / FEW_STEP) * 4);
    few_prefetch_scales(blocks, (place->row + 2 * FEW_COLUMNS) * blocks_of_row, columns * blocks_of_row);
    few_scales(map, blocks, place->row * blocks_of_row, columns * blocks_of_row, blocks->block_size / FEW_STEP, scales);
    o.lds = term->k / FEW_STEP;
    o.scales = scales;
    o.ldw = term->k / 2;
    o.w = blocks->codes + place->row * o.ldw;
    o.table = ck_code_table(term->b.type);
    bool wide = job->compute == CK_FLOAT32;
    int64_t size = wide ? (int64_t)sizeof(float) : (int64_t)sizeof(few_narrow);
    o.fetch = few_fetch_at(place, job->m, term->k, CK_LANES * 4 / size, o.w, o.ldw);
#if defined(CK_AVX512BF16)
    few_tile *of_codes = wide ? few_tile_codes_f32 : few_tile_codes_bf16, *dense = wide ? few_tile_f32 : few_tile_bf16;
#else
    few_tile *of_codes = few_tile_codes_f32, *dense = few_tile_f32;
#endif
    if (job->m <= FEW_HEIGHT) {
        few_tiles(of_codes, &o, columns, job->m, size);
        return;
    }
    // Looked up but once for all rows.
    int64_t piece = few_piece(job->m, FEW_PANEL_BYTES, size), stride = piece + 32;
    char *panel = ck_scratch(CK_SCRATCH_PANEL, FEW_COLUMNS * stride * size);
    few_operands expanded = o;
    expanded.w = panel;
    expanded.ldw = stride * size;
    for (int64_t end = o.to; o.from < end; o.from += piece, expanded.first = false) {
        o.to = end - o.from < piece ? end : o.from + piece;
#if defined(CK_AVX512BF16)
        if (!wide) few_expand_bf16(&o, columns, (ck_bf16 *)panel, stride);
        else
#endif
        few_expand_f32(&o, columns, (float *)panel, stride);
        expanded.to = o.to - o.from;
        expanded.last = o.last && o.to == end;
        expanded.x = (const char *)o.x + o.from * size;
        few_tiles(dense, &expanded, columns, job->m, size);
    }
}
#endif

#if defined(CK_AVX512BF16)
// Adds the part of a term in blocks of 8 bits.
static inline void few_blocks8_term(
    const ck_few_rows_job *job, const ck_gemm_term *term, few_operands o, const few_place *place, int columns) {
    int64_t size = sizeof(few_narrow), end = term->k;
    o.ldw = end / CK_BLOCK8_ELEMENTS * CK_BLOCK8_BYTES;
    o.w = (const char *)term->b.data + place->row * o.ldw;
    o.to = end;
    o.fetch = few_fetch_at(place, job->m, end, CK_BLOCK8_ELEMENTS, o.w, o.ldw);
    if (job->m <= FEW_HEIGHT) {
        few_tiles(few_tile_blocks8, &o, columns, job->m, size);
        return;
    }
    // Scaled and rounded but once for all rows.
    int64_t piece = few_piece(job->m, FEW_PANEL_BYTES, size), stride = piece + 32;
    ck_bf16 *panel = ck_scratch(CK_SCRATCH_PANEL, FEW_COLUMNS * stride * size);
    few_operands expanded = o;
    expanded.w = panel;
    expanded.ldw = stride * size;
    for (; o.from < end; o.from += piece, expanded.first = false) {
        expanded.to = end - o.from < piece ? end - o.from : piece;
        for (int i = 0; i < columns; i++) {
            const uint8_t *row = (const uint8_t *)o.w + i * o.ldw;
            CK_NAME(ck_dequantize8_bf16)(row, o.from, expanded.to, panel + i * stride);
        }
        expanded.last = o.last && o.from + expanded.to == end;
        expanded.x = (const char *)o.x + o.from * size;
        few_tiles(few_tile_bf16, &expanded, columns, job->m, size);
    }
}
#endif

// Adds one term's part of `columns` columns of c.
static inline void few_term(
    const ck_few_rows_job *job, const ck_gemm_term *term, few_operands o, const few_place *place, int columns,
    few_scale_map *map) {
    bool wide = job->compute == CK_FLOAT32;
    int64_t size = wide ? (int64_t)sizeof(float) : (int64_t)sizeof(few_narrow);
    const char *x = o.x;
    bool last = o.last;
    o.to = few_padded(term->k);
    o.ldx = few_stride(term->k) * size;
#if defined(CK_AVX512)
    if (few_takes_codes(job->compute, term)) {
        few_codes_term(job, term, o, place, columns, map);
        return;
    }
#endif
#if defined(CK_AVX512BF16)
    few_tile *tile = wide ? few_tile_f32 : few_tile_bf16;
    if (!wide && term->b.type == CK_Q8_0) {
        few_blocks8_term(job, term, o, place, columns);
        return;
    }
#else
    few_tile *tile = few_tile_f32;
#endif
    // A weight that is stored as products take it is read where it lies. Any other, and the rest of a row that is no whole
    // step, is widened or rounded a piece at a time in the first-level cache.
    bool in_place = wide ? term->b.type == CK_FLOAT32 : term->b.type == CK_BFLOAT16 && size == 2;
    int64_t at = in_place ? term->k / FEW_STEP * FEW_STEP : 0;
    if (at > 0) {
        o.ldw = term->b.ld * size;
        o.w = (const char *)term->b.data + place->row * o.ldw;
        o.to = at;
        o.last = last && at == term->k;
        o.fetch = few_fetch_at(place, job->m, at, CK_LANES * 4 / size, o.w, o.ldw);
        few_tiles(tile, &o, columns, job->m, size);
        o.first = false;
    }
    char *pieces = ck_scratch(CK_SCRATCH_PANEL, FEW_COLUMNS * FEW_PIECE * 4);
    o.w = pieces;
    o.ldw = FEW_PIECE * size;
    o.from = 0;
    o.fetch = (few_fetch){0};
    for (int64_t count; at < term->k; at += count, o.first = false) {
        count = term->k - at < FEW_PIECE ? term->k - at : FEW_PIECE;
        o.to = few_padded(count);
        for (int i = 0; i < columns; i++) {
            char *piece = pieces + i * FEW_PIECE * size;
            if (wide) few_floats(&term->b, place->row + i, at, count, (float *)piece);
            else few_narrows(&term->b, place->row + i, at, count, (few_narrow *)piece);
            memset(piece + count * size, 0, (size_t)((o.to - count) * size));
        }
        o.x = x + at * size;
        o.last = last && at + count == term->k;
        few_tiles(tile, &o, columns, job->m, size);
    }
}
