// Products of a few rows with a weight that is read once, from memory into registers: c [m, n] = x [m, k] · Wᵀ.
// Lanes run along k, so that a row of W is read in order and never transposed. A sum has CK_LANES parts, each over every
// CK_LANES-th step along k in ascending order, over the terms one after the other; parts are added in a tree. The order
// depends on the instruction set and on k alone, not on m.

// The elements of W that one step takes of a row: a block of 64 codes.
enum {
    FEW_STEP = CK_FEW_ROWS_STEP,
    FEW_COLUMNS = 16,        // rows of W whose sums are made together
    FEW_WIDTH = 8,           // of those, the most in one tile
    FEW_SUMS = 16,           // sums of a tile, in registers
    FEW_PIECE = 256,         // elements of a row of W that are widened at once
    FEW_X_BYTES = 16 << 10,  // of x that stay in the first-level cache while FEW_COLUMNS rows of W go by
    FEW_AHEAD_ROWS = 8,      // between what is multiplied and what is fetched from memory,
    FEW_AHEAD_BYTES = 8 << 10  // and at least these
};

#if defined(CK_AVX512BF16)
typedef ck_bf16 few_narrow;
#else
typedef float few_narrow;  // bf16 operands as the f32 they stand for
#endif

static inline bool few_is_4bit(ck_type type) { return type == CK_NF4 || type == CK_FP4; }

// Whether the codes of every row begin a block, so that they can be looked up in registers.
static inline bool few_takes_codes(ck_type compute, const ck_gemm_term *term) {
#if defined(CK_AVX512BF16)
    (void)compute;
    return few_is_4bit(term->b.type) && term->b.blocks.block_size % FEW_STEP == 0 && term->k % term->b.blocks.block_size == 0;
#elif defined(CK_AVX512)
    return compute == CK_FLOAT32 && few_is_4bit(term->b.type) && term->b.blocks.block_size % FEW_STEP == 0 &&
           term->k % term->b.blocks.block_size == 0;
#else
    (void)compute, (void)term;
    return false;
#endif
}

static inline int64_t few_padded(int64_t k) { return (k + FEW_STEP - 1) / FEW_STEP * FEW_STEP; }
// From one packed row of x to the next: a line more than its elements, because rows a power of two apart would share the
// same few places of the cache.
static inline int64_t few_stride(int64_t k) { return few_padded(k) + 32; }

// How far ahead to fetch rows of W.
static inline int64_t few_ahead(int64_t bytes_of_row) {
    int64_t ahead = FEW_AHEAD_ROWS * bytes_of_row;
    return ahead > FEW_AHEAD_BYTES ? ahead : FEW_AHEAD_BYTES;
}

// One step of a row of x in the order in which a step's codes are looked up.
#if defined(CK_AVX512)
static inline void few_order_f32(float *x) {
    float natural[FEW_STEP];
    memcpy(natural, x, sizeof natural);
    for (int v = 0; v < 4; v++) {
        for (int j = 0; j < 8; j++) {
            x[16 * v + j] = natural[8 * j + 2 * v + 1];
            x[16 * v + 8 + j] = natural[8 * j + 2 * v];
        }
    }
}
#endif
#if defined(CK_AVX512BF16)
static inline void few_order_bf16(ck_bf16 *x) {
    ck_bf16 natural[FEW_STEP];
    memcpy(natural, x, sizeof natural);
    for (int j = 0; j < 16; j++) {
        x[j] = natural[4 * j + 1];
        x[16 + j] = natural[4 * j];
        x[32 + j] = natural[4 * j + 3];
        x[48 + j] = natural[4 * j + 2];
    }
}
#endif

