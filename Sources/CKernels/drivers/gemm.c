// Packs the operands of a product into the layout of the tile kernels and walks the tiles on the pool.
//
// The unit along k is a 32-bit word: one f32, or a pair of bf16 where the processor multiplies those.
//   packed a   for every tile of rows: [units][rows of the tile], made once and read by all threads
//   panel of b for every TILE_COLUMNS columns: [UNITS][TILE_COLUMNS], per thread, in its second-level cache
//   sums       [rows of a block][PANEL_COLUMNS] f32, per thread, until every term and block of k has been added
#include <string.h>

#include "CKernels.h"

enum {
    UNITS = 256,          // of k in one panel: with PANEL_COLUMNS, 128 KiB
    PANEL_COLUMNS = 128,  // a multiple of every tile width
    BLOCK_ROWS = 504,     // of c in one task: its sums take 252 KiB
    PACKED_BYTES = 64 << 20
};

typedef enum { WORD_F32, WORD_F32_FROM_BF16, WORD_PAIR } word_kind;

typedef struct {
    const ck_kernels *kernels;
    word_kind kind;
    int64_t m, n;
    int terms;
    const ck_gemm_term *term;
    void *c;
    ck_type c_type;
    int64_t ldc;
    bool accumulate;

    int64_t units;                   // of k over all terms
    int64_t first_row, rows;         // the rows of c this walk covers
    int64_t tile_height, tiles;
    int64_t tiles_in_block, blocks;  // blocks of rows
    int64_t panel_columns, panels;
    uint32_t *packed;
} product;

static int64_t ceiling_division(int64_t a, int64_t b) { return (a + b - 1) / b; }
static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

static int64_t units_of(const product *p, int64_t k) { return p->kind == WORD_PAIR ? (k + 1) / 2 : k; }
static int64_t elements_of(const product *p, int64_t units) { return p->kind == WORD_PAIR ? 2 * units : units; }

static const void *element(const ck_matrix *matrix, int64_t row, int64_t column) {
    int64_t index = row * matrix->ld + column;
    return (const char *)matrix->data + index * (matrix->type == CK_FLOAT32 ? 4 : 2);
}

// count elements of a row as f32: a pointer into the matrix where it holds them so, else into buffer.
static const float *row_f32(const product *p, const ck_matrix *matrix, int64_t row, int64_t column, int64_t count, float *buffer) {
    switch (matrix->type) {
        case CK_FLOAT32: return element(matrix, row, column);
        case CK_BFLOAT16: p->kernels->ck_convert_bf16_f32(count, element(matrix, row, column), buffer); break;
        case CK_FLOAT16: p->kernels->ck_convert_f16_f32(count, element(matrix, row, column), buffer); break;
        default: p->kernels->ck_dequantize4_f32(matrix->type, &matrix->blocks, row * matrix->ld + column, count, buffer);
    }
    return buffer;
}

// The same as bf16; buffer has room for count f32 behind count bf16.
static const ck_bf16 *row_bf16(const product *p, const ck_matrix *matrix, int64_t row, int64_t column, int64_t count, ck_bf16 *buffer) {
    if (matrix->type == CK_BFLOAT16) return element(matrix, row, column);
    if (matrix->type == CK_NF4 || matrix->type == CK_FP4) {
        p->kernels->ck_dequantize4_bf16(matrix->type, &matrix->blocks, row * matrix->ld + column, count, buffer);
        return buffer;
    }
    float *wide = (float *)(buffer + (count + 1) / 2 * 2);
    p->kernels->ck_convert_f32_bf16(count, row_f32(p, matrix, row, column, count, wide), buffer);
    return buffer;
}

// count elements of a row that runs along k as words; an odd last one is paired with zero.
static const uint32_t *row_words(const product *p, const ck_matrix *matrix, int64_t row, int64_t column, int64_t count, uint32_t *buffer) {
    switch (p->kind) {
        case WORD_F32: return (const uint32_t *)row_f32(p, matrix, row, column, count, (float *)buffer);
        case WORD_F32_FROM_BF16: {
            ck_bf16 *narrow = (ck_bf16 *)(buffer + count);
            p->kernels->ck_convert_bf16_f32(count, row_bf16(p, matrix, row, column, count, narrow), (float *)buffer);
            return buffer;
        }
        default: {
            const ck_bf16 *halves = row_bf16(p, matrix, row, column, count, (ck_bf16 *)buffer);
            if (count % 2 == 0) return (const uint32_t *)halves;
            if (halves != (ck_bf16 *)buffer) memcpy(buffer, halves, (size_t)count * 2);
            ((ck_bf16 *)buffer)[count] = 0;
            return buffer;
        }
    }
}

