// Few lanes over many keys, as in generation, where tiles would stay empty: every row of keys and values is read once,
// straight from the caller's, for all lanes of a key head.

enum { FEW_AT_ONCE = 4, FEW_VECTORS = 4, FEW_KEYS = 32 };

// Rows of keys or values of a block, and memory of the next block to fetch ahead, as much for each row.
typedef struct {
    const char *rows, *ahead;
    int64_t stride, ahead_stride;
} row_block;

CK_INLINE bool begins_line(const ck_type type, int64_t x) { return x * (type == CK_FLOAT32 ? 4 : 2) % 64 == 0; }

// CK_LANES elements of a row, the ones behind `count` being 0.
CK_INLINE lanes_f32 load_lanes(const ck_type type, const void *row, int64_t first, int64_t count) {
    if (count - first >= CK_LANES) {
        const ck_bf16 *halves = (const ck_bf16 *)row + first;
        if (type == CK_FLOAT32) return *(const lanes_f32 *)((const float *)row + first);
#if defined(CK_AVX512)
        return (lanes_f32)_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)halves)), 16);
#elif defined(CK_AVX2)
        return (lanes_f32)_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)halves)), 16);
#else
        (void)halves;
#endif
    }
    lanes_f32 x = {0};
    for (int64_t i = 0; i < least(CK_LANES, count - first); i++) x[i] = load(type, row, first + i);
    return x;
}

CK_INLINE float sum_lanes(lanes_f32 x) {
#ifdef CK_AVX512
    return _mm512_reduce_add_ps((__m512)x);
#else
    for (int width = CK_LANES / 2; width > 0; width /= 2) {
        for (int i = 0; i < width; i++) x[i] += x[i + width];
    }
    return x[0];
#endif
}

CK_INLINE float largest_lane(lanes_f32 x) {
#ifdef CK_AVX512
    return _mm512_reduce_max_ps((__m512)x);
#else
    for (int width = CK_LANES / 2; width > 0; width /= 2) {
        for (int i = 0; i < width; i++) x[i] = x[i + width] > x[i] ? x[i + width] : x[i];
    }
    return x[0];
#endif
}

// The softmax and the weighed values so far of some lanes of one key head and one query.
typedef struct {
    float maximum[FEW_AT_ONCE], total[FEW_AT_ONCE];
    float *queries, *output;  // [lanes][width]
    const void *stored;       // the queries as the caller holds them, [lanes][head_dimension]
    float scale;              // of scores, times log2 e
    int64_t width;            // head_dimension in whole vectors
    int64_t row;              // of the first lane, in [tokens, heads]
    int lanes;
} few_lanes;

CK_INLINE void few_scores(
    const ck_type type, const int lanes, const few_lanes *few, int64_t d, row_block keys, int64_t count,
    float scores[FEW_AT_ONCE][FEW_KEYS]) {
    for (int64_t key = 0; key < count; key++) {
        const char *row = keys.rows + key * keys.stride;
        lanes_f32 sums[FEW_AT_ONCE] = {0};
        for (int64_t x = 0; x < d; x += CK_LANES) {
            lanes_f32 k = load_lanes(type, row, x, d);
            if (begins_line(type, x)) __builtin_prefetch(element(type, keys.ahead + key * keys.ahead_stride, x));
#pragma clang loop unroll(full)
            for (int i = 0; i < lanes; i++) sums[i] += k * *(const lanes_f32 *)(few->queries + i * few->width + x);
        }
        for (int i = 0; i < lanes; i++) scores[i][key] = sum_lanes(sums[i]) * few->scale;
    }
}

CK_INLINE void few_softmax(const int lanes, few_lanes *few, int64_t count, float all[FEW_AT_ONCE][FEW_KEYS]) {
    for (int i = 0; i < lanes; i++) {
        float most = few->maximum[i], *scores = all[i];
        for (int64_t key = count; key < FEW_KEYS; key++) scores[key] = -INFINITY;
        lanes_f32 block_most = all_lanes(most), total = {0};
        for (int64_t key = 0; key < FEW_KEYS; key += CK_LANES) block_most = larger(block_most, *(lanes_f32 *)(scores + key));
        most = largest_lane(block_most);
        for (int64_t key = 0; key < FEW_KEYS; key += CK_LANES) {
            lanes_f32 *p = (lanes_f32 *)(scores + key);
            *p = exp2_lanes(*p - most);
            total += *p;
        }
        float factor = exp2_lanes(all_lanes(few->maximum[i] - most))[0];
        few->total[i] = few->total[i] * factor + sum_lanes(total);
        few->maximum[i] = most;
        for (int64_t x = 0; x < few->width; x++) few->output[i * few->width + x] *= factor;
    }
}

