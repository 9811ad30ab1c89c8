// Packs the operands of products into the layout of the tile kernels and walks the tiles on the pool.
//
//   packed a   for every tile of rows and every matrix [units][rows of the tile], made once and read by all threads
//   panel of b for every tile_columns columns [units_in_panel][tile_columns], per thread, in its second-level cache
//   sums       [rows of a block][PANEL_COLUMNS] f32, per thread, until every term and block of k has been added
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "product.h"

enum {
    BLOCK_ROWS = 2048,     // of c in one task at most: a weight is expanded once for each block
    FEWEST_ROWS = 128,     // of a block, where more blocks would feed more threads
    TASKS_PER_THREAD = 4,  // so that the last ones end together
    PACKED_BYTES = 64 << 20
};

static const packed_matrix *matrix_of(const product *p, const ck_gemm_term *term) {
    for (int i = 0; i < p->matrix_count; i++) {
        if (same_matrix(p->matrices[i].term, term)) return p->matrices + i;
    }
    return NULL;
}

static void add_matrix(product *p, const ck_gemm_term *term) {
    if (matrix_of(p, term)) return;
    if (p->matrix_count == CK_GEMM_MATRICES) {
        fprintf(stderr, "ck_gemm: more than %d different matrices in one call\n", CK_GEMM_MATRICES);
        abort();
    }
    packed_matrix matrix = {term, units_of(p, term->k), p->units};
    p->matrices[p->matrix_count++] = matrix;
    p->units += matrix.units;
}

// One tile of rows times a panel. `next` is the packed a of the next tile: it comes from beyond the second-level cache.
static void multiply_tile(
    const product *p, int height, int64_t units, const uint32_t *a, const uint32_t *next, const uint32_t *panel,
    int64_t columns, float *sums, bool accumulate) {
    int64_t width = p->kernels->tile_columns, part = ceiling_division(height * units, ceiling_division(columns, width));
    for (int64_t group = 0; group < columns; group += width, next += part) {
        const uint32_t *b = panel + group * units_in_panel(p);
        float *c = sums + group;
        if (p->kind == WORD_PAIR) {
            p->kernels->ck_gemm_tile_bf16(height, units, a, b, c, PANEL_COLUMNS, accumulate, next);
        } else {
            p->kernels->ck_gemm_tile_f32(
                height, units, (const float *)a, (const float *)b, c, PANEL_COLUMNS, accumulate, (const float *)next);
        }
    }
}

// A task: one block of rows times one panel of columns of one output. Where it stands along k, and what comes next.
typedef struct {
    const ck_gemm_output *output;
    int64_t column, columns, first_tile, end_tile;
    int term;
    int64_t unit, some;
} position;

static position first_position(const product *p, int64_t task) {
    int64_t panel = task / p->blocks;
    position at = {.output = p->outputs, .first_tile = task % p->blocks * p->tiles_in_block};
    for (; panel >= ceiling_division(at.output->n, PANEL_COLUMNS); at.output++) {
        panel -= ceiling_division(at.output->n, PANEL_COLUMNS);
    }
    at.end_tile = smaller(p->tiles, at.first_tile + p->tiles_in_block);
    at.column = panel * PANEL_COLUMNS;
    at.columns = smaller(PANEL_COLUMNS, at.output->n - at.column);
    return at;
}

// Finds the next stretch of k that is not empty, from at.term and at.unit on; false at the end of the terms.
static bool find_stretch(const product *p, position *at) {
    for (; at->term < at->output->terms; at->term++, at->unit = 0) {
        at->some = smaller(units_in_panel(p), units_of(p, at->output->term[at->term].k) - at->unit);
        if (at->some > 0) return true;
    }
    return false;
}

// What is packed after `at`: the next stretch, or the first of the task this thread is likely to take next.
static bool find_next(const product *p, const position *at, int64_t task, position *next) {
    *next = *at;
    next->unit += at->some;
    if (find_stretch(p, next)) return true;
    task += ck_thread_count();
    if (task >= p->blocks * p->panels) return false;
    *next = first_position(p, task);
    return find_stretch(p, next);
}