// Words for `count` columns of k-unit `unit` of a matrix stored [k, columns]: out[i] belongs to column + i.
static void unit_words(const product *p, const ck_matrix *matrix, int64_t k, int64_t unit, int64_t column, int64_t count, uint32_t *buffer, uint32_t *out) {
    if (p->kind != WORD_PAIR) {
        const uint32_t *words = row_words(p, matrix, unit, column, count, buffer);
        memcpy(out, words, (size_t)count * 4);
        return;
    }
    ck_bf16 *room = (ck_bf16 *)buffer;
    const ck_bf16 *even = row_bf16(p, matrix, 2 * unit, column, count, room);
    room += 4 * count + 8;
    const ck_bf16 *odd = NULL;
    if (2 * unit + 1 < k) odd = row_bf16(p, matrix, 2 * unit + 1, column, count, room);
    else memset(room, 0, (size_t)count * 2);
    p->kernels->ck_zip_halves(count, even, odd ? odd : room, out);
}

// Rows a buffer for row_words and unit_words has to have, in words.
static int64_t row_buffer_words(int64_t count) { return 8 * count + 32; }

static int64_t rows_of_tile(const product *p, int64_t tile) {
    return smaller(p->tile_height, p->rows - tile * p->tile_height);
}

static void pack_tile(void *context, int64_t tile) {
    const product *p = context;
    int64_t height = rows_of_tile(p, tile), first = p->first_row + tile * p->tile_height;
    uint32_t *out = p->packed + tile * p->tile_height * p->units;
    uint32_t *buffer = ck_scratch(CK_SCRATCH_ROWS, (row_buffer_words(UNITS * 2) + UNITS) * 4);
    for (int t = 0; t < p->terms; t++) {
        const ck_gemm_term *term = p->term + t;
        int64_t units = units_of(p, term->k);
        if (term->a_transposed) {
            for (int64_t unit = 0; unit < units; unit++) {
                unit_words(p, &term->a, term->k, unit, first, height, buffer, out + unit * height);
            }
        } else {
            for (int64_t unit = 0; unit < units; unit += UNITS) {
                int64_t column = elements_of(p, unit);
                int64_t count = smaller(elements_of(p, UNITS), term->k - column), some = units_of(p, count);
                for (int64_t row = 0; row < height; row++) {
                    const uint32_t *words = row_words(p, &term->a, first + row, column, count, buffer);
                    for (int64_t u = 0; u < some; u++) out[(unit + u) * height + row] = words[u];
                }
            }
        }
        out += units * height;
    }
}

// The panel of one term for `columns` columns of c from `column` on and `some` units from `unit` on.
static void pack_panel(const product *p, const ck_gemm_term *term, int64_t unit, int64_t some, int64_t column, int64_t columns, uint32_t *panel) {
    int64_t width = p->kernels->tile_columns;
    int64_t first = elements_of(p, unit), count = smaller(elements_of(p, some), term->k - first);
    uint32_t *buffer = ck_scratch(CK_SCRATCH_ROWS, (row_buffer_words(elements_of(p, UNITS)) + 16 * UNITS) * 4);
    for (int64_t group = 0; group < columns; group += width, panel += UNITS * width) {
        int64_t present = smaller(width, columns - group);
        if (present < width) memset(panel, 0, (size_t)(some * width) * 4);
        if (term->b_transposed) {
            for (int64_t u = 0; u < some; u++) {
                unit_words(p, &term->b, term->k, unit + u, column + group, present, buffer, panel + u * width);
            }
        } else {
            uint32_t *lanes = buffer + row_buffer_words(elements_of(p, UNITS));
            for (int64_t lane = 0; lane < present; lane += 16) {
                int64_t here = smaller(16, present - lane);
                for (int64_t i = 0; i < here; i++) {
                    const uint32_t *words = row_words(p, &term->b, column + group + lane + i, first, count, buffer);
                    memcpy(lanes + i * some, words, (size_t)some * 4);
                }
                p->kernels->ck_transpose_words(here, some, lanes, some, panel + lane, width);
            }
        }
    }
}

static void store(const product *p, int64_t row, int64_t column, int64_t columns, const float *sums) {
    int64_t index = row * p->ldc + column;
    if (p->c_type == CK_BFLOAT16) {
        p->kernels->ck_convert_f32_bf16(columns, sums, (ck_bf16 *)p->c + index);
    } else if (p->accumulate) {
        p->kernels->ck_axpy_f32(columns, 1, sums, (float *)p->c + index);
    } else {
        memcpy((float *)p->c + index, sums, (size_t)columns * 4);
    }
}

