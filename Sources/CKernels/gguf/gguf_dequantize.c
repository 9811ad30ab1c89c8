#include "ck_gguf.h"

#include <string.h>

#include "../half.h"

// A fused multiply-add rounds once where the format's definition rounds twice.
#pragma STDC FP_CONTRACT OFF

static inline uint16_t load_u16(const uint8_t *source) {
    uint16_t value;
    memcpy(&value, source, sizeof value);
    return value;
}

static inline uint32_t load_u32(const uint8_t *source) {
    uint32_t value;
    memcpy(&value, source, sizeof value);
    return value;
}

static inline float load_f16(const uint8_t *source) { return widen_f16_portable(load_u16(source)); }

// Blocks of 32: the scale d (f16), for the _1 types the minimum m (f16), for q5 the 32 fifth bits, then 16 bytes of
// nibbles, whose low halves are elements 0…15 and high halves 16…31.

void ck_gguf_dequantize_q4_0(const void *source, float *out, int64_t block_count) {
    const uint8_t *block = source;
    for (int64_t b = 0; b < block_count; b++, block += 18, out += 32) {
        const float d = load_f16(block);
        const uint8_t *nibbles = block + 2;
        for (int i = 0; i < 16; i++) {
            out[i] = d * (float)((int)(nibbles[i] & 15) - 8);
            out[i + 16] = d * (float)((int)(nibbles[i] >> 4) - 8);
        }
    }
}

void ck_gguf_dequantize_q4_1(const void *source, float *out, int64_t block_count) {
    const uint8_t *block = source;
    for (int64_t b = 0; b < block_count; b++, block += 20, out += 32) {
        const float d = load_f16(block);
        const float m = load_f16(block + 2);
        const uint8_t *nibbles = block + 4;
        for (int i = 0; i < 16; i++) {
            out[i] = d * (float)(int)(nibbles[i] & 15) + m;
            out[i + 16] = d * (float)(int)(nibbles[i] >> 4) + m;
        }
    }
}

void ck_gguf_dequantize_q5_0(const void *source, float *out, int64_t block_count) {
    const uint8_t *block = source;
    for (int64_t b = 0; b < block_count; b++, block += 22, out += 32) {
        const float d = load_f16(block);
        const uint32_t high = load_u32(block + 2);
        const uint8_t *nibbles = block + 6;
        for (int i = 0; i < 16; i++) {
            const int first = (int)(nibbles[i] & 15) | (int)((high >> i) & 1) << 4;
            const int second = (int)(nibbles[i] >> 4) | (int)((high >> (i + 16)) & 1) << 4;
            out[i] = d * (float)(first - 16);
            out[i + 16] = d * (float)(second - 16);
        }
    }
}

void ck_gguf_dequantize_q5_1(const void *source, float *out, int64_t block_count) {
    const uint8_t *block = source;
    for (int64_t b = 0; b < block_count; b++, block += 24, out += 32) {
        const float d = load_f16(block);
        const float m = load_f16(block + 2);
        const uint32_t high = load_u32(block + 4);
        const uint8_t *nibbles = block + 8;
        for (int i = 0; i < 16; i++) {
            const int first = (int)(nibbles[i] & 15) | (int)((high >> i) & 1) << 4;
            const int second = (int)(nibbles[i] >> 4) | (int)((high >> (i + 16)) & 1) << 4;
            out[i] = d * (float)first + m;
            out[i + 16] = d * (float)second + m;
        }
    }
}

void ck_gguf_dequantize_q8_0(const void *source, float *out, int64_t block_count) {
    const uint8_t *block = source;
    for (int64_t b = 0; b < block_count; b++, block += 34, out += 32) {
        const float d = load_f16(block);
        for (int i = 0; i < 32; i++) out[i] = (float)(int8_t)block[2 + i] * d;
    }
}

// Blocks of 256 in 8 groups of 32 (q4_k, q5_k) or 16 groups of 16 (q6_k), each group with its own small scale.

