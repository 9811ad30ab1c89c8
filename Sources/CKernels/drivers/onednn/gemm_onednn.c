// Packs the operands of a product as oneDNN's matmul primitive takes them and walks the blocks on the pool.
//
//   packed a   for every block of k: [rows][depth] bf16, made once and read by all threads
//   panel of b for every CK_MATMUL_COLUMNS columns: [depth / 2][CK_MATMUL_COLUMNS] pairs of bf16, per thread
//   sums       [rows of a block][columns of the panel] f32, per thread, until every term and block of k has been added
// k is filled up with zeros to a multiple of CK_MATMUL_DEPTH, columns to one of CK_MATMUL_COLUMNS, rows to one of
// ROWS_STEP, so that few different shapes ever reach oneDNN.
#include <stdatomic.h>
#include <string.h>

#include "../operands.h"
#include "onednn_matmul.h"

enum {
    DEPTH = 512,          // of k in one panel
    PANEL_COLUMNS = 128,  // with DEPTH, 128 KiB
    BLOCK_ROWS = 512,     // of c in one task: its sums take 256 KiB
    ROWS_STEP = 32,
    PACKED_BYTES = 64 << 20
};

typedef struct {
    const ck_kernels *kernels;
    const ck_gemm_output *outputs;
    int64_t first_row, rows, padded_rows;  // the rows of c this walk covers
    int64_t blocks, panels;                // panels of all outputs
    int matrix_count;
    const ck_gemm_term *matrices[CK_GEMM_MATRICES];  // a term for each different a
    int64_t depth;                                // of all those
    ck_bf16 *packed;
} product;

static int64_t rounded_up(int64_t a, int64_t step) { return ceiling_division(a, step) * step; }
static int64_t padded_depth(int64_t k) { return rounded_up(k, CK_MATMUL_DEPTH); }
static int64_t panels_of(const ck_gemm_output *output) { return ceiling_division(output->n, PANEL_COLUMNS); }

// False where there is no room for another a.
static bool add_matrix(product *p, const ck_gemm_term *term) {
    for (int i = 0; i < p->matrix_count; i++) {
        if (same_matrix(p->matrices[i], term)) return true;
    }
    if (p->matrix_count == CK_GEMM_MATRICES) return false;
    p->matrices[p->matrix_count++] = term;
    p->depth += padded_depth(term->k);
    return true;
}

static const ck_bf16 *packed_of(const product *p, const ck_gemm_term *term) {
    const ck_bf16 *packed = p->packed;
    const ck_gemm_term *const *matrix = p->matrices;
    for (; !same_matrix(*matrix, term); matrix++) packed += p->padded_rows * padded_depth((*matrix)->k);
    return packed;
}

// count elements of a row as bf16, written to out; wide has room for as many f32.
static void row_bf16(
    const product *p, const ck_matrix *matrix, int64_t row, int64_t column, int64_t count, float *wide, ck_bf16 *out) {
    int64_t index = row * matrix->ld + column;
    switch (matrix->type) {
        case CK_BFLOAT16: memcpy(out, (const ck_bf16 *)matrix->data + index, (size_t)count * 2); break;
        case CK_FLOAT32: p->kernels->ck_convert_f32_bf16(count, (const float *)matrix->data + index, out); break;
        case CK_FLOAT16:
            p->kernels->ck_convert_f16_f32(count, (const ck_f16 *)matrix->data + index, wide);
            p->kernels->ck_convert_f32_bf16(count, wide, out);
            break;
        default: p->kernels->ck_dequantize4_bf16(matrix->type, &matrix->blocks, index, count, out);
    }
}

// Pairs of elements 2 * unit and 2 * unit + 1 of k for `count` columns of a matrix stored [k, columns], in runs of
// `width` that lie `stride` words apart. Elements beyond k are zero. rows has room for two rows of bf16, wide for one
// of f32.
static void unit_pairs(
    const product *p, const ck_matrix *matrix, int64_t k, int64_t unit, int64_t column, int64_t count, float *wide,
    ck_bf16 *rows, uint32_t *out, int64_t width, int64_t stride) {
    for (int64_t i = 0; i < 2; i++) {
        if (2 * unit + i < k) row_bf16(p, matrix, 2 * unit + i, column, count, wide, rows + i * count);
        else memset(rows + i * count, 0, (size_t)count * 2);
    }
    p->kernels->ck_zip_halves(count, width, rows, rows + count, out, stride);
}

// Packs ROWS_STEP rows of every a, for every block of k.
static void pack_rows(void *context, int64_t step) {
    const product *p = context;
    int64_t row = step * ROWS_STEP, count = smaller(ROWS_STEP, p->rows - row);
    ck_bf16 *out = p->packed;
    float *wide = ck_scratch(CK_SCRATCH_ROWS, DEPTH * 4 + 16 * ROWS_STEP * 4 + 2 * ROWS_STEP * 2);
    uint32_t *pairs = (uint32_t *)(wide + DEPTH);
    for (int i = 0; i < p->matrix_count; i++) {
        const ck_gemm_term *term = p->matrices[i];
        for (int64_t k = 0; k < term->k; k += DEPTH) {
            int64_t present = smaller(DEPTH, term->k - k), depth = padded_depth(present);
            ck_bf16 *rows = out + row * depth;
            if (term->a_transposed) {
                for (int64_t unit = 0; unit < depth / 2; unit += 16) {
                    for (int64_t i = 0; i < 16; i++) {
                        unit_pairs(
                            p, &term->a, term->k, k / 2 + unit + i, p->first_row + row, count, wide,
                            (ck_bf16 *)(pairs + 16 * ROWS_STEP), pairs + i * count, count, 0);
                    }
                    p->kernels->ck_transpose_words(16, count, pairs, count, (uint32_t *)rows + unit, depth / 2);
                }
            } else {
                for (int64_t i = 0; i < count; i++) {
                    row_bf16(p, &term->a, p->first_row + row + i, k, present, wide, rows + i * depth);
                    memset(rows + i * depth + present, 0, (size_t)(depth - present) * 2);
                }
            }
            memset(rows + count * depth, 0, (size_t)((ROWS_STEP - count) * depth) * 2);
            out += p->padded_rows * depth;
        }
    }
}