// Adds the values, weighed, to some vectors of the outputs.
CK_INLINE void few_values(
    const ck_type type, const int lanes, const int vectors, const few_lanes *few, int64_t first, int64_t d, row_block values,
    int64_t count, float scores[FEW_AT_ONCE][FEW_KEYS]) {
    lanes_f32 sums[FEW_AT_ONCE][FEW_VECTORS];
    float *output = few->output + first;
#pragma clang loop unroll(full)
    for (int i = 0; i < lanes; i++) {
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) sums[i][v] = *(lanes_f32 *)(output + i * few->width + v * CK_LANES);
    }
    for (int64_t key = 0; key < count; key++) {
        const char *row = values.rows + key * values.stride, *ahead = values.ahead + key * values.ahead_stride;
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) {
            int64_t place = first + v * CK_LANES;
            lanes_f32 x = load_lanes(type, row, place, d);
            if (begins_line(type, place)) __builtin_prefetch(element(type, ahead, place));
#pragma clang loop unroll(full)
            for (int i = 0; i < lanes; i++) sums[i][v] += scores[i][key] * x;
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < lanes; i++) {
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) *(lanes_f32 *)(output + i * few->width + v * CK_LANES) = sums[i][v];
    }
}

#ifdef CK_AVX512BF16
// Scores and weighed values of whole pairs, straight from rows of bf16: heads of whole registers.
CK_INLINE bool takes_halves(const ck_type type, int64_t d) { return type == CK_BFLOAT16 && d % (2 * CK_LANES) == 0; }

CK_INLINE void few_scores_halves(
    const int lanes, const few_lanes *few, int64_t d, row_block keys, int64_t count, float scores[FEW_AT_ONCE][FEW_KEYS]) {
    const ck_bf16 *queries = few->stored;
    for (int64_t key = 0; key < count; key += 4) {
        vector_f32 sums[FEW_AT_ONCE][4] = {0};
        for (int64_t x = 0; x < d; x += 2 * CK_LANES) {
            __m512bh q[FEW_AT_ONCE];
#pragma clang loop unroll(full)
            for (int i = 0; i < lanes; i++) q[i] = (__m512bh)_mm512_loadu_si512(queries + i * d + x);
#pragma clang loop unroll(full)
            for (int j = 0; j < 4; j++) {
                // Scores behind the last key are not looked at.
                int64_t row = least(key + j, count - 1);
                __m512bh k = (__m512bh)_mm512_loadu_si512(element(CK_BFLOAT16, keys.rows + row * keys.stride, x));
                __builtin_prefetch(element(CK_BFLOAT16, keys.ahead + row * keys.ahead_stride, x));
#pragma clang loop unroll(full)
                for (int i = 0; i < lanes; i++) sums[i][j] = (vector_f32)_mm512_dpbf16_ps((__m512)sums[i][j], q[i], k);
            }
        }
#pragma clang loop unroll(full)
        for (int i = 0; i < lanes; i++) few_sums(sums[i], scores[i] + key);
    }
    for (int i = 0; i < lanes; i++) {
        for (int64_t key = 0; key < count; key += CK_LANES) *(lanes_f32 *)(scores[i] + key) *= few->scale;
    }
}

// Two registers of elements in their order from one of those with even places and one of those with odd places, and back.
CK_INLINE void interleave(__m512 even, __m512 odd, float *out) {
    const __m512i low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const __m512i high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
    _mm512_storeu_ps(out, _mm512_permutex2var_ps(even, low, odd));
    _mm512_storeu_ps(out + 16, _mm512_permutex2var_ps(even, high, odd));
}