// count elements of a row of a dense matrix from `column` on, as f32.
static inline void few_floats(const ck_matrix *matrix, int64_t row, int64_t column, int64_t count, float *out) {
    int64_t index = row * matrix->ld + column;
    switch (matrix->type) {
        case CK_FLOAT32: memcpy(out, (const float *)matrix->data + index, (size_t)count * 4); break;
        case CK_BFLOAT16: CK_NAME(ck_convert_bf16_f32)(count, (const ck_bf16 *)matrix->data + index, out); break;
        case CK_FLOAT16: CK_NAME(ck_convert_f16_f32)(count, (const ck_f16 *)matrix->data + index, out); break;
        case CK_Q8_0: CK_NAME(ck_dequantize8_f32)(matrix->data, index, count, out); break;
        default: CK_NAME(ck_dequantize4_f32)(matrix->type, &matrix->blocks, index, count, out);
    }
}

static inline void few_halves(const ck_matrix *matrix, int64_t row, int64_t column, int64_t count, ck_bf16 *out) {
    int64_t index = row * matrix->ld + column;
    if (matrix->type == CK_BFLOAT16) {
        memcpy(out, (const ck_bf16 *)matrix->data + index, (size_t)count * 2);
    } else if (few_is_4bit(matrix->type)) {
        CK_NAME(ck_dequantize4_bf16)(matrix->type, &matrix->blocks, index, count, out);
    } else if (matrix->type == CK_Q8_0) {
        CK_NAME(ck_dequantize8_bf16)(matrix->data, index, count, out);
    } else {
        float wide[FEW_PIECE];
        for (int64_t i = 0; i < count; i += FEW_PIECE) {
            int64_t some = count - i < FEW_PIECE ? count - i : FEW_PIECE;
            few_floats(matrix, row, column + i, some, wide);
            CK_NAME(ck_convert_f32_bf16)(some, wide, out + i);
        }
    }
}

// The same as the operands of products of bf16.
static inline void few_narrows(const ck_matrix *matrix, int64_t row, int64_t column, int64_t count, few_narrow *out) {
#if defined(CK_AVX512BF16)
    few_halves(matrix, row, column, count, out);
#else
    ck_bf16 halves[FEW_PIECE];
    for (int64_t i = 0; i < count; i += FEW_PIECE) {
        int64_t some = count - i < FEW_PIECE ? count - i : FEW_PIECE;
        few_halves(matrix, row, column + i, some, halves);
        CK_NAME(ck_convert_bf16_f32)(some, halves, out + i);
    }
#endif
}

int64_t CK_NAME(ck_few_rows_bytes)(ck_type compute, int64_t k) {
    return few_stride(k) * (int64_t)(compute == CK_FLOAT32 ? sizeof(float) : sizeof(few_narrow));
}

// Rows of x, each filled up with zeros to whole steps and ordered as the kernel reads them.
void CK_NAME(ck_few_rows_pack)(ck_type compute, const ck_gemm_term *term, int64_t rows, void *out) {
    int64_t padded = few_padded(term->k), stride = few_stride(term->k);
    bool ordered = few_takes_codes(compute, term);
    (void)ordered;
    for (int64_t row = 0; row < rows; row++) {
        if (compute == CK_FLOAT32) {
            float *x = (float *)out + row * stride;
            few_floats(&term->a, row, 0, term->k, x);
            memset(x + term->k, 0, (size_t)(padded - term->k) * sizeof *x);
#if defined(CK_AVX512)
            for (int64_t i = 0; ordered && i < padded; i += FEW_STEP) few_order_f32(x + i);
#endif
        } else {
            few_narrow *x = (few_narrow *)out + row * stride;
            few_narrows(&term->a, row, 0, term->k, x);
            memset(x + term->k, 0, (size_t)(padded - term->k) * sizeof *x);
#if defined(CK_AVX512BF16)
            for (int64_t i = 0; ordered && i < padded; i += FEW_STEP) few_order_bf16(x + i);
#endif
        }
    }
}

