// The matrix-product micro-kernel: a tile of c, rows x TILE_COLUMNS, stays in registers while k runs.
// a is packed [k][rows], the panel [k][TILE_COLUMNS]; for bf16 the unit along k is a pair. The sum over a block of k
// begins at zero and is added to c at its end: rounding errors grow with the length of a block, not with that of k.
// While it computes it asks for c, and for the memory at `ahead`, four words a step: what the caller wants next.

typedef float vector_f32 __attribute__((vector_size(CK_LANES * 4), aligned(4)));

enum { TILE_COLUMNS = 2 * CK_LANES };

static inline __attribute__((always_inline)) void tile_f32(
    const int rows, int64_t k, const float *a, const float *panel, float *c, int64_t ldc, bool accumulate, const float *ahead) {
    vector_f32 sum[CK_TILE_ROWS][2];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
        sum[i][0] = (vector_f32){0};
        sum[i][1] = (vector_f32){0};
        __builtin_prefetch(c + i * ldc, 1);
    }
    for (int64_t p = 0; p < k; p++) {
        if (p % 4 == 0) __builtin_prefetch(ahead + 4 * p, 0, 2);
        vector_f32 b0 = *(const vector_f32 *)(panel + p * TILE_COLUMNS);
        vector_f32 b1 = *(const vector_f32 *)(panel + p * TILE_COLUMNS + CK_LANES);
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++) {
            float x = a[p * rows + i];
            sum[i][0] += x * b0;
            sum[i][1] += x * b1;
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
        vector_f32 *c0 = (vector_f32 *)(c + i * ldc), *c1 = (vector_f32 *)(c + i * ldc + CK_LANES);
        *c0 = accumulate ? *c0 + sum[i][0] : sum[i][0];
        *c1 = accumulate ? *c1 + sum[i][1] : sum[i][1];
    }
}

#ifdef CK_AVX512BF16
static inline __attribute__((always_inline)) void tile_bf16(
    const int rows, int64_t pairs, const uint32_t *a, const uint32_t *panel, float *c, int64_t ldc, bool accumulate,
    const uint32_t *ahead) {
    __m512 sum[CK_TILE_ROWS][2];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
        sum[i][0] = _mm512_setzero_ps();
        sum[i][1] = _mm512_setzero_ps();
        __builtin_prefetch(c + i * ldc, 1);
        __builtin_prefetch(c + i * ldc + CK_LANES, 1);
    }
    for (int64_t p = 0; p < pairs; p++) {
        if (p % 4 == 0) __builtin_prefetch(ahead + 4 * p, 0, 2);
        __m512bh b0 = (__m512bh)_mm512_loadu_si512(panel + p * TILE_COLUMNS);
        __m512bh b1 = (__m512bh)_mm512_loadu_si512(panel + p * TILE_COLUMNS + CK_LANES);
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++) {
            __m512bh x = (__m512bh)_mm512_set1_epi32((int)a[p * rows + i]);
            sum[i][0] = _mm512_dpbf16_ps(sum[i][0], x, b0);
            sum[i][1] = _mm512_dpbf16_ps(sum[i][1], x, b1);
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
        if (accumulate) {
            sum[i][0] = _mm512_add_ps(sum[i][0], _mm512_loadu_ps(c + i * ldc));
            sum[i][1] = _mm512_add_ps(sum[i][1], _mm512_loadu_ps(c + i * ldc + CK_LANES));
        }
        _mm512_storeu_ps(c + i * ldc, sum[i][0]);
        _mm512_storeu_ps(c + i * ldc + CK_LANES, sum[i][1]);
    }
}
#endif

// One compiled body for every height a tile can have.
#if CK_TILE_ROWS >= 14
#define CK_TILE_HEIGHTS(tile) tile(1) tile(2) tile(3) tile(4) tile(5) tile(6) tile(7) tile(8) tile(9) tile(10) tile(11) tile(12) tile(13) tile(14)
#elif CK_TILE_ROWS >= 6
#define CK_TILE_HEIGHTS(tile) tile(1) tile(2) tile(3) tile(4) tile(5) tile(6)
#else
#define CK_TILE_HEIGHTS(tile) tile(1) tile(2) tile(3) tile(4)
#endif

void CK_NAME(ck_gemm_tile_f32)(
    int rows, int64_t k, const float *a, const float *panel, float *c, int64_t ldc, bool accumulate, const float *ahead) {
    switch (rows) {
#define CK_TILE(height) case height: tile_f32(height, k, a, panel, c, ldc, accumulate, ahead); break;
        CK_TILE_HEIGHTS(CK_TILE)
#undef CK_TILE
        default: __builtin_trap();
    }
}

