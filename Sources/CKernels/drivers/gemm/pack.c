// Matrices of any type as words in the layout of the tile kernels.
#include <string.h>

#include "product.h"

enum { UNITS_AHEAD = 16 };  // of what is packed from memory

static const void *element(const ck_matrix *matrix, int64_t row, int64_t column) {
    int64_t index = row * matrix->ld + column;
    return (const char *)matrix->data + index * (matrix->type == CK_FLOAT32 ? 4 : 2);
}

// count elements of a row as f32: a pointer into the matrix where it holds them so, else into buffer.
static const float *row_f32(
    const product *p, const ck_matrix *matrix, int64_t row, int64_t column, int64_t count, float *buffer) {
    switch (matrix->type) {
        case CK_FLOAT32: return element(matrix, row, column);
        case CK_BFLOAT16: p->kernels->ck_convert_bf16_f32(count, element(matrix, row, column), buffer); break;
        case CK_FLOAT16: p->kernels->ck_convert_f16_f32(count, element(matrix, row, column), buffer); break;
        case CK_Q8_0: p->kernels->ck_dequantize8_f32(matrix->data, row * matrix->ld + column, count, buffer); break;
        default:
            p->kernels->ck_dequantize4_f32(matrix->type, &matrix->blocks, row * matrix->ld + column, count, buffer);
    }
    return buffer;
}

// Whether a row is expanded to bf16 at once, without a buffer for f32.
static bool expands_to_halves(const ck_matrix *matrix) {
    return matrix->type == CK_NF4 || matrix->type == CK_FP4 || matrix->type == CK_Q8_0;
}

// The same as bf16; buffer has room for count f32 behind count bf16, rounded up to whole words.
static const ck_bf16 *row_bf16(
    const product *p, const ck_matrix *matrix, int64_t row, int64_t column, int64_t count, ck_bf16 *buffer) {
    if (matrix->type == CK_BFLOAT16) return element(matrix, row, column);
    if (matrix->type == CK_Q8_0) {
        p->kernels->ck_dequantize8_bf16(matrix->data, row * matrix->ld + column, count, buffer);
        return buffer;
    }
    if (expands_to_halves(matrix)) {
        p->kernels->ck_dequantize4_bf16(matrix->type, &matrix->blocks, row * matrix->ld + column, count, buffer);
        return buffer;
    }
    float *wide = (float *)(buffer + (count + 1) / 2 * 2);
    p->kernels->ck_convert_f32_bf16(count, row_f32(p, matrix, row, column, count, wide), buffer);
    return buffer;
}

static int64_t words_of_buffer(int64_t count) { return 2 * count + 2; }

// Sets out to count elements of a row that runs along k, as words; an odd last one is paired with zero.
static void row_words(
    const product *p, const ck_matrix *matrix, int64_t row, int64_t column, int64_t count, uint32_t *buffer,
    uint32_t *out) {
    if (p->kind == WORD_PAIR) {
        bool direct = expands_to_halves(matrix);
        ck_bf16 *room = (ck_bf16 *)(direct ? out : buffer);
        const ck_bf16 *halves = row_bf16(p, matrix, row, column, count, room);
        if (!direct) memcpy(out, halves, (size_t)count * 2);
        if (count % 2 != 0) ((ck_bf16 *)out)[count] = 0;
    } else if (p->kind == WORD_F32_FROM_BF16) {
        p->kernels->ck_convert_bf16_f32(
            count, row_bf16(p, matrix, row, column, count, (ck_bf16 *)buffer), (float *)out);
    } else {
        const float *words = row_f32(p, matrix, row, column, count, (float *)out);
        if (words != (const float *)out) memcpy(out, words, (size_t)count * 4);
    }
}

// Whether the rows of a block of a matrix already are words, one distance apart.
static bool holds_words(const product *p, const ck_matrix *matrix, int64_t row, int64_t column, int64_t count) {
    if (p->kind == WORD_F32) return matrix->type == CK_FLOAT32;
    return p->kind == WORD_PAIR && matrix->type == CK_BFLOAT16 && matrix->ld % 2 == 0 && count % 2 == 0 &&
           (uintptr_t)element(matrix, row, column) % 4 == 0;
}

// Sets out[unit * ldo + i] to the words of rows row + i: count elements of each from `column` on.
static void turn_rows(
    const product *p, const ck_matrix *matrix, int64_t row, int64_t rows, int64_t column, int64_t count, uint32_t *out,
    int64_t ldo) {
    int64_t units = units_of(p, count);
    if (holds_words(p, matrix, row, column, count)) {
        int64_t ld = p->kind == WORD_PAIR ? matrix->ld / 2 : matrix->ld;
        p->kernels->ck_transpose_words(rows, units, element(matrix, row, column), ld, out, ldo);
        return;
    }
    uint32_t *lines = ck_scratch(CK_SCRATCH_ROWS, (rows * units + words_of_buffer(count)) * 4);
    for (int64_t i = 0; i < rows; i++) {
        row_words(p, matrix, row + i, column, count, lines + rows * units, lines + i * units);
    }
    p->kernels->ck_transpose_words(rows, units, lines, units, out, ldo);
}

// Whether two rows of codes can be looked up and paired at once.
static bool zips_codes(const product *p, const ck_matrix *matrix, int64_t column, int64_t count, int64_t width) {
    return p->kind == WORD_PAIR && (matrix->type == CK_NF4 || matrix->type == CK_FP4) &&
           (matrix->blocks.block_size | matrix->ld | column | count | width) % 16 == 0;
}

