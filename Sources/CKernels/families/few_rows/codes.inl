// Rows of W as codes: looked up in registers for a tile of few rows of x, or once into a panel for more.
// Keeps the compiler from beginning the next column early, for which there are not enough registers.
#define FEW_IN_ORDER __asm__ volatile("" ::: "memory")

#if defined(CK_AVX512BF16)

// Two blocks of 64 codes are 32 words of four nibbles. Their 2 x 16 values are scaled and rounded once, as everywhere,
// and stand in one register: the lowest bits of an index are the code, the next one is the block. Each look-up takes one
// nibble of every word, so that x is wanted in this order: the second, first, fourth and third of every four elements.
typedef struct {
    __m512i words, values;
} few_pair_of_blocks;

static inline __attribute__((always_inline)) few_pair_of_blocks few_two_blocks(
    __m512 table, const void *codes, const float *scales) {
    __m512 front = _mm512_mul_ps(table, _mm512_set1_ps(scales[0]));
    __m512 back = _mm512_mul_ps(table, _mm512_set1_ps(scales[1]));
    return (few_pair_of_blocks){_mm512_loadu_si512(codes), (__m512i)_mm512_cvtne2ps_pbh(back, front)};
}

static inline __attribute__((always_inline)) __m512bh few_look_up(few_pair_of_blocks blocks, const int nibble) {
    const __m512i second = _mm512_inserti64x4(_mm512_setzero_si512(), _mm256_set1_epi16(16), 1);
    __m512i shifted = nibble == 0 ? blocks.words : _mm512_srli_epi16(blocks.words, 4 * (unsigned)nibble);
    __m512i index = _mm512_ternarylogic_epi32(shifted, _mm512_set1_epi16(15), second, 0xea);
    return (__m512bh)_mm512_permutexvar_epi16(index, blocks.values);
}

// A last block alone: 16 words, two nibbles of each in one look-up. Its values stand twice in the register.
static inline __attribute__((always_inline)) few_pair_of_blocks few_one_block(
    __m512 table, const void *codes, const float *scales) {
    const __m512i low_then_high = _mm512_inserti64x4(_mm512_setzero_si512(), _mm256_set1_epi16(4), 1);
    __m256i values = (__m256i)_mm512_cvtneps_pbh(_mm512_mul_ps(table, _mm512_set1_ps(scales[0])));
    __m512i words = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)codes));
    return (few_pair_of_blocks){_mm512_srlv_epi16(words, low_then_high), _mm512_broadcast_i64x4(values)};
}

static inline __attribute__((always_inline)) __m512bh few_look_up_two(few_pair_of_blocks block, const int byte) {
    return (__m512bh)_mm512_permutexvar_epi16(_mm512_srli_epi16(block.words, 8 * (unsigned)byte), block.values);
}

static inline __attribute__((always_inline)) void few_dot_codes_bf16(
    const int columns, const int rows, few_operands *o, int first) {
    few_rows w = few_rows_from(o->w, o->ldw, first * o->ldw + o->from / 2), x = few_rows_from(o->x, o->ldx, 2 * o->from);
    few_rows scales = few_rows_from(o->scales, 4 * o->lds, 4 * (first * o->lds + o->from / FEW_STEP));
    __m512 table = _mm512_loadu_ps(o->table);
    few_rows fetched = few_fetch_from(o, first, &w);
    int64_t left = o->to - o->from;
    FEW_LOAD_SUMS(columns, rows)
    for (; left >= 2 * FEW_STEP; left -= 2 * FEW_STEP) {
        FEW_UNROLLED for (int i = 0; i < columns; i++) {
            FEW_IN_ORDER;
            __builtin_prefetch(few_row(&fetched, i));
            few_pair_of_blocks blocks = few_two_blocks(table, few_row(&w, i), few_row(&scales, i));
            FEW_UNROLLED for (int nibble = 0; nibble < 4; nibble++) {
                __m512bh y = few_look_up(blocks, nibble);
                FEW_UNROLLED for (int r = 0; r < rows; r++) {
                    __m512bh z = (__m512bh)_mm512_loadu_si512((const char *)few_row(&x, r) + 64 * nibble);
                    sum[i * rows + r] = few_dot_pairs(sum[i * rows + r], y, z);
                }
            }
        }
        few_advance(&w, FEW_STEP);
        few_advance(&fetched, FEW_STEP);
        few_advance(&scales, 8);
        few_advance(&x, 4 * FEW_STEP);
    }
    if (left > 0) {
        FEW_UNROLLED for (int i = 0; i < columns; i++) {
            FEW_IN_ORDER;
            __builtin_prefetch(few_row(&fetched, i));
            few_pair_of_blocks block = few_one_block(table, few_row(&w, i), few_row(&scales, i));
            FEW_UNROLLED for (int byte = 0; byte < 2; byte++) {
                __m512bh y = few_look_up_two(block, byte);
                FEW_UNROLLED for (int r = 0; r < rows; r++) {
                    __m512bh z = (__m512bh)_mm512_loadu_si512((const char *)few_row(&x, r) + 64 * byte);
                    sum[i * rows + r] = few_dot_pairs(sum[i * rows + r], y, z);
                }
            }
        }
    }
    FEW_STORE_SUMS(columns, rows)
}