// Only called where the table says bf16_products; elsewhere bf16 operands are packed as the f32 they stand for.
void CK_NAME(ck_gemm_tile_bf16)(
    int rows, int64_t k, const void *a, const void *panel, float *c, int64_t ldc, bool accumulate, const void *ahead) {
#ifdef CK_AVX512BF16
    switch (rows) {
#define CK_TILE(height) case height: tile_bf16(height, k, a, panel, c, ldc, accumulate, ahead); break;
        CK_TILE_HEIGHTS(CK_TILE)
#undef CK_TILE
        default: __builtin_trap();
    }
#else
    (void)rows, (void)k, (void)a, (void)panel, (void)c, (void)ldc, (void)accumulate, (void)ahead;
    __builtin_trap();
#endif
}

#ifdef CK_AVX512
// One square of up to 16 x 16 words.
static inline __attribute__((always_inline)) void transpose_square(
    int rows, int columns, const uint32_t *source, int64_t lds, uint32_t *out, int64_t ldo) {
    __m512i r[16], t[16];
    __mmask16 across = (__mmask16)((1u << columns) - 1), down = (__mmask16)((1u << rows) - 1);
#pragma clang loop unroll(full)
    for (int x = 0; x < 16; x++) r[x] = x < rows ? _mm512_maskz_loadu_epi32(across, source + x * lds) : _mm512_setzero_si512();
#pragma clang loop unroll(full)
    for (int x = 0; x < 16; x += 2) {
        t[x] = _mm512_unpacklo_epi32(r[x], r[x + 1]);
        t[x + 1] = _mm512_unpackhi_epi32(r[x], r[x + 1]);
    }
#pragma clang loop unroll(full)
    for (int x = 0; x < 16; x += 4) {
        r[x] = _mm512_unpacklo_epi64(t[x], t[x + 2]);
        r[x + 1] = _mm512_unpackhi_epi64(t[x], t[x + 2]);
        r[x + 2] = _mm512_unpacklo_epi64(t[x + 1], t[x + 3]);
        r[x + 3] = _mm512_unpackhi_epi64(t[x + 1], t[x + 3]);
    }
#pragma clang loop unroll(full)
    for (int x = 0; x < 4; x++) {
        t[x] = _mm512_shuffle_i32x4(r[x], r[x + 4], 0x88);
        t[x + 4] = _mm512_shuffle_i32x4(r[x], r[x + 4], 0xdd);
        t[x + 8] = _mm512_shuffle_i32x4(r[x + 8], r[x + 12], 0x88);
        t[x + 12] = _mm512_shuffle_i32x4(r[x + 8], r[x + 12], 0xdd);
    }
#pragma clang loop unroll(full)
    for (int x = 0; x < 4; x++) {
        r[x] = _mm512_shuffle_i32x4(t[x], t[x + 8], 0x88);
        r[x + 4] = _mm512_shuffle_i32x4(t[x + 4], t[x + 12], 0x88);
        r[x + 8] = _mm512_shuffle_i32x4(t[x], t[x + 8], 0xdd);
        r[x + 12] = _mm512_shuffle_i32x4(t[x + 4], t[x + 12], 0xdd);
    }
#pragma clang loop unroll(full)
    for (int x = 0; x < 16; x++) {
        if (x < columns) _mm512_mask_storeu_epi32(out + x * ldo, down, r[x]);
    }
}
#endif

// out[j][i] = source[i][j] for 32-bit words.
void CK_NAME(ck_transpose_words)(
    int64_t rows, int64_t columns, const uint32_t *source, int64_t lds, uint32_t *out, int64_t ldo) {
#ifdef CK_AVX512
    for (int64_t i = 0; i < rows; i += 16) {
        int height = rows - i < 16 ? (int)(rows - i) : 16;
        int64_t j = 0;
        for (; j + 16 <= columns; j += 16) {
            const uint32_t *from = source + i * lds + j;
            uint32_t *to = out + j * ldo + i;
            switch (height) {
                case 16: transpose_square(16, 16, from, lds, to, ldo); break;
                case CK_TILE_ROWS: transpose_square(CK_TILE_ROWS, 16, from, lds, to, ldo); break;
                default: transpose_square(height, 16, from, lds, to, ldo);
            }
        }
        if (j < columns) transpose_square(height, (int)(columns - j), source + i * lds + j, lds, out + j * ldo + i, ldo);
    }
#else
    for (int64_t i = 0; i < rows; i++) {
        for (int64_t j = 0; j < columns; j++) out[j * ldo + i] = source[i * lds + j];
    }
#endif
}