// Adds `columns` rows of W times `rows` rows of x, `count` elements each, to the parts of their sums. w[i]: row i of W.
static inline __attribute__((always_inline)) void few_dot_f32(
    const int columns, const int rows, int64_t from, int64_t to, int64_t ahead, const float *const *w, const float *x, int64_t ldx, vector_f32 *parts,
    int64_t ldp) {
    vector_f32 sum[FEW_SUMS];
#pragma clang loop unroll(full)
    for (int i = 0; i < columns * rows; i++) sum[i] = parts[i / rows * ldp + i % rows];
    for (int64_t at = from; at < to; at += CK_LANES) {
        vector_f32 y[FEW_WIDTH];
#pragma clang loop unroll(full)
        for (int i = 0; i < columns; i++) {
            y[i] = *(const vector_f32 *)(w[i] + at);
            __builtin_prefetch((const char *)(w[i] + at) + ahead);
        }
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
            vector_f32 z = *(const vector_f32 *)(x + r * ldx + at);
#pragma clang loop unroll(full)
            for (int i = 0; i < columns; i++) sum[i * rows + r] += y[i] * z;
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < columns * rows; i++) parts[i / rows * ldp + i % rows] = sum[i];
}

#if defined(CK_AVX512BF16)
static inline __attribute__((always_inline)) void few_dot_bf16(
    const int columns, const int rows, int64_t from, int64_t to, int64_t ahead, const ck_bf16 *const *w, const ck_bf16 *x, int64_t ldx,
    vector_f32 *parts, int64_t ldp) {
    __m512 sum[FEW_SUMS];
#pragma clang loop unroll(full)
    for (int i = 0; i < columns * rows; i++) sum[i] = (__m512)parts[i / rows * ldp + i % rows];
    for (int64_t at = from; at < to; at += 32) {
        __m512bh y[FEW_WIDTH];
#pragma clang loop unroll(full)
        for (int i = 0; i < columns; i++) {
            y[i] = (__m512bh)_mm512_loadu_si512(w[i] + at);
            __builtin_prefetch((const char *)(w[i] + at) + ahead);
        }
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
            __m512bh z = (__m512bh)_mm512_loadu_si512(x + r * ldx + at);
#pragma clang loop unroll(full)
            for (int i = 0; i < columns; i++) sum[i * rows + r] = _mm512_dpbf16_ps(sum[i * rows + r], y[i], z);
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < columns * rows; i++) parts[i / rows * ldp + i % rows] = (vector_f32)sum[i];
}

// The same from codes. A block's 16 values are scaled and rounded once, as everywhere; its 64 codes are looked up as four
// nibbles of 16-bit words, where the indices need no mask because a look-up of 32 values, twice the same 16, takes but the
// lowest bits.
static inline __attribute__((always_inline)) void few_dot_codes_bf16(
    const int columns, const int rows, int64_t from, int64_t to, int64_t ahead, __m512 table, const uint8_t *codes, int64_t ldc, const float *scales,
    int64_t lds, int shift, const ck_bf16 *x, int64_t ldx, vector_f32 *parts, int64_t ldp) {
    const __m512i low_then_high = _mm512_inserti64x4(_mm512_setzero_si512(), _mm256_set1_epi16(4), 1);
    __m512 sum[FEW_SUMS];
#pragma clang loop unroll(full)
    for (int i = 0; i < columns * rows; i++) sum[i] = (__m512)parts[i / rows * ldp + i % rows];
    for (int64_t at = from; at < to; at += FEW_STEP) {
#pragma clang loop unroll(full)
        for (int i = 0; i < columns; i++) {
            __m512 exact = _mm512_mul_ps(table, _mm512_set1_ps(scales[i * lds + (at >> shift)]));
            __m512i values = _mm512_broadcast_i64x4((__m256i)_mm512_cvtneps_pbh(exact));
            const uint8_t *here = codes + i * ldc + at / 2;
            __builtin_prefetch(here + ahead);
            __m512i words = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)here));
            words = _mm512_srlv_epi16(words, low_then_high);
            __m512bh even = (__m512bh)_mm512_permutexvar_epi16(words, values);
            __m512bh odd = (__m512bh)_mm512_permutexvar_epi16(_mm512_srli_epi16(words, 8), values);