static void multiply(void *context, int64_t task) {
    const product *p = context;
    uint32_t *panel = ck_scratch(CK_SCRATCH_PANEL, units_in_panel(p) * PANEL_COLUMNS * 4);
    float *sums = ck_scratch(CK_SCRATCH_ACCUMULATOR, p->tiles_in_block * p->tile_height * PANEL_COLUMNS * 4);
    position at = first_position(p, task), next;
    bool first = true;
    for (; find_stretch(p, &at); at.unit += at.some, first = false) {
        const ck_gemm_term *term = at.output->term + at.term;
        const packed_matrix *matrix = matrix_of(p, term);
        ck_gemm_pack_panel(p, term, at.unit, at.some, at.column, at.columns, panel);
        bool more = !packs_from_memory(p) && find_next(p, &at, task, &next);
        for (int64_t tile = at.first_tile; tile < at.end_tile; tile++) {
            int64_t height = rows_of_tile(p, tile), distance = p->tile_height * p->units;
            const uint32_t *a = p->packed + tile * distance + (matrix->before + at.unit) * height;
            if (more) {
                ck_gemm_prefetch_panel(
                    p, next.output->term + next.term, next.unit, next.some, next.column, next.columns,
                    tile - at.first_tile, at.end_tile - at.first_tile);
            }
            multiply_tile(
                p, (int)height, at.some, a, tile + 1 < at.end_tile ? a + distance : a, panel, at.columns,
                sums + (tile - at.first_tile) * p->tile_height * PANEL_COLUMNS, !first);
        }
    }
    int64_t row = at.first_tile * p->tile_height, end = smaller(p->rows, at.end_tile * p->tile_height);
    if (first) memset(sums, 0, (size_t)((end - row) * PANEL_COLUMNS) * 4);
    for (int64_t i = row; i < end; i++) {
        store_sums(p->kernels, at.output, p->first_row + i, at.column, at.columns, sums + (i - row) * PANEL_COLUMNS);
    }
}

// Cuts the rows of this walk into tiles of even height, and those into blocks.
static void cut_rows(product *p) {
    p->tile_height = ceiling_division(p->rows, ceiling_division(p->rows, p->kernels->tile_rows));
    p->tiles = ceiling_division(p->rows, p->tile_height);
    int64_t wanted = ceiling_division(TASKS_PER_THREAD * ck_thread_count(), p->panels);
    int64_t blocks = smaller(wanted, ceiling_division(p->rows, FEWEST_ROWS));
    int64_t needed = ceiling_division(p->rows, BLOCK_ROWS);
    p->tiles_in_block = ceiling_division(p->tiles, blocks > needed ? blocks : needed);
    p->blocks = ceiling_division(p->tiles, p->tiles_in_block);
}

static word_kind kind_of(ck_type compute) {
    if (compute == CK_FLOAT32) return WORD_F32;
    return ck_active()->bf16_products ? WORD_PAIR : WORD_F32_FROM_BF16;
}

// Rows whose packed a may exist at once.
static int64_t rows_packed_at_once(int64_t units) {
    int64_t rows = PACKED_BYTES / ((units > 0 ? units : 1) * 4) / BLOCK_ROWS * BLOCK_ROWS;
    return rows < BLOCK_ROWS / 4 ? BLOCK_ROWS / 4 : rows;
}

int64_t ck_gemm_scratch_bytes(ck_type compute, int64_t m, int64_t k) {
    product p = {.kind = kind_of(compute)};
    int64_t units = units_of(&p, k), rows = smaller(m, rows_packed_at_once(units)), block = units_in_panel(&p);
    // A panel, sums, and the rows that a panel is turned from.
    int64_t own = block * PANEL_COLUMNS + smaller(m, BLOCK_ROWS) * PANEL_COLUMNS + 20 * block;
    return rows * units * 4 + ck_thread_count() * own * 4;
}

void ck_gemm(ck_type compute, int64_t m, int count, const ck_gemm_output *outputs) {
    if (compute == CK_BFLOAT16 && ck_gemm_onednn(m, count, outputs)) return;
    const ck_kernels *kernels = ck_active();
    product p = {
        .kernels = kernels,
        .kind = kind_of(compute),
        .m = m, .outputs = outputs, .count = count,
    };
    for (int o = 0; o < count; o++) {
        p.panels += ceiling_division(outputs[o].n, PANEL_COLUMNS);
        for (int t = 0; t < outputs[o].terms; t++) add_matrix(&p, outputs[o].term + t);
    }
    if (p.panels == 0) return;
    int64_t bytes_of_row = (p.units > 0 ? p.units : 1) * 4, rows_at_once = rows_packed_at_once(p.units);
    for (; p.first_row < m; p.first_row += p.rows) {
        p.rows = smaller(rows_at_once, m - p.first_row);
        cut_rows(&p);
        p.packed = ck_scratch(CK_SCRATCH_PACKED, p.rows * bytes_of_row);
        ck_parallel(p.tiles, ck_gemm_pack_tile, &p);
        ck_parallel(p.blocks * p.panels, multiply, &p);
    }
}
