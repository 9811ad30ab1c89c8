// Q8_0, GGUF's blocks of 8 bits: a scale, which is an f16, then 32 signed bytes. A value, scale * byte, is exact in f32.

static inline float block8_scale(const uint8_t *block) {
    ck_f16 scale;
    memcpy(&scale, block, sizeof scale);
    return widen_f16(scale);
}

#if defined(CK_AVX512)
// The scale in every lane.
static inline __m512 block8_scales(const uint8_t *block) {
    int16_t scale;
    memcpy(&scale, block, sizeof scale);
    return _mm512_cvtph_ps(_mm256_set1_epi16(scale));
}

// Values first..<first + 16 of a block.
static inline __m512 block8_values(const uint8_t *block, int first, __m512 scale) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(block + 2 + first));
    return _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes)), scale);
}
#endif

static inline void expand_block8_f32(const uint8_t *block, float *out) {
    float scale = block8_scale(block);
    for (int i = 0; i < CK_BLOCK8_ELEMENTS; i++) out[i] = scale * (float)(int8_t)block[2 + i];
}

static inline void expand_block8_bf16(const uint8_t *block, ck_bf16 *out) {
#if defined(CK_AVX512BF16)
    // No value is subnormal, which these instructions would take for zero.
    __m512 scale = block8_scales(block);
    __m512 low = block8_values(block, 0, scale), high = block8_values(block, 16, scale);
    _mm512_storeu_si512(out, (__m512i)_mm512_cvtne2ps_pbh(high, low));
#else
    float scale = block8_scale(block);
    for (int i = 0; i < CK_BLOCK8_ELEMENTS; i++) out[i] = round_bf16(scale * (float)(int8_t)block[2 + i]);
#endif
}

// out[0..<count] = the elements start..<start + count of the flattened tensor, rounded to nearest even in the output's
// type. start and count are free; blocks may be cut anywhere.
#define CK_DEQUANTIZE8(suffix, element)                                                                             \
    void CK_NAME(ck_dequantize8_##suffix)(const uint8_t *blocks, int64_t start, int64_t count, element *out) {      \
        const uint8_t *block = blocks + start / CK_BLOCK8_ELEMENTS * CK_BLOCK8_BYTES;                               \
        int64_t skipped = start % CK_BLOCK8_ELEMENTS;                                                               \
        element whole[CK_BLOCK8_ELEMENTS];                                                                          \
        if (skipped > 0) {                                                                                          \
            int64_t left = CK_BLOCK8_ELEMENTS - skipped, some = count < left ? count : left;                        \
            expand_block8_##suffix(block, whole);                                                                   \
            memcpy(out, whole + skipped, (size_t)some * sizeof *out);                                               \
            block += CK_BLOCK8_BYTES;                                                                               \
            out += some;                                                                                            \
            count -= some;                                                                                          \
        }                                                                                                           \
        for (; count >= CK_BLOCK8_ELEMENTS; count -= CK_BLOCK8_ELEMENTS) {                                          \
            expand_block8_##suffix(block, out);                                                                     \
            block += CK_BLOCK8_BYTES;                                                                               \
            out += CK_BLOCK8_ELEMENTS;                                                                              \
        }                                                                                                           \
        if (count > 0) {                                                                                            \
            expand_block8_##suffix(block, whole);                                                                   \
            memcpy(out, whole, (size_t)count * sizeof *out);                                                        \
        }                                                                                                           \
    }
CK_DEQUANTIZE8(f32, float)
CK_DEQUANTIZE8(bf16, ck_bf16)
#undef CK_DEQUANTIZE8