// The panel for `columns` columns of c from `column` on and `depth` elements of k from k on.
static void pack_panel(
    const product *p, const ck_gemm_term *term, int64_t k, int64_t depth, int64_t column, int64_t columns,
    uint32_t *panel) {
    int64_t units = depth / 2, present = smaller(depth, term->k - k);
    float *wide = ck_scratch(CK_SCRATCH_ROWS, DEPTH * 4 + 16 * DEPTH * 2);
    ck_bf16 *rows = (ck_bf16 *)(wide + DEPTH);
    int64_t stride = units * CK_MATMUL_COLUMNS, beyond = columns % CK_MATMUL_COLUMNS;
    if (beyond > 0) memset(panel + columns / CK_MATMUL_COLUMNS * stride, 0, (size_t)stride * 4);
    if (term->b_transposed) {
        for (int64_t u = 0; u < units; u++) {
            unit_pairs(
                p, &term->b, term->k, k / 2 + u, column, columns, wide, rows, panel + u * CK_MATMUL_COLUMNS,
                CK_MATMUL_COLUMNS, stride);
        }
        return;
    }
    for (int64_t lane = 0; lane < columns; lane += 16) {
        int64_t lanes = smaller(16, columns - lane);
        for (int64_t i = 0; i < lanes; i++) {
            row_bf16(p, &term->b, column + lane + i, k, present, wide, rows + i * depth);
            memset(rows + i * depth + present, 0, (size_t)(depth - present) * 2);
        }
        uint32_t *out = panel + lane / CK_MATMUL_COLUMNS * stride + lane % CK_MATMUL_COLUMNS;
        p->kernels->ck_transpose_words(lanes, units, (const uint32_t *)rows, units, out, CK_MATMUL_COLUMNS);
    }
}

// One block of rows times one panel of columns of one output.
static void multiply(void *context, int64_t task) {
    const product *p = context;
    int64_t row = task % p->blocks * BLOCK_ROWS, rows = smaller(BLOCK_ROWS, p->padded_rows - row);
    int64_t before_panel = task / p->blocks;
    const ck_gemm_output *output = p->outputs;
    for (; before_panel >= panels_of(output); output++) before_panel -= panels_of(output);
    int64_t column = before_panel * PANEL_COLUMNS, columns = smaller(PANEL_COLUMNS, output->n - column);
    int64_t width = rounded_up(columns, CK_MATMUL_COLUMNS);
    uint32_t *panel = ck_scratch(CK_SCRATCH_PANEL, DEPTH * PANEL_COLUMNS * 2);
    float *sums = ck_scratch(CK_SCRATCH_ACCUMULATOR, BLOCK_ROWS * PANEL_COLUMNS * 4);
    bool first = true;
    int before = ck_matmul_begin();
    for (int t = 0; t < output->terms; t++) {
        const ck_gemm_term *term = output->term + t;
        const ck_bf16 *packed = packed_of(p, term);
        for (int64_t k = 0; k < term->k; k += DEPTH) {
            int64_t depth = padded_depth(smaller(DEPTH, term->k - k));
            pack_panel(p, term, k, depth, column, columns, panel);
            ck_matmul(rows, width, depth, packed + row * depth, (const ck_bf16 *)panel, sums, !first);
            packed += p->padded_rows * depth;
            first = false;
        }
    }
    ck_matmul_end(before);
    if (first) memset(sums, 0, (size_t)(rows * width) * 4);
    int64_t end = smaller(rows, p->rows - row);
    for (int64_t i = 0; i < end; i++) store_sums(p->kernels, output, p->first_row + row + i, column, columns, sums + i * width);
}

static _Atomic bool forced;

bool ck_onednn_products(void) {
    return ck_active_isa() == CK_ISA_AMX || atomic_load_explicit(&forced, memory_order_relaxed);
}

bool ck_use_onednn_products(bool use) {
    if (use && !ck_onednn_implementation()) return false;
    atomic_store(&forced, use);
    return true;
}

bool ck_gemm_onednn(int64_t m, int count, const ck_gemm_output *outputs) {
    if (m < CK_ONEDNN_ROWS || !ck_onednn_products()) return false;
    product p = {.kernels = ck_active(), .outputs = outputs};
    for (int o = 0; o < count; o++) {
        p.panels += panels_of(outputs + o);
        for (int t = 0; t < outputs[o].terms; t++) {
            if (!add_matrix(&p, outputs[o].term + t)) return false;
        }
    }
    int64_t bytes_of_row = (p.depth > 0 ? p.depth : 1) * 2;
    int64_t rows_at_once = PACKED_BYTES / bytes_of_row / BLOCK_ROWS * BLOCK_ROWS;
    if (rows_at_once < BLOCK_ROWS) rows_at_once = BLOCK_ROWS;
    for (; p.first_row < m; p.first_row += p.rows) {
        p.rows = smaller(rows_at_once, m - p.first_row);
        p.padded_rows = rounded_up(p.rows, ROWS_STEP);
        p.blocks = (p.padded_rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
        p.packed = ck_scratch(CK_SCRATCH_PACKED, p.padded_rows * bytes_of_row);
        ck_parallel(p.padded_rows / ROWS_STEP, pack_rows, &p);
        ck_parallel(p.blocks * p.panels, multiply, &p);
    }
    return true;
}