CK_INLINE void separate(const float *in, __m512 *even, __m512 *odd) {
    const __m512i evens = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    __m512 low = _mm512_loadu_ps(in), high = _mm512_loadu_ps(in + 16);
    *even = _mm512_permutex2var_ps(low, evens, high);
    *odd = _mm512_permutex2var_ps(low, _mm512_add_epi32(evens, _mm512_set1_epi32(1)), high);
}

CK_INLINE void few_values_halves(
    const int lanes, const int pairs, const few_lanes *few, int64_t first, row_block values, int64_t count,
    float scores[FEW_AT_ONCE][FEW_KEYS]) {
    __m512 even[FEW_AT_ONCE][FEW_VECTORS / 2], odd[FEW_AT_ONCE][FEW_VECTORS / 2];
    float *output = few->output + first;
#pragma clang loop unroll(full)
    for (int i = 0; i < lanes; i++) {
#pragma clang loop unroll(full)
        for (int v = 0; v < pairs; v++) separate(output + i * few->width + v * 2 * CK_LANES, &even[i][v], &odd[i][v]);
    }
    for (int64_t key = 0; key < count; key++) {
        const char *row = values.rows + key * values.stride, *ahead = values.ahead + key * values.ahead_stride;
#pragma clang loop unroll(full)
        for (int v = 0; v < pairs; v++) {
            int64_t place = first + v * 2 * CK_LANES;
            __m512i x = _mm512_loadu_si512(element(CK_BFLOAT16, row, place));
            __builtin_prefetch(element(CK_BFLOAT16, ahead, place));
            __m512 x_even = (__m512)_mm512_slli_epi32(x, 16);
            __m512 x_odd = (__m512)_mm512_and_si512(x, _mm512_set1_epi32((int)0xffff0000));
#pragma clang loop unroll(full)
            for (int i = 0; i < lanes; i++) {
                __m512 p = _mm512_set1_ps(scores[i][key]);
                even[i][v] = _mm512_fmadd_ps(p, x_even, even[i][v]);
                odd[i][v] = _mm512_fmadd_ps(p, x_odd, odd[i][v]);
            }
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < lanes; i++) {
#pragma clang loop unroll(full)
        for (int v = 0; v < pairs; v++) interleave(even[i][v], odd[i][v], output + i * few->width + v * 2 * CK_LANES);
    }
}
#endif

CK_INLINE void few_block(
    const ck_type type, const int lanes, few_lanes *few, int64_t d, row_block keys, row_block values, int64_t count) {
    _Alignas(64) float scores[FEW_AT_ONCE][FEW_KEYS];
#ifdef CK_AVX512BF16
    if (takes_halves(type, d)) {
        few_scores_halves(lanes, few, d, keys, count, scores);
        few_softmax(lanes, few, count, scores);
        int64_t x = 0;
        for (; x + FEW_VECTORS * CK_LANES <= d; x += FEW_VECTORS * CK_LANES) {
            few_values_halves(lanes, FEW_VECTORS / 2, few, x, values, count, scores);
        }
        if (x < d) few_values_halves(lanes, 1, few, x, values, count, scores);
        return;
    }
#endif
    few_scores(type, lanes, few, d, keys, count, scores);
    few_softmax(lanes, few, count, scores);
    int64_t x = 0;
    for (; x + FEW_VECTORS * CK_LANES <= d; x += FEW_VECTORS * CK_LANES) {
        few_values(type, lanes, FEW_VECTORS, few, x, d, values, count, scores);
    }
    for (; x < d; x += CK_LANES) few_values(type, lanes, 1, few, x, d, values, count, scores);
}

#define CK_FEW(name, type)                                                                                                \
    static void name(few_lanes *few, int64_t d, row_block keys, row_block values, int64_t count) {    \
        switch (few->lanes) {                                                                                             \
            case 1: few_block(type, 1, few, d, keys, values, count); break;                                       \
            case 2: few_block(type, 2, few, d, keys, values, count); break;                                       \
            case 3: few_block(type, 3, few, d, keys, values, count); break;                                       \
            default: few_block(type, FEW_AT_ONCE, few, d, keys, values, count);                                   \
        }                                                                                                                 \
    }
CK_FEW(few_block_f32, CK_FLOAT32)
CK_FEW(few_block_bf16, CK_BFLOAT16)
#undef CK_FEW

// Block by block through all key heads, so that whole rows of the caller's keys are read one after the other.
void CK_NAME(ck_attention_forward_few)(const ck_attention_work *w, int64_t segment, int64_t kv_head, int64_t kv_heads) {
    const ck_attention *a = w->attention;
    const ck_segment *own = w->segments + segment;
    const ck_attention_part *part = w->parts + segment;
    int64_t d = a->head_dimension, width = (d + CK_LANES - 1) / CK_LANES * CK_LANES, group = a->heads / a->kv_heads;
    int64_t parts = (group + FEW_AT_ONCE - 1) / FEW_AT_ONCE, size = FEW_AT_ONCE * width;
    int64_t stride = a->kv_heads * d * (a->type == CK_FLOAT32 ? 4 : 2);
    few_lanes few[kv_heads * parts];
    float *memory = ck_scratch(CK_SCRATCH_ATTENTION, kv_heads * parts * 2 * size * 4);
    for (int64_t query = 0; query < own->query_count; query++) {
        memset(memory, 0, (size_t)(kv_heads * parts * 2 * size) * 4);
        for (int64_t i = 0; i < kv_heads * parts; i++) {
            int64_t member = i % parts * FEW_AT_ONCE;
            few[i] = (few_lanes){
                .queries = memory + 2 * i * size, .output = memory + (2 * i + 1) * size, .width = width, .scale = a->scale * 1.44269504f,
                .row = (own->query_start + query) * a->heads + (kv_head + i / parts) * group + member,
                .lanes = (int)least(FEW_AT_ONCE, group - member)};
            few[i].stored = element(a->type, a->queries, few[i].row * d);
            for (int lane = 0; lane < few[i].lanes; lane++) {
                few[i].maximum[lane] = -INFINITY;
                for (int64_t x = 0; x < d; x++) {
                    few[i].queries[lane * width + x] = load(a->type, a->queries, (few[i].row + lane) * d + x);
                }
            }
        }
        int64_t visible = part->position + own->key_count - own->query_count + 1 + query;
        for (int64_t step = 0; step < part->depth; step++) {
            int64_t ancestor = w->paths[part->path + step], keys = w->segments[ancestor].key_count;
            keys = least(keys, visible - w->parts[ancestor].position);
            for (int64_t key = 0; key < keys; key += FEW_KEYS) {
                int64_t count = least(FEW_KEYS, keys - key);
                for (int64_t i = 0; i < kv_heads * parts; i++) {
                    int64_t row = w->segments[ancestor].key_start + key, head = i / parts;
                    int64_t place = key_index(a, row, kv_head + head), ahead = key_index(a, row + FEW_KEYS, kv_head + head);
                    int64_t ahead_stride = stride;
                    if (kv_heads == a->kv_heads) {
                        // Whole rows come next: fetch them in the order in which they lie.
                        ahead_stride = stride / kv_heads;
                        ahead = key_index(a, row + FEW_KEYS, 0) + head * FEW_KEYS * d;
                    }
                    row_block block_keys = {element(a->type, a->keys, place), element(a->type, a->keys, ahead), stride, ahead_stride};
                    row_block values = {element(a->type, a->values, place), element(a->type, a->values, ahead), stride, ahead_stride};
                    if (a->type == CK_FLOAT32) few_block_f32(few + i, d, block_keys, values, count);
                    else few_block_bf16(few + i, d, block_keys, values, count);
                }
            }
        }
        for (int64_t i = 0; i < kv_heads * parts; i++) {
            for (int lane = 0; lane < few[i].lanes; lane++) {
                CK_NAME(ck_scale_f32)(d, 1 / few[i].total[lane], few[i].output + lane * width);
                write_row(a, a->output, (few[i].row + lane) * d, few[i].output + lane * width);
                a->softmax[2 * (few[i].row + lane)] = few[i].maximum[lane];
                a->softmax[2 * (few[i].row + lane) + 1] = few[i].total[lane];
            }
        }
    }
}