// The pairs (even[i], odd[i]): `width` of them in a run, each run `stride` words behind the one before.
void CK_NAME(ck_zip_halves)(
    int64_t count, int64_t width, const ck_bf16 *even, const ck_bf16 *odd, uint32_t *out, int64_t stride) {
    for (int64_t first = 0; first < count; first += width, out += stride) {
        int64_t run = count - first < width ? count - first : width, i = 0;
#ifdef CK_AVX512
        const __m512i low = _mm512_set_epi16(47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8, 39, 7, 38, 6,
                                             37, 5, 36, 4, 35, 3, 34, 2, 33, 1, 32, 0);
        const __m512i high = _mm512_add_epi16(low, _mm512_set1_epi16(16));
        for (; i + 32 <= run; i += 32) {
            __m512i x = _mm512_loadu_si512(even + first + i), y = _mm512_loadu_si512(odd + first + i);
            _mm512_storeu_si512(out + i, _mm512_permutex2var_epi16(x, low, y));
            _mm512_storeu_si512(out + i + 16, _mm512_permutex2var_epi16(x, high, y));
        }
#endif
        for (; i < run; i++) out[i] = even[first + i] | (uint32_t)odd[first + i] << 16;
    }
}

// The pairs of two rows of codes, which begin at the elements even and odd of a flattened matrix, laid out as ck_zip_halves
// does: both rows' values stand in one register, and one look-up makes 16 pairs. All of even, odd, count, width and the
// block size are multiples of 16.
void CK_NAME(ck_zip_codes)(
    ck_type type, const ck_blocks4 *blocks, int64_t even, int64_t odd, int64_t count, int64_t width, uint32_t *out,
    int64_t stride) {
#ifdef CK_AVX512BF16
    const int64_t size = blocks->block_size;
    const __m512 table = _mm512_loadu_ps(ck_code_table(type));
    const __m512i nibble = _mm512_set1_epi16(15), second = _mm512_set1_epi32(16 << 16);
    scale_cursor even_scales = scale_cursor_at(blocks, quotient(even, size));
    scale_cursor odd_scales = scale_cursor_at(blocks, quotient(odd, size));
    // The elements left of the block of each row.
    int64_t even_left = (even_scales.block + 1) * size - even, odd_left = (odd_scales.block + 1) * size - odd, place = 0;
    __m512 of_even = _mm512_mul_ps(table, _mm512_set1_ps(next_scale(&even_scales)));
    __m512 of_odd = _mm512_mul_ps(table, _mm512_set1_ps(next_scale(&odd_scales)));
    __m512i values = (__m512i)_mm512_cvtne2ps_pbh(of_odd, of_even);
    for (int64_t at = 0; at < count; at += 16, even_left -= 16, odd_left -= 16) {
        if (even_left == 0 || odd_left == 0) {
            if (even_left == 0) {
                of_even = _mm512_mul_ps(table, _mm512_set1_ps(next_scale(&even_scales)));
                even_left = size;
            }
            if (odd_left == 0) {
                of_odd = _mm512_mul_ps(table, _mm512_set1_ps(next_scale(&odd_scales)));
                odd_left = size;
            }
            // What dpbf16 takes for zero, subnormals, this rounding does too.
            values = (__m512i)_mm512_cvtne2ps_pbh(of_odd, of_even);
        }
        // Four words for two bytes: both first elements, then both second ones.
        __m512i e = _mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i *)(blocks->codes + (even + at) / 2)));
        __m512i o = _mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i *)(blocks->codes + (odd + at) / 2)));
        __m512i first = _mm512_or_si512(_mm512_srli_epi64(e, 4), _mm512_slli_epi64(o, 12));
        __m512i index = _mm512_ternarylogic_epi64(first, _mm512_slli_epi64(e, 32), _mm512_slli_epi64(o, 48), 0xfe);
        index = _mm512_ternarylogic_epi64(index, nibble, second, 0xea);
        _mm512_storeu_si512(out + place, _mm512_permutexvar_epi16(index, values));
        place += 16;
        if (place == width) place = 0, out += stride;
    }
#else
    (void)type, (void)blocks, (void)even, (void)odd, (void)count, (void)width, (void)out, (void)stride;
    __builtin_trap();
#endif
}