// One block of rows times one panel of columns.
static void multiply(void *context, int64_t task) {
    const product *p = context;
    int64_t first_tile = task % p->blocks * p->tiles_in_block;
    int64_t tiles = smaller(p->tiles_in_block, p->tiles - first_tile);
    int64_t column = task / p->blocks * p->panel_columns, columns = smaller(p->panel_columns, p->n - column);
    int64_t width = p->kernels->tile_columns;
    uint32_t *panel = ck_scratch(CK_SCRATCH_PANEL, UNITS * PANEL_COLUMNS * 4);
    float *sums = ck_scratch(CK_SCRATCH_ACCUMULATOR, p->tiles_in_block * p->tile_height * PANEL_COLUMNS * 4);

    int64_t before = 0;
    bool first = true;
    for (int t = 0; t < p->terms; t++) {
        int64_t units = units_of(p, p->term[t].k);
        for (int64_t unit = 0; unit < units; unit += UNITS) {
            int64_t some = smaller(UNITS, units - unit);
            pack_panel(p, p->term + t, unit, some, column, columns, panel);
            for (int64_t tile = first_tile; tile < first_tile + tiles; tile++) {
                int height = (int)rows_of_tile(p, tile);
                const uint32_t *a = p->packed + tile * p->tile_height * p->units + (before + unit) * height;
                float *c = sums + (tile - first_tile) * p->tile_height * PANEL_COLUMNS;
                for (int64_t group = 0; group < columns; group += width) {
                    const uint32_t *b = panel + group * UNITS;
                    if (p->kind == WORD_PAIR) {
                        p->kernels->ck_gemm_tile_bf16(height, some, a, b, c + group, PANEL_COLUMNS, !first);
                    } else {
                        p->kernels->ck_gemm_tile_f32(height, some, (const float *)a, (const float *)b, c + group, PANEL_COLUMNS, !first);
                    }
                }
            }
            first = false;
        }
        before += units;
    }
    int64_t row = first_tile * p->tile_height, end = smaller(p->rows, (first_tile + tiles) * p->tile_height);
    if (first) memset(sums, 0, (size_t)((end - row) * PANEL_COLUMNS) * 4);
    for (int64_t i = row; i < end; i++) {
        store(p, p->first_row + i, column, columns, sums + (i - row) * PANEL_COLUMNS);
    }
}

// Rows whose packed a may exist at once.
static int64_t rows_packed_at_once(int64_t units) {
    int64_t rows = PACKED_BYTES / ((units > 0 ? units : 1) * 4) / BLOCK_ROWS * BLOCK_ROWS;
    return rows < BLOCK_ROWS ? BLOCK_ROWS : rows;
}

int64_t ck_gemm_scratch_bytes(ck_type compute, int64_t m, int64_t k) {
    product p = {.kind = compute == CK_FLOAT32 ? WORD_F32 : ck_active()->bf16_products ? WORD_PAIR : WORD_F32_FROM_BF16};
    int64_t units = units_of(&p, k), rows = smaller(m, rows_packed_at_once(units));
    int64_t own = UNITS * PANEL_COLUMNS * 4 + smaller(m, BLOCK_ROWS) * PANEL_COLUMNS * 4;
    return rows * units * 4 + ck_thread_count() * (own + (row_buffer_words(UNITS * 2) + 16 * UNITS) * 4);
}

void ck_gemm(ck_type compute, int64_t m, int64_t n, int terms, const ck_gemm_term *term, void *c, ck_type c_type, int64_t ldc,
             bool accumulate) {
    if (m == 0 || n == 0) return;
    if (compute == CK_BFLOAT16 && ck_gemm_onednn(m, n, terms, term, c, c_type, ldc, accumulate)) return;
    const ck_kernels *kernels = ck_active();
    product p = {
        .kernels = kernels,
        .kind = compute == CK_FLOAT32 ? WORD_F32 : kernels->bf16_products ? WORD_PAIR : WORD_F32_FROM_BF16,
        .m = m, .n = n, .terms = terms, .term = term,
        .c = c, .c_type = c_type, .ldc = ldc, .accumulate = accumulate,
    };
    for (int t = 0; t < terms; t++) p.units += units_of(&p, term[t].k);
    int64_t width = kernels->tile_columns;
    p.panels = ceiling_division(n, PANEL_COLUMNS);
    p.panel_columns = ceiling_division(ceiling_division(n, p.panels), width) * width;
    p.panels = ceiling_division(n, p.panel_columns);

    int64_t bytes_of_row = (p.units > 0 ? p.units : 1) * 4;
    int64_t rows_at_once = rows_packed_at_once(p.units);
    for (; p.first_row < m; p.first_row += p.rows) {
        p.rows = smaller(rows_at_once, m - p.first_row);
        p.tile_height = ceiling_division(p.rows, ceiling_division(p.rows, kernels->tile_rows));
        p.tiles = ceiling_division(p.rows, p.tile_height);
        int64_t most_tiles = BLOCK_ROWS / p.tile_height;
        p.blocks = ceiling_division(p.tiles, most_tiles);
        p.tiles_in_block = ceiling_division(p.tiles, p.blocks);
        p.blocks = ceiling_division(p.tiles, p.tiles_in_block);
        p.packed = ck_scratch(CK_SCRATCH_PACKED, p.rows * bytes_of_row);
        ck_parallel(p.tiles, pack_tile, &p);
        ck_parallel(p.blocks * p.panels, multiply, &p);
    }
}