// Words of k-unit `unit` of a matrix stored [k, columns], for `count` columns from `column` on, every `width` of them
// `stride` words behind those before.
static void unit_words(
    const product *p, const ck_matrix *matrix, int64_t k, int64_t unit, int64_t column, int64_t count, int64_t width,
    uint32_t *out, int64_t stride) {
    if (zips_codes(p, matrix, column, count, width) && 2 * unit + 1 < k) {
        int64_t even = 2 * unit * matrix->ld + column;
        p->kernels->ck_zip_codes(matrix->type, &matrix->blocks, even, even + matrix->ld, count, width, out, stride);
        return;
    }
    uint32_t *buffer = ck_scratch(CK_SCRATCH_ROWS, 2 * (words_of_buffer(count) + count) * 4);
    if (p->kind == WORD_PAIR) {
        ck_bf16 *room = (ck_bf16 *)(buffer + words_of_buffer(count));
        const ck_bf16 *even = row_bf16(p, matrix, 2 * unit, column, count, (ck_bf16 *)buffer), *odd = room;
        if (2 * unit + 1 < k) odd = row_bf16(p, matrix, 2 * unit + 1, column, count, room);
        else memset(room, 0, (size_t)count * 2);
        p->kernels->ck_zip_halves(count, width, even, odd, out, stride);
        return;
    }
    uint32_t *words = buffer + words_of_buffer(count);
    row_words(p, matrix, unit, column, count, buffer, words);
    for (int64_t i = 0; i < count; i += width, out += stride) {
        memcpy(out, words + i, (size_t)smaller(width, count - i) * 4);
    }
}

void ck_gemm_pack_tile(void *context, int64_t tile) {
    const product *p = context;
    int64_t height = rows_of_tile(p, tile), first = p->first_row + tile * p->tile_height;
    uint32_t *out = p->packed + tile * p->tile_height * p->units;
    int64_t block = units_in_panel(p);
    for (int i = 0; i < p->matrix_count; i++) {
        const ck_gemm_term *term = p->matrices[i].term;
        int64_t units = p->matrices[i].units;
        for (int64_t unit = 0; unit < units; unit += term->a_transposed ? 1 : block) {
            if (term->a_transposed) {
                unit_words(p, &term->a, term->k, unit, first, height, height, out + unit * height, 0);
            } else {
                int64_t column = elements_of(p, unit), count = smaller(elements_of(p, block), term->k - column);
                turn_rows(p, &term->a, first, height, column, count, out + unit * height, height);
            }
        }
        out += units * height;
    }
}

static void prefetch_bytes(const void *base, int64_t first, int64_t end) {
    for (int64_t i = first; i < end; i += 64) __builtin_prefetch((const char *)base + i, 0, 2);
    __builtin_prefetch((const char *)base + end - 1, 0, 2);
}

static void prefetch_row(const ck_matrix *matrix, int64_t row, int64_t column, int64_t count) {
    int64_t first = row * matrix->ld + column;
    if (matrix->type == CK_NF4 || matrix->type == CK_FP4) {
        const ck_blocks4 *blocks = &matrix->blocks;
        prefetch_bytes(blocks->codes, first / 2, (first + count + 1) / 2);
        int64_t block = first / blocks->block_size, end = (first + count - 1) / blocks->block_size + 1;
        if (blocks->absmax) prefetch_bytes(blocks->absmax, 4 * block, 4 * end);
        else prefetch_bytes(blocks->absmax_codes, block, end);
    } else if (matrix->type == CK_Q8_0) {
        int64_t block = first / CK_BLOCK8_ELEMENTS, end = (first + count - 1) / CK_BLOCK8_ELEMENTS + 1;
        prefetch_bytes(matrix->data, block * CK_BLOCK8_BYTES, end * CK_BLOCK8_BYTES);
    } else {
        int64_t size = matrix->type == CK_FLOAT32 ? 4 : 2;
        prefetch_bytes(matrix->data, first * size, (first + count) * size);
    }
}

void ck_gemm_pack_panel(
    const product *p, const ck_gemm_term *term, int64_t unit, int64_t some, int64_t column, int64_t columns,
    uint32_t *panel) {
    int64_t width = p->kernels->tile_columns, group_words = units_in_panel(p) * width;
    int64_t last_group = columns / width * width;
    if (last_group < columns) memset(panel + last_group * units_in_panel(p), 0, (size_t)(some * width) * 4);
    if (term->b_transposed) {
        for (int64_t u = 0; u < some; u++) {
            int64_t row = elements_of(p, unit + u + UNITS_AHEAD), end = smaller(row + elements_of(p, 1), term->k);
            for (; packs_from_memory(p) && row < end; row++) prefetch_row(&term->b, row, column, columns);
            unit_words(p, &term->b, term->k, unit + u, column, columns, width, panel + u * width, group_words);
        }
        return;
    }
    int64_t first = elements_of(p, unit), count = smaller(elements_of(p, some), term->k - first);
    int64_t lanes = smaller(16, width);  // what ck_transpose_words likes
    for (int64_t lane = 0; lane < columns; lane += lanes) {
        uint32_t *out = panel + lane / width * group_words + lane % width;
        turn_rows(p, &term->b, column + lane, smaller(lanes, columns - lane), first, count, out, width);
    }
}

void ck_gemm_prefetch_panel(
    const product *p, const ck_gemm_term *term, int64_t unit, int64_t some, int64_t column, int64_t columns,
    int64_t part, int64_t parts) {
    int64_t first = elements_of(p, unit), count = smaller(elements_of(p, some), term->k - first);
    int64_t rows = term->b_transposed ? count : columns;
    int64_t end = (part + 1) * rows / parts;
    for (int64_t row = part * rows / parts; row < end; row++) {
        if (term->b_transposed) prefetch_row(&term->b, first + row, column, columns);
        else prefetch_row(&term->b, column + row, first, count);
    }
}
