// NF4 and FP4 as bitsandbytes stores them (QLoRA, arXiv 2305.14314), bit for bit the same in every instruction set.
// A tensor is flattened row-major and cut into blocks of block_size elements, an even number; the last may be short.
// Two elements share a byte, the first in the high nibble.
#pragma clang fp contract(off)

// max |x|, or NaN where there is one: ordered as integers, magnitudes are ordered as numbers with NaN above infinity.
static inline float largest_magnitude(int64_t count, const float *x, float offset) {
    uint32_t largest = 0;
    for (int64_t i = 0; i < count; i++) {
        uint32_t magnitude = bits_of(x[i] - offset) & 0x7fffffff;
        largest = magnitude > largest ? magnitude : largest;
    }
    return float_of(largest);
}

// 1/absmax, kept finite so that the zeros of a block of zeros or of the smallest subnormals stay zeros.
static inline float inverse_scale(float absmax) {
    float inverse = 1.0f / absmax;
    return inverse > FLT_MAX ? FLT_MAX : inverse;
}

static inline void nf4_codes(int64_t count, const float *x, float inverse, uint8_t *codes) {
    const float *table = ck_code_table(CK_NF4);
    float midpoint[15];
    for (int k = 0; k < 15; k++) midpoint[k] = (table[k] + table[k + 1]) * 0.5f;
    for (int64_t i = 0; i < count; i++) {
        float y = x[i] * inverse;
        int32_t code = 0;
#pragma clang loop unroll(full)
        for (int k = 0; k < 15; k++) code += y > midpoint[k];
        codes[i] = (uint8_t)code;
    }
}

static inline void fp4_codes(int64_t count, const float *x, float inverse, uint8_t *codes) {
    const float *table = ck_code_table(CK_FP4);
    // The codes of the magnitudes in ascending order.
    static const int ascending[8] = {0, 1, 6, 7, 4, 5, 2, 3};
    float midpoint[7];
    for (int k = 0; k < 7; k++) midpoint[k] = (table[ascending[k]] + table[ascending[k + 1]]) * 0.5f;
    for (int64_t i = 0; i < count; i++) {
        float y = x[i] * inverse, magnitude = fabsf(y);
        int32_t rank = 0;
#pragma clang loop unroll(full)
        for (int k = 0; k < 7; k++) rank += magnitude > midpoint[k];
        // ascending[rank], without a look-up
        int32_t code = rank ^ (rank & 2) << 1;
        codes[i] = (uint8_t)(y < 0 ? code | 8 : code);
    }
}

// Quantizes count elements that start at the beginning of a block: codes gets (count + 1) / 2 bytes, absmax one value
// a block. y = x * (1 / absmax); an NF4 code is the number of midpoints of the table strictly below y; an FP4 code is
// y's sign and the magnitude by the midpoints strictly below |y|. An odd count is filled up with the code of zero.
// A block of zeros has absmax 0 and the codes of zero; a NaN makes its block's absmax NaN.
void CK_NAME(ck_quantize4)(
    ck_type type, int64_t block_size, int64_t count, const float *x, uint8_t *codes, float *absmax) {
    enum { CHUNK = 256 };
    uint8_t unpacked[CHUNK + 1];
    for (int64_t start = 0; start < count; start += block_size) {
        int64_t end = start + block_size < count ? start + block_size : count;
        float scale = largest_magnitude(end - start, x + start, 0), inverse = inverse_scale(scale);
        *absmax++ = scale;
        for (int64_t i = start; i < end; i += CHUNK) {
            int64_t length = end - i < CHUNK ? end - i : CHUNK;
            if (type == CK_NF4) {
                nf4_codes(length, x + i, inverse, unpacked);
            } else {
                fp4_codes(length, x + i, inverse, unpacked);
            }
            if (length % 2 != 0) unpacked[length] = type == CK_NF4 ? 7 : 0;
            uint8_t *out = codes + i / 2;
            for (int64_t j = 0; j < (length + 1) / 2; j++) {
                out[j] = (uint8_t)(unpacked[2 * j] << 4 | unpacked[2 * j + 1]);
            }
        }
    }
}

// Walks the scales of consecutive blocks. Divisions are dear beside a block, so powers of two are shifted by.
typedef struct {
    const ck_blocks4 *blocks;
    int64_t block, nested, left;  // blocks left of the nested one
} scale_cursor;

