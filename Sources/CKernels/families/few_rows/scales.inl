// The scales of rows of codes, one for every step along k.
#if defined(CK_AVX512)
// The 256 values that codes of doubly quantized scales stand for: their lower and their upper halves, so that one look-up
// reaches 64 of them.
typedef struct {
    const float *values;
    __m512i halves[2][8];
} few_scale_map;

static inline void few_split_map(few_scale_map *map, const float *values) {
    if (map->values == values) return;
    for (int half = 0; half < 2; half++) {
        for (int i = 0; i < 8; i++) {
            __m512i front = _mm512_loadu_si512(values + 32 * i), back = _mm512_loadu_si512(values + 32 * i + 16);
            __m256i first = _mm512_cvtepi32_epi16(_mm512_srli_epi32(front, 16 * (unsigned)half));
            __m256i second = _mm512_cvtepi32_epi16(_mm512_srli_epi32(back, 16 * (unsigned)half));
            map->halves[half][i] = _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
        }
    }
    map->values = values;
}

// One half of the values of 32 codes, given as words.
static inline __attribute__((always_inline)) __m512i few_look_up_halves(const __m512i table[8], __m512i codes) {
    __mmask32 odd = _mm512_test_epi16_mask(codes, _mm512_set1_epi16(64));
    __mmask32 upper = _mm512_test_epi16_mask(codes, _mm512_set1_epi16(128));
    __m512i pairs[4];
    FEW_UNROLLED for (int i = 0; i < 4; i++) pairs[i] = _mm512_permutex2var_epi16(table[2 * i], codes, table[2 * i + 1]);
    return _mm512_mask_blend_epi16(
        upper, _mm512_mask_blend_epi16(odd, pairs[0], pairs[1]), _mm512_mask_blend_epi16(odd, pairs[2], pairs[3]));
}

#pragma clang fp contract(off)
// Those of count blocks of one nested block.
static inline void few_nested_scales(
    const few_scale_map *map, const uint8_t *codes, int64_t count, float nested, float offset, float *out) {
    // What is unpacked from two registers comes in the order of their lanes of four.
    const __m256i order = _mm256_set_epi32(7, 3, 6, 2, 5, 1, 4, 0);
    __m512 factor = _mm512_set1_ps(nested), shift = _mm512_set1_ps(offset);
    for (int64_t left = count; left > 0; left -= 32, codes += 32, out += 32) {
        __mmask32 all = left < 32 ? (__mmask32)((1u << left) - 1) : ~(__mmask32)0;
        __m512i words = _mm512_cvtepu8_epi16(_mm256_permutevar8x32_epi32(_mm256_maskz_loadu_epi8(all, codes), order));
        __m512i low = few_look_up_halves(map->halves[0], words), high = few_look_up_halves(map->halves[1], words);
        __m512 front = (__m512)_mm512_unpacklo_epi16(low, high), back = (__m512)_mm512_unpackhi_epi16(low, high);
        _mm512_mask_storeu_ps(out, (__mmask16)all, _mm512_add_ps(_mm512_mul_ps(front, factor), shift));
        _mm512_mask_storeu_ps(out + 16, (__mmask16)(all >> 16), _mm512_add_ps(_mm512_mul_ps(back, factor), shift));
    }
}
#pragma clang fp contract(on)

// Those of count blocks, from `block` on.
static inline void few_block_scales(few_scale_map *map, const ck_blocks4 *blocks, int64_t block, int64_t count, float *out) {
    if (blocks->absmax) {
        memcpy(out, blocks->absmax + block, (size_t)count * sizeof *out);
        return;
    }
    few_split_map(map, blocks->absmax_map);
    for (int64_t end = block + count, stop; block < end; out += stop - block, block = stop) {
        int64_t nested = quotient(block, blocks->nested_block_size);
        stop = (nested + 1) * blocks->nested_block_size;
        if (stop > end) stop = end;
        few_nested_scales(
            map, blocks->absmax_codes + block, stop - block, blocks->nested_absmax[nested], blocks->nested_offset, out);
    }
}

// The same, each `copies` times.
static inline void few_scales(
    few_scale_map *map, const ck_blocks4 *blocks, int64_t block, int64_t count, int64_t copies, float *out) {
    few_block_scales(map, blocks, block, count, out);
    if (copies == 1) return;
    for (int64_t i = count - 1; i >= 0; i--) {
        float scale = out[i];
        for (int64_t copy = 0; copy < copies; copy++) out[i * copies + copy] = scale;
    }
}
#else
typedef struct {
    const float *values;
} few_scale_map;
#endif
