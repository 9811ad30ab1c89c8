// Products of tiles for attention: c [rows][TILE_COLUMNS] (+)= a · b, contracted over units of one word each.

typedef float lanes_f32 __attribute__((vector_size(CK_LANES * 4), aligned(4), may_alias));
typedef int32_t lanes_i32 __attribute__((vector_size(CK_LANES * 4), aligned(4), may_alias));

CK_INLINE lanes_f32 multiply_add(const bool pairs, uint32_t a, lanes_f32 b, lanes_f32 sum) {
#ifdef CK_AVX512BF16
    if (pairs) return (lanes_f32)_mm512_dpbf16_ps((__m512)sum, (__m512bh)_mm512_set1_epi32((int)a), (__m512bh)b);
#endif
    (void)pairs;
    return sum + float_of(a) * b;
}

// Word (row, unit) of a lies at row * row_step + unit * unit_step.
CK_INLINE void product_tile(
    const bool pairs, const int rows, int64_t units, const uint32_t *a, const int64_t row_step, const int64_t unit_step,
    const uint32_t *b, int64_t ldb, float *c, int64_t ldc, bool accumulate) {
    lanes_f32 sum[CK_TILE_ROWS][2];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
        sum[i][0] = (lanes_f32){0};
        sum[i][1] = (lanes_f32){0};
    }
    for (int64_t unit = 0; unit < units; unit++) {
        lanes_f32 b0 = *(const lanes_f32 *)(b + unit * ldb), b1 = *(const lanes_f32 *)(b + unit * ldb + CK_LANES);
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++) {
            uint32_t x = a[i * row_step + unit * unit_step];
            sum[i][0] = multiply_add(pairs, x, b0, sum[i][0]);
            sum[i][1] = multiply_add(pairs, x, b1, sum[i][1]);
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
        lanes_f32 *c0 = (lanes_f32 *)(c + i * ldc), *c1 = (lanes_f32 *)(c + i * ldc + CK_LANES);
        *c0 = accumulate ? *c0 + sum[i][0] : sum[i][0];
        *c1 = accumulate ? *c1 + sum[i][1] : sum[i][1];
    }
}

// One compiled body for every height a tile can have: a is a packed tile [units][rows], or rows of CK_BLOCK_LANES lanes.
#define CK_PRODUCT(name)                                                                                                \
    static void name(                                                                                                   \
        int rows, int64_t units, const uint32_t *a, const uint32_t *b, int64_t ldb, float *c, int64_t ldc, bool add) {  \
        switch (rows) {                                                                                                 \
            CK_TILE_HEIGHTS(CK_TILE)                                                                                    \
            default: __builtin_trap();                                                                                  \
        }                                                                                                               \
    }
#define CK_TILE(rows) case rows: product_tile(false, rows, units, a, 1, rows, b, ldb, c, ldc, add); break;
CK_PRODUCT(packed_product_f32)
#undef CK_TILE
#define CK_TILE(rows) case rows: product_tile(false, rows, units, a, CK_BLOCK_LANES, 1, b, ldb, c, ldc, add); break;
CK_PRODUCT(lane_product_f32)
#undef CK_TILE
#ifdef CK_AVX512BF16
#define CK_TILE(rows) case rows: product_tile(true, rows, units, a, 1, rows, b, ldb, c, ldc, add); break;
CK_PRODUCT(packed_product_bf16)
#undef CK_TILE
#define CK_TILE(rows) case rows: product_tile(true, rows, units, a, CK_BLOCK_LANES / 2, 1, b, ldb, c, ldc, add); break;
CK_PRODUCT(lane_product_bf16)
#undef CK_TILE
#else
#define packed_product_bf16 packed_product_f32
#define lane_product_bf16 lane_product_f32
#endif
#undef CK_PRODUCT