static inline int64_t quotient(int64_t value, int64_t divisor) {
    return (divisor & (divisor - 1)) == 0 ? value >> __builtin_ctzll((uint64_t)divisor) : value / divisor;
}

static inline scale_cursor scale_cursor_at(const ck_blocks4 *blocks, int64_t block) {
    scale_cursor cursor = {blocks, block, 0, 0};
    if (!blocks->absmax) {
        cursor.nested = quotient(block, blocks->nested_block_size);
        cursor.left = (cursor.nested + 1) * blocks->nested_block_size - block;
    }
    return cursor;
}

static inline float next_scale(scale_cursor *cursor) {
    const ck_blocks4 *blocks = cursor->blocks;
    int64_t block = cursor->block++;
    if (blocks->absmax) return blocks->absmax[block];
    float nested = blocks->nested_absmax[cursor->nested];
    if (--cursor->left == 0) {
        cursor->nested++;
        cursor->left = blocks->nested_block_size;
    }
    return blocks->absmax_map[blocks->absmax_codes[block]] * nested + blocks->nested_offset;
}

// Whole bytes to values, first the high nibble: out[2i], out[2i + 1] = values[code]. A block has but 16 values, so that
// scaling and rounding are done on those, exactly and once, and expanding is a look-up.
static inline void expand_words(const uint16_t values[16], int64_t bytes, const uint8_t *codes, uint16_t *out) {
    int64_t i = 0;
#if defined(CK_AVX512)
    // The table stands twice in the register, so that bit 4 of an index, part of the next nibble, does not matter.
    __m512i table = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)values));
    for (; i + 16 <= bytes; i += 16) {
        __m512i byte = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(codes + i)));
        __m512i index = _mm512_or_si512(_mm512_srli_epi32(byte, 4), _mm512_slli_epi32(byte, 16));
        _mm512_storeu_si512(out + 2 * i, _mm512_permutexvar_epi16(index, table));
    }
#elif defined(CK_AVX2)
    // Low and high bytes of the values are looked up apart and interleaved again.
    __m256i both = _mm256_loadu_si256((const __m256i *)values);
    __m256i split = _mm256_shuffle_epi8(both, _mm256_broadcastsi128_si256(_mm_setr_epi8(
        0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15)));
    split = _mm256_permute4x64_epi64(split, 0xd8);
    __m256i low_table = _mm256_permute2x128_si256(split, split, 0x00);
    __m256i high_table = _mm256_permute2x128_si256(split, split, 0x11);
    for (; i + 16 <= bytes; i += 16) {
        __m256i byte = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(codes + i)));
        __m256i index = _mm256_or_si256(_mm256_srli_epi16(byte, 4), _mm256_slli_epi16(byte, 8));
        index = _mm256_and_si256(index, _mm256_set1_epi8(15));
        __m256i low = _mm256_shuffle_epi8(low_table, index), high = _mm256_shuffle_epi8(high_table, index);
        __m256i even = _mm256_unpacklo_epi8(low, high), odd = _mm256_unpackhi_epi8(low, high);
        _mm256_storeu_si256((__m256i *)(out + 2 * i), _mm256_permute2x128_si256(even, odd, 0x20));
        _mm256_storeu_si256((__m256i *)(out + 2 * i + 16), _mm256_permute2x128_si256(even, odd, 0x31));
    }
#endif
    for (; i < bytes; i++) {
        out[2 * i] = values[codes[i] >> 4];
        out[2 * i + 1] = values[codes[i] & 15];
    }
}

static inline void expand_floats(const float values[16], int64_t bytes, const uint8_t *codes, float *out) {
    int64_t i = 0;
#if defined(CK_AVX512)
    __m512 table = _mm512_loadu_ps(values);
    for (; i + 8 <= bytes; i += 8) {
        __m512i byte = _mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i *)(codes + i)));
        __m512i index = _mm512_or_si512(_mm512_srli_epi64(byte, 4), _mm512_slli_epi64(byte, 32));
        _mm512_storeu_ps(out + 2 * i, _mm512_permutexvar_ps(index, table));
    }