#pragma clang loop unroll(full)
            for (int r = 0; r < rows; r++) {
                const ck_bf16 *z = x + r * ldx + at;
                sum[i * rows + r] = _mm512_dpbf16_ps(sum[i * rows + r], even, (__m512bh)_mm512_loadu_si512(z));
            }
#pragma clang loop unroll(full)
            for (int r = 0; r < rows; r++) {
                const ck_bf16 *z = x + r * ldx + at + 32;
                sum[i * rows + r] = _mm512_dpbf16_ps(sum[i * rows + r], odd, (__m512bh)_mm512_loadu_si512(z));
            }
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < columns * rows; i++) parts[i / rows * ldp + i % rows] = (vector_f32)sum[i];
}
#endif

#if defined(CK_AVX512)
// In f32 a block's 64 codes are the eight nibbles of 32-bit words.
static inline __attribute__((always_inline)) void few_dot_codes_f32(
    const int columns, const int rows, int64_t from, int64_t to, int64_t ahead, __m512 table, const uint8_t *codes, int64_t ldc, const float *scales,
    int64_t lds, int shift, const float *x, int64_t ldx, vector_f32 *parts, int64_t ldp) {
    const __m512i low_then_high = _mm512_inserti64x4(_mm512_setzero_si512(), _mm256_set1_epi32(4), 1);
    __m512 sum[FEW_SUMS];
#pragma clang loop unroll(full)
    for (int i = 0; i < columns * rows; i++) sum[i] = (__m512)parts[i / rows * ldp + i % rows];
    for (int64_t at = from; at < to; at += FEW_STEP) {
        __m512 y[FEW_WIDTH][4];
#pragma clang loop unroll(full)
        for (int i = 0; i < columns; i++) {
            __m512 values = _mm512_mul_ps(table, _mm512_set1_ps(scales[i * lds + (at >> shift)]));
            const uint8_t *here = codes + i * ldc + at / 2;
            __builtin_prefetch(here + ahead);
            __m512i words = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)here));
            words = _mm512_srlv_epi32(words, low_then_high);
#pragma clang loop unroll(full)
            for (int v = 0; v < 4; v++) y[i][v] = _mm512_permutexvar_ps(_mm512_srli_epi32(words, 8 * v), values);
        }
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
            for (int v = 0; v < 4; v++) {
                __m512 z = _mm512_loadu_ps(x + r * ldx + at + 16 * v);
#pragma clang loop unroll(full)
                for (int i = 0; i < columns; i++) sum[i * rows + r] = _mm512_fmadd_ps(y[i][v], z, sum[i * rows + r]);
            }
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < columns * rows; i++) parts[i / rows * ldp + i % rows] = (vector_f32)sum[i];
}
#endif

// What rows of W are multiplied as.
typedef struct {
    int64_t from, to;          // elements along k
    int64_t ahead;             // bytes from what is multiplied to what is fetched
    const void *w[FEW_COLUMNS];  // dense rows, element 0
    const uint8_t *codes;      // or rows of codes
    int64_t row_bytes;
    const float *table, *scales;
    int64_t scales_of_row;
    int shift;                 // log2 of the block size
    const void *x;
    int64_t ldx;
} few_operands;

// The columns of a tile whose sums, with what they are made from, fit the registers.
#if defined(CK_AVX512)
#define FEW_DENSE_COLUMNS(rows) ((rows) == 1 ? 8 : (rows) <= 4 ? 4 : 2)
#define FEW_HALF_CODES_COLUMNS(rows) ((rows) <= 4 ? 4 : 2)
#define FEW_FLOAT_CODES_COLUMNS(rows) ((rows) == 1 ? 4 : 2)
#else
#define FEW_DENSE_COLUMNS(rows) ((rows) == 1 ? 4 : (rows) <= 4 ? 2 : 1)
#endif