// The eight 6-bit scales and minima of q4_k and q5_k: bytes 0…3 and 4…7 hold the first four of each in their low six
// bits and the two upper bits of the last four in their upper two; bytes 8…11 hold the low nibbles of the last four,
// scale low, minimum high.
static inline void unpack_scales(const uint8_t *packed, uint8_t scale[8], uint8_t minimum[8]) {
    for (int i = 0; i < 4; i++) {
        scale[i] = packed[i] & 63;
        minimum[i] = packed[4 + i] & 63;
        scale[4 + i] = (uint8_t)((packed[8 + i] & 15) | ((packed[i] >> 6) << 4));
        minimum[4 + i] = (uint8_t)((packed[8 + i] >> 4) | ((packed[4 + i] >> 6) << 4));
    }
}

void ck_gguf_dequantize_q4_k(const void *source, float *out, int64_t block_count) {
    const uint8_t *block = source;
    for (int64_t b = 0; b < block_count; b++, block += 144, out += 256) {
        const float d = load_f16(block);
        const float d_minimum = load_f16(block + 2);
        uint8_t scale[8], minimum[8];
        unpack_scales(block + 4, scale, minimum);
        for (int pair = 0; pair < 4; pair++) {
            const uint8_t *nibbles = block + 16 + 32 * pair;
            float *group = out + 64 * pair;
            const float d0 = d * (float)scale[2 * pair], m0 = d_minimum * (float)minimum[2 * pair];
            const float d1 = d * (float)scale[2 * pair + 1], m1 = d_minimum * (float)minimum[2 * pair + 1];
            for (int i = 0; i < 32; i++) {
                group[i] = d0 * (float)(int)(nibbles[i] & 15) - m0;
                group[i + 32] = d1 * (float)(int)(nibbles[i] >> 4) - m1;
            }
        }
    }
}

void ck_gguf_dequantize_q5_k(const void *source, float *out, int64_t block_count) {
    const uint8_t *block = source;
    for (int64_t b = 0; b < block_count; b++, block += 176, out += 256) {
        const float d = load_f16(block);
        const float d_minimum = load_f16(block + 2);
        uint8_t scale[8], minimum[8];
        unpack_scales(block + 4, scale, minimum);
        const uint8_t *high = block + 16;
        for (int pair = 0; pair < 4; pair++) {
            const uint8_t *nibbles = block + 48 + 32 * pair;
            float *group = out + 64 * pair;
            const float d0 = d * (float)scale[2 * pair], m0 = d_minimum * (float)minimum[2 * pair];
            const float d1 = d * (float)scale[2 * pair + 1], m1 = d_minimum * (float)minimum[2 * pair + 1];
            for (int i = 0; i < 32; i++) {
                const int first = (nibbles[i] & 15) | ((high[i] >> (2 * pair)) & 1) << 4;
                const int second = (nibbles[i] >> 4) | ((high[i] >> (2 * pair + 1)) & 1) << 4;
                group[i] = d0 * (float)first - m0;
                group[i + 32] = d1 * (float)second - m1;
            }
        }
    }
}

void ck_gguf_dequantize_q6_k(const void *source, float *out, int64_t block_count) {
    const uint8_t *block = source;
    for (int64_t b = 0; b < block_count; b++, block += 210, out += 256) {
        const uint8_t *low_bits = block;
        const uint8_t *high_bits = block + 128;
        const uint8_t *scales = block + 192;
        const float d = load_f16(block + 208);
        for (int half = 0; half < 2; half++) {
            for (int quarter = 0; quarter < 4; quarter++) {
                const uint8_t *low = low_bits + 64 * half + 32 * (quarter & 1);
                const uint8_t *high = high_bits + 32 * half;
                const uint8_t *scale = scales + 8 * half + 2 * quarter;
                float *group = out + 128 * half + 32 * quarter;
                const float d0 = d * (float)(int8_t)scale[0];
                const float d1 = d * (float)(int8_t)scale[1];
                const int low_shift = 4 * (quarter >> 1), high_shift = 2 * quarter;
                for (int i = 0; i < 32; i++) {
                    const int bits = ((low[i] >> low_shift) & 15) | ((high[i] >> high_shift) & 3) << 4;
                    group[i] = (i < 16 ? d0 : d1) * (float)(bits - 32);
                }
            }
        }
    }
}