#elif defined(CK_AVX2)
    __m256 lower = _mm256_loadu_ps(values), upper = _mm256_loadu_ps(values + 8);
    for (; i + 4 <= bytes; i += 4) {
        int32_t four;
        memcpy(&four, codes + i, sizeof four);
        __m256i byte = _mm256_cvtepu8_epi64(_mm_cvtsi32_si128(four));
        __m256i index = _mm256_or_si256(_mm256_srli_epi64(byte, 4), _mm256_slli_epi64(byte, 32));
        // The look-ups take three bits of the index; the fourth, moved to the sign, chooses between them.
        __m256 fourth = _mm256_castsi256_ps(_mm256_slli_epi32(index, 28));
        _mm256_storeu_ps(out + 2 * i, _mm256_blendv_ps(_mm256_permutevar8x32_ps(lower, index),
                                                       _mm256_permutevar8x32_ps(upper, index), fourth));
    }
#endif
    for (; i < bytes; i++) {
        out[2 * i] = values[codes[i] >> 4];
        out[2 * i + 1] = values[codes[i] & 15];
    }
}

// The 16 values of a block.
static inline void block_values_f32(const float *table, float absmax, float *values) {
    for (int code = 0; code < 16; code++) values[code] = table[code] * absmax;
}

static inline void block_values_bf16(const float *table, float absmax, ck_bf16 *values) {
    for (int code = 0; code < 16; code++) values[code] = round_bf16(table[code] * absmax);
}

static inline void block_values_f16(const float *table, float absmax, ck_f16 *values) {
    float exact[16];
    block_values_f32(table, absmax, exact);
    CK_NAME(ck_convert_f32_f16)(16, exact, values);
}

// out[0..<count] = the elements start..<start + count of the flattened tensor: table[code] * absmax in f32, rounded to
// nearest even in the output's type. start and count are free; bytes and blocks may be cut anywhere.
#define CK_DEQUANTIZE4(suffix, element, expand)                                                                     \
    void CK_NAME(ck_dequantize4_##suffix)(                                                                          \
        ck_type type, const ck_blocks4 *blocks, int64_t start, int64_t count, element *out) {                       \
        const float *table = ck_code_table(type);                                                                   \
        const uint8_t *codes = blocks->codes;                                                                       \
        int64_t end = start + count, first = quotient(start, blocks->block_size);                                   \
        int64_t stop = first * blocks->block_size;                                                                  \
        scale_cursor cursor = scale_cursor_at(blocks, first);                                                       \
        while (start < end) {                                                                                       \
            stop = stop + blocks->block_size < end ? stop + blocks->block_size : end;                               \
            element values[16];                                                                                     \
            block_values_##suffix(table, next_scale(&cursor), values);                                                  \
            if (start % 2 != 0) *out++ = values[codes[start++ / 2] & 15];                                           \
            int64_t bytes = (stop - start) / 2;                                                                     \
            expand(values, bytes, codes + start / 2, out);                                                          \
            start += 2 * bytes;                                                                                     \
            out += 2 * bytes;                                                                                       \
            if (start < stop) *out++ = values[codes[start++ / 2] >> 4];                                             \
        }                                                                                                           \
    }
CK_DEQUANTIZE4(f32, float, expand_floats)
CK_DEQUANTIZE4(bf16, ck_bf16, expand_words)
CK_DEQUANTIZE4(f16, ck_f16, expand_words)
#undef CK_DEQUANTIZE4

// Quantizes the scales themselves: absmax - offset in blocks of nested_block (the last may be short), each with its own
// nested_absmax, to the 256 ascending values of map256. y = (absmax - offset) * (1 / nested_absmax); the code is the
// number of f32 midpoints strictly below y, thus the nearest value, and the lower one of two equally near.
void CK_NAME(ck_quantize8_nested)(
    int64_t count, int64_t nested_block, const float *absmax, float offset, const float *map256, uint8_t *codes,
    float *nested_absmax) {
    for (int64_t start = 0; start < count; start += nested_block) {
        int64_t end = start + nested_block < count ? start + nested_block : count;
        float scale = largest_magnitude(end - start, absmax + start, offset), inverse = inverse_scale(scale);
        *nested_absmax++ = scale;
        for (int64_t i = start; i < end; i++) {
            float y = (absmax[i] - offset) * inverse;
            int code = 0;
            for (int step = 128; step > 0; step /= 2) {
                int next = code + step;
                code = y > (map256[next - 1] + map256[next]) * 0.5f ? next : code;
            }
            codes[i] = (uint8_t)code;
        }
    }
}

#pragma clang fp contract(on)