// Walks the rows of W in tiles of `width`, the rest one by one.
#define FEW_TILES(width, columns, call) \
    int i = 0;                          \
    for (; i + (width) <= (columns); i += (width)) call(width) \
    for (; i < (columns); i++) call(1)

// One compiled body for every number of rows of x in a tile.
#define FEW_HEIGHTS(body) \
    switch (rows) {       \
        case 1: body(1) break; \
        case 2: body(2) break; \
        case 3: body(3) break; \
        case 4: body(4) break; \
        default: body(8) break; \
    }

static void few_tile_f32(const few_operands *o, int columns, int rows, vector_f32 *parts, int64_t ldp) {
#define CALL(width, height) \
    few_dot_f32(width, height, o->from, o->to, o->ahead, (const float *const *)o->w + i, o->x, o->ldx, parts + i * ldp, ldp);
#define BODY(height) { FEW_TILES(FEW_DENSE_COLUMNS(height), columns, CALL_##height) }
#define CALL_1(width) CALL(width, 1)
#define CALL_2(width) CALL(width, 2)
#define CALL_3(width) CALL(width, 3)
#define CALL_4(width) CALL(width, 4)
#define CALL_8(width) CALL(width, 8)
    FEW_HEIGHTS(BODY)
#undef CALL
#undef BODY
}

#if defined(CK_AVX512BF16)
static void few_tile_bf16(const few_operands *o, int columns, int rows, vector_f32 *parts, int64_t ldp) {
#define CALL(width, height) \
    few_dot_bf16(width, height, o->from, o->to, o->ahead, (const ck_bf16 *const *)o->w + i, o->x, o->ldx, parts + i * ldp, ldp);
#define BODY(height) { FEW_TILES(FEW_DENSE_COLUMNS(height), columns, CALL_##height) }
    FEW_HEIGHTS(BODY)
#undef CALL
#undef BODY
}

static void few_tile_codes_bf16(const few_operands *o, int columns, int rows, vector_f32 *parts, int64_t ldp) {
    __m512 table = _mm512_loadu_ps(o->table);
#define CALL(width, height)                                                                                      \
    few_dot_codes_bf16(width, height, o->from, o->to, o->ahead, table, o->codes + i * o->row_bytes, o->row_bytes,                \
                       o->scales + i * o->scales_of_row, o->scales_of_row, o->shift, o->x, o->ldx, parts + i * ldp, ldp);
#define BODY(height) { FEW_TILES(FEW_HALF_CODES_COLUMNS(height), columns, CALL_##height) }
    FEW_HEIGHTS(BODY)
#undef CALL
#undef BODY
}
#endif

#if defined(CK_AVX512)
static void few_tile_codes_f32(const few_operands *o, int columns, int rows, vector_f32 *parts, int64_t ldp) {
    __m512 table = _mm512_loadu_ps(o->table);
#define CALL(width, height)                                                                                     \
    few_dot_codes_f32(width, height, o->from, o->to, o->ahead, table, o->codes + i * o->row_bytes, o->row_bytes,                \
                      o->scales + i * o->scales_of_row, o->scales_of_row, o->shift, o->x, o->ldx, parts + i * ldp, ldp);
#define BODY(height) { FEW_TILES(FEW_FLOAT_CODES_COLUMNS(height), columns, CALL_##height) }
    FEW_HEIGHTS(BODY)
#undef CALL
#undef BODY
}
#endif

#include "few_rows/blocks8.inl"

typedef void few_tile(const few_operands *operands, int columns, int rows, vector_f32 *parts, int64_t ldp);

