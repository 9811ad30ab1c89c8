// Conversions between f32, bf16 and f16. Narrowing rounds to nearest even; NaN stays NaN and becomes quiet; infinities,
// subnormals and signed zeros are kept. Every instruction set gives the same bits.

#include "../half.h"

static inline float widen_bf16(ck_bf16 x) { return float_of((uint32_t)x << 16); }

// In integers: the bf16 instructions take subnormals for zero.
static inline ck_bf16 round_bf16(float x) {
    uint32_t bits = bits_of(x);
    uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    uint32_t quiet = bits >> 16 | 0x40;
    return (ck_bf16)((bits & 0x7fffffff) > 0x7f800000 ? quiet : rounded);
}

#if defined(CK_AVX2) || defined(CK_AVX512)
static inline float widen_f16(ck_f16 x) { return _cvtsh_ss(x); }
static inline ck_f16 round_f16(float x) { return _cvtss_sh(x, _MM_FROUND_TO_NEAREST_INT); }
#else
static inline float widen_f16(ck_f16 x) { return widen_f16_portable(x); }

static inline ck_f16 round_f16(float x) {
    uint32_t bits = bits_of(x), magnitude = bits & 0x7fffffff, sign = bits >> 16 & 0x8000;
    // Adding 1/2 leaves the subnormal's 2^-24 steps in the last bits of the sum, rounded by the addition.
    uint32_t small = bits_of(float_of(magnitude) + 0.5f) - bits_of(0.5f);
    uint32_t normal = (magnitude - (112u << 23) + 0xfff + (magnitude >> 13 & 1)) >> 13;
    uint32_t special = magnitude > 0x7f800000 ? 0x7e00 | (magnitude >> 13 & 0x3ff) : 0x7c00;
    uint32_t finite = magnitude < 0x38800000 ? small : normal;
    return (ck_f16)(sign | (magnitude < 0x477ff000 ? finite : special));
}
#endif

// out[i] = in[i] as bf16; n values.
void CK_NAME(ck_convert_f32_bf16)(int64_t n, const float *in, ck_bf16 *out) {
    for (int64_t i = 0; i < n; i++) out[i] = round_bf16(in[i]);
}

// out[i] = in[i] as f32; exact.
void CK_NAME(ck_convert_bf16_f32)(int64_t n, const ck_bf16 *in, float *out) {
    for (int64_t i = 0; i < n; i++) out[i] = widen_bf16(in[i]);
}

// out[i] = in[i] as f16; what is beyond its range becomes infinite.
void CK_NAME(ck_convert_f32_f16)(int64_t n, const float *in, ck_f16 *out) {
    int64_t i = 0;
#if defined(CK_AVX512)
    for (; i + 16 <= n; i += 16) {
        _mm256_storeu_si256((__m256i *)(out + i), _mm512_cvtps_ph(_mm512_loadu_ps(in + i), _MM_FROUND_TO_NEAREST_INT));
    }
#elif defined(CK_AVX2)
    for (; i + 8 <= n; i += 8) {
        _mm_storeu_si128((__m128i *)(out + i), _mm256_cvtps_ph(_mm256_loadu_ps(in + i), _MM_FROUND_TO_NEAREST_INT));
    }
#endif
    for (; i < n; i++) out[i] = round_f16(in[i]);
}

// out[i] = in[i] as f32; exact.
void CK_NAME(ck_convert_f16_f32)(int64_t n, const ck_f16 *in, float *out) {
    int64_t i = 0;
#if defined(CK_AVX512)
    for (; i + 16 <= n; i += 16) {
        _mm512_storeu_ps(out + i, _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(in + i))));
    }
#elif defined(CK_AVX2)
    for (; i + 8 <= n; i += 8) _mm256_storeu_ps(out + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(in + i))));
#endif
    for (; i < n; i++) out[i] = widen_f16(in[i]);
}