// More rows of W at once would be more streams than the processor follows through memory.
#define FEW_HALF_CODES_COLUMNS(rows) 4
FEW_TILE(few_tile_codes_bf16, few_dot_codes_bf16, FEW_HALF_CODES_COLUMNS)

// The same look-ups into rows of a panel, `stride` elements apart.
static void few_expand_bf16(const few_operands *o, int columns, ck_bf16 *panel, int64_t stride) {
    __m512 table = _mm512_loadu_ps(o->table);
    for (int i = 0; i < columns; i++) {
        const uint8_t *codes = (const uint8_t *)o->w + i * o->ldw + o->from / 2;
        const float *scales = o->scales + i * o->lds + o->from / FEW_STEP;
        ck_bf16 *out = panel + i * stride;
        int64_t left = o->to - o->from;
        for (; left >= 2 * FEW_STEP; left -= 2 * FEW_STEP, codes += FEW_STEP, scales += 2, out += 2 * FEW_STEP) {
            few_pair_of_blocks blocks = few_two_blocks(table, codes, scales);
            FEW_UNROLLED for (int nibble = 0; nibble < 4; nibble++) {
                _mm512_storeu_si512(out + 32 * nibble, (__m512i)few_look_up(blocks, nibble));
            }
        }
        if (left > 0) {
            few_pair_of_blocks block = few_one_block(table, codes, scales);
            FEW_UNROLLED for (int byte = 0; byte < 2; byte++) {
                _mm512_storeu_si512(out + 32 * byte, (__m512i)few_look_up_two(block, byte));
            }
        }
    }
}
#endif

#if defined(CK_AVX512)
// In f32 a block's 64 codes are the eight nibbles of 32-bit words, where the indices need no mask because a look-up of 16
// values takes but the lowest bits.
static inline __attribute__((always_inline)) void few_look_up_f32(
    __m512 table, const uint8_t *codes, float scale, __m512 out[4]) {
    const __m512i low_then_high = _mm512_inserti64x4(_mm512_setzero_si512(), _mm256_set1_epi32(4), 1);
    __m512 values = _mm512_mul_ps(table, _mm512_set1_ps(scale));
    __m512i words = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)codes));
    words = _mm512_srlv_epi32(words, low_then_high);
    FEW_UNROLLED for (int v = 0; v < 4; v++) {
        out[v] = _mm512_permutexvar_ps(_mm512_srli_epi32(words, 8 * (unsigned)v), values);
    }
}

static inline __attribute__((always_inline)) void few_dot_codes_f32(
    const int columns, const int rows, few_operands *o, int first) {
    few_rows w = few_rows_from(o->w, o->ldw, first * o->ldw + o->from / 2), x = few_rows_from(o->x, o->ldx, 4 * o->from);
    few_rows scales = few_rows_from(o->scales, 4 * o->lds, 4 * (first * o->lds + o->from / FEW_STEP));
    __m512 table = _mm512_loadu_ps(o->table);
    few_rows fetched = few_fetch_from(o, first, &w);
    FEW_LOAD_SUMS(columns, rows)
    for (int64_t left = o->to - o->from; left > 0; left -= FEW_STEP) {
        FEW_UNROLLED for (int i = 0; i < columns; i++) {
            __m512 y[4];
            __builtin_prefetch(few_row(&fetched, i));
            few_look_up_f32(table, few_row(&w, i), *(const float *)few_row(&scales, i), y);
            FEW_UNROLLED for (int r = 0; r < rows; r++) {
                FEW_UNROLLED for (int v = 0; v < 4; v++) {
                    vector_f32 z = *(const vector_f32 *)((const char *)few_row(&x, r) + 64 * v);
                    sum[i * rows + r] += (vector_f32)y[v] * z;
                }
            }
        }
        few_advance(&w, FEW_STEP / 2);
        few_advance(&fetched, FEW_STEP / 2);
        few_advance(&scales, 4);
        few_advance(&x, 4 * FEW_STEP);
    }
    FEW_STORE_SUMS(columns, rows)
}

#define FEW_FLOAT_CODES_COLUMNS(rows) ((rows) <= 4 ? 4 : 2)
FEW_TILE(few_tile_codes_f32, few_dot_codes_f32, FEW_FLOAT_CODES_COLUMNS)

static void few_expand_f32(const few_operands *o, int columns, float *panel, int64_t stride) {
    __m512 table = _mm512_loadu_ps(o->table);
    for (int i = 0; i < columns; i++) {
        const uint8_t *codes = (const uint8_t *)o->w + i * o->ldw + o->from / 2;
        const float *scales = o->scales + i * o->lds + o->from / FEW_STEP;
        float *out = panel + i * stride;
        for (int64_t left = o->to - o->from; left > 0; left -= FEW_STEP, codes += FEW_STEP / 2, out += FEW_STEP) {
            __m512 y[4];
            few_look_up_f32(table, codes, *scales++, y);
            FEW_UNROLLED for (int v = 0; v < 4; v++) _mm512_storeu_ps(out + 16 * v, y[v]);
        }
    }
}
#endif