// The product of the operands with every row of x, added to parts [columns][m]. x is taken in pieces that stay in the
// first-level cache.
static inline void few_tiles(
    few_tile *tile, few_operands operands, int columns, int64_t m, int64_t bytes_of_element, vector_f32 *parts) {
    const char *x = operands.x;
    int64_t from = operands.from, to = operands.to;
    int64_t piece = FEW_X_BYTES / ((m < 8 ? m : 8) * bytes_of_element) / FEW_STEP * FEW_STEP;
    for (; from < to; from += piece) {
        operands.from = from;
        operands.to = to - from < piece ? to : from + piece;
        for (int64_t row = 0, rows; row < m; row += rows) {
            rows = m - row >= 8 ? 8 : m - row >= 4 ? 4 : m - row;
            operands.x = x + row * operands.ldx * bytes_of_element;
            tile(&operands, columns, (int)rows, parts + row, m);
        }
    }
}

#pragma clang fp contract(off)
// The scales of the blocks first..<first + count.
static inline void few_scales(const ck_blocks4 *blocks, int64_t first, int64_t count, float *out) {
    if (blocks->absmax) {
        memcpy(out, blocks->absmax + first, (size_t)count * 4);
        return;
    }
    for (int64_t start = first, stop; start < first + count; start = stop) {
        int64_t nested_block = start / blocks->nested_block_size;
        stop = (nested_block + 1) * blocks->nested_block_size;
        if (stop > first + count) stop = first + count;
        float nested = blocks->nested_absmax[nested_block];
        int64_t block = start;
#if defined(CK_AVX512)
        for (; block + 16 <= stop; block += 16) {
            __m512i codes = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(blocks->absmax_codes + block)));
            __m512 values = _mm512_mul_ps(_mm512_i32gather_ps(codes, blocks->absmax_map, 4), _mm512_set1_ps(nested));
            _mm512_storeu_ps(out + block - first, _mm512_add_ps(values, _mm512_set1_ps(blocks->nested_offset)));
        }
#endif
        for (; block < stop; block++) {
            out[block - first] = blocks->absmax_map[blocks->absmax_codes[block]] * nested + blocks->nested_offset;
        }
    }
}
#pragma clang fp contract(on)

// Adds one term's part of the columns column..<column + columns of c.
static inline void few_term(
    const ck_few_rows_job *job, const ck_gemm_term *term, const void *x, int64_t column, int columns, vector_f32 *parts) {
    bool wide = job->compute == CK_FLOAT32;
    int64_t size = wide ? (int64_t)sizeof(float) : (int64_t)sizeof(few_narrow);
    few_operands o = {.to = few_padded(term->k), .x = x, .ldx = few_stride(term->k)};
#if defined(CK_AVX512)
    if (few_takes_codes(job->compute, term)) {
        const ck_blocks4 *blocks = &term->b.blocks;
        o.scales_of_row = term->k / blocks->block_size;
        float *scales = ck_scratch(CK_SCRATCH_ROWS, FEW_COLUMNS * o.scales_of_row * 4);
        few_scales(blocks, column * o.scales_of_row, columns * o.scales_of_row, scales);
        o.scales = scales;
        o.shift = __builtin_ctzll((uint64_t)blocks->block_size);
        o.row_bytes = term->k / 2;
        o.ahead = few_ahead(o.row_bytes);
        o.codes = blocks->codes + column * o.row_bytes;
        o.table = ck_code_table(term->b.type);
#if defined(CK_AVX512BF16)
        few_tiles(wide ? few_tile_codes_f32 : few_tile_codes_bf16, o, columns, job->m, size, parts);
#else
        few_tiles(few_tile_codes_f32, o, columns, job->m, size, parts);
#endif
        return;
    }
#endif
#if defined(CK_AVX512BF16)
    few_tile *tile = wide ? few_tile_f32 : few_tile_bf16;
    if (!wide && term->b.type == CK_Q8_0) {
        few_blocks8(term, o, column, columns, job->m, parts);
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
        for (int i = 0; i < columns; i++) o.w[i] = (const char *)term->b.data + (column + i) * term->b.ld * size;
        o.to = at;
        o.ahead = few_ahead(term->b.ld * size);
        few_tiles(tile, o, columns, job->m, size, parts);
    }
    char *pieces = ck_scratch(CK_SCRATCH_PANEL, FEW_COLUMNS * FEW_PIECE * 4);
    o.from = o.ahead = 0;
    for (int64_t count; at < term->k; at += count) {
        count = term->k - at < FEW_PIECE ? term->k - at : FEW_PIECE;
        o.to = few_padded(count);
        for (int i = 0; i < columns; i++) {
            char *piece = pieces + i * FEW_PIECE * size;
            o.w[i] = piece;
            if (wide) few_floats(&term->b, column + i, at, count, (float *)piece);
            else few_narrows(&term->b, column + i, at, count, (few_narrow *)piece);
            memset(piece + count * size, 0, (size_t)((o.to - count) * size));
        }
        o.x = (const char *)x + at * size;
        few_tiles(tile, o, columns, job->m, size, parts);
    }
}

// The sums of four times CK_LANES parts: halves are added to halves, down to one.
static inline void few_sums(const vector_f32 parts[4], float sums[4]) {
#if defined(CK_AVX512)
    __m512 ab = _mm512_add_ps(_mm512_unpacklo_ps((__m512)parts[0], (__m512)parts[1]), _mm512_unpackhi_ps((__m512)parts[0], (__m512)parts[1]));
    __m512 cd = _mm512_add_ps(_mm512_unpacklo_ps((__m512)parts[2], (__m512)parts[3]), _mm512_unpackhi_ps((__m512)parts[2], (__m512)parts[3]));
    __m512 all = _mm512_add_ps(_mm512_shuffle_ps(ab, cd, 0x44), _mm512_shuffle_ps(ab, cd, 0xee));
    __m256 halves = _mm256_add_ps(_mm512_castps512_ps256(all), _mm512_extractf32x8_ps(all, 1));
    _mm_storeu_ps(sums, _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps(halves, 1)));
#else
    for (int i = 0; i < 4; i++) {
        float sum[CK_LANES];
        memcpy(sum, parts + i, sizeof sum);
        for (int half = CK_LANES / 2; half > 0; half /= 2) {
            for (int lane = 0; lane < half; lane++) sum[lane] += sum[lane + half];
        }
        sums[i] = sum[0];
    }
#endif
}

static inline void few_store(const ck_few_rows_job *job, int64_t row, int64_t column, int64_t count, const float *sums) {
    int64_t index = row * job->ldc + column;
    for (int64_t i = 0; i < count; i++) {
        if (job->c_type == CK_BFLOAT16) ((ck_bf16 *)job->c)[index + i] = round_bf16(sums[i]);
        else if (job->accumulate) ((float *)job->c)[index + i] += sums[i];
        else ((float *)job->c)[index + i] = sums[i];
    }
}

// The columns first..<first + count of c.
void CK_NAME(ck_few_rows_multiply)(const ck_few_rows_job *job, int64_t first, int64_t count) {
    int64_t m = job->m;
    vector_f32 *parts = ck_scratch(CK_SCRATCH_ACCUMULATOR, FEW_COLUMNS * m * (int64_t)sizeof(vector_f32));
    for (int64_t column = first; column < first + count; column += FEW_COLUMNS) {
        int columns = first + count - column < FEW_COLUMNS ? (int)(first + count - column) : FEW_COLUMNS;
        memset(parts, 0, (size_t)(FEW_COLUMNS * m) * sizeof *parts);
        for (int t = 0; t < job->terms; t++) few_term(job, job->term + t, job->packed[t], column, columns, parts);
        for (int64_t row = 0; row < m; row++) {
            float sums[FEW_COLUMNS];
            for (int i = 0; i < FEW_COLUMNS; i += 4) {
                vector_f32 four[4];
                for (int j = 0; j < 4; j++) four[j] = parts[(i + j) * m + row];
                few_sums(four, sums + i);
            }
            few_store(job, row, column, columns, sums);
        }
    }
}
