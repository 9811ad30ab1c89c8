// Few lanes over many keys, as in generation, where tiles would stay empty: every row of keys and values is read once,
// straight from the caller's, for all lanes of a key head.

enum { FEW_AT_ONCE = 4, FEW_VECTORS = 4, FEW_KEYS = 64, ROWS_AHEAD = 12 };

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
#pragma clang fp reassociate(on)
    float sum = 0;
    for (int i = 0; i < CK_LANES; i++) sum += x[i];
    return sum;
}

typedef struct {
    float maximum[FEW_AT_ONCE], total[FEW_AT_ONCE];
    float scores[FEW_AT_ONCE][FEW_KEYS];
    float *queries, *output;  // [lanes][width], the queries scaled by scale * log2 e
    int64_t width;            // head_dimension in whole vectors
} few_lanes;

CK_INLINE void few_scores(const ck_type type, const int lanes, few_lanes *few, int64_t d, const char *keys, int64_t stride, int64_t count) {
    for (int64_t key = 0; key < count; key++) {
        const char *row = keys + key * stride;
        lanes_f32 sums[FEW_AT_ONCE] = {0};
        for (int64_t x = 0; x < d; x += CK_LANES) {
            lanes_f32 k = load_lanes(type, row, x, d);
            if (x % (2 * CK_LANES) == 0) __builtin_prefetch((const char *)element(type, row, x) + ROWS_AHEAD * stride);
#pragma clang loop unroll(full)
            for (int i = 0; i < lanes; i++) sums[i] += k * *(const lanes_f32 *)(few->queries + i * few->width + x);
        }
        for (int i = 0; i < lanes; i++) few->scores[i][key] = sum_lanes(sums[i]);
    }
}

CK_INLINE void few_softmax(const int lanes, few_lanes *few, int64_t count) {
    for (int i = 0; i < lanes; i++) {
        float most = few->maximum[i], *scores = few->scores[i];
        for (int64_t key = count; key < FEW_KEYS; key++) scores[key] = -INFINITY;
        for (int64_t key = 0; key < count; key++) most = most > scores[key] ? most : scores[key];
        lanes_f32 total = {0};
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
    const ck_type type, const int lanes, const int vectors, few_lanes *few, int64_t first, int64_t d, const char *values,
    int64_t stride, int64_t count) {
    lanes_f32 sums[FEW_AT_ONCE][FEW_VECTORS];
    float *output = few->output + first;
#pragma clang loop unroll(full)
    for (int i = 0; i < lanes; i++) {
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) sums[i][v] = *(lanes_f32 *)(output + i * few->width + v * CK_LANES);
    }
    for (int64_t key = 0; key < count; key++) {
        const char *row = values + key * stride;
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) {
            lanes_f32 x = load_lanes(type, row, first + v * CK_LANES, d);
            if (v % 2 == 0) __builtin_prefetch((const char *)element(type, row, first + v * CK_LANES) + ROWS_AHEAD * stride);
#pragma clang loop unroll(full)
            for (int i = 0; i < lanes; i++) sums[i][v] += few->scores[i][key] * x;
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < lanes; i++) {
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) *(lanes_f32 *)(output + i * few->width + v * CK_LANES) = sums[i][v];
    }
}

CK_INLINE void forward_few(
    const ck_type type, const int lanes, const ck_attention_work *w, int64_t segment, int64_t lane, int64_t kv_head) {
    const ck_attention *a = w->attention;
    const ck_segment *own = w->segments + segment;
    const ck_attention_part *part = w->parts + segment;
    int64_t d = a->head_dimension, width = (d + CK_LANES - 1) / CK_LANES * CK_LANES;
    float queries[FEW_AT_ONCE * width], output[FEW_AT_ONCE * width];
    few_lanes few = {.queries = queries, .output = output, .width = width};
    memset(queries, 0, sizeof queries);
    memset(output, 0, sizeof output);
    int64_t index[FEW_AT_ONCE], stride = a->kv_heads * d * (type == CK_FLOAT32 ? 4 : 2);
    for (int i = 0; i < lanes; i++) {
        few.maximum[i] = -INFINITY;
        few.total[i] = 0;
        index[i] = lane_index(a, own, lane + i, kv_head);
        for (int64_t x = 0; x < d; x++) queries[i * width + x] = load(type, a->queries, index[i] * d + x) * (a->scale * 1.44269504f);
    }
    // The lanes of one call belong to one query.
    int64_t visible = part->position + own->key_count - own->query_count + 1 + lane / (a->heads / a->kv_heads);
    for (int64_t step = 0; step < part->depth; step++) {
        int64_t ancestor = w->paths[part->path + step], keys = w->segments[ancestor].key_count;
        keys = least(keys, visible - w->parts[ancestor].position);
        for (int64_t key = 0; key < keys; key += FEW_KEYS) {
            int64_t count = least(FEW_KEYS, keys - key);
            int64_t place = key_index(a, w->segments[ancestor].key_start + key, kv_head);
            few_scores(type, lanes, &few, d, element(type, a->keys, place), stride, count);
            few_softmax(lanes, &few, count);
            const char *values = element(type, a->values, place);
            int64_t x = 0;
            for (; x + FEW_VECTORS * CK_LANES <= d; x += FEW_VECTORS * CK_LANES) {
                few_values(type, lanes, FEW_VECTORS, &few, x, d, values, stride, count);
            }
            for (; x < d; x += CK_LANES) few_values(type, lanes, 1, &few, x, d, values, stride, count);
        }
    }
    for (int i = 0; i < lanes; i++) {
        for (int64_t x = 0; x < d; x++) output[i * width + x] /= few.total[i];
        write_row(a, a->output, index[i] * d, output + i * width);
        a->log_sum_exp[index[i]] = few.maximum[i] + log_f32(few.total[i]) * 1.44269504f;
    }
}

#define CK_FEW(type)                                                                  \
    switch (lanes) {                                                                  \
        case 1: forward_few(type, 1, w, segment, lane, kv_head); break;               \
        case 2: forward_few(type, 2, w, segment, lane, kv_head); break;               \
        case 3: forward_few(type, 3, w, segment, lane, kv_head); break;               \
        default: forward_few(type, FEW_AT_ONCE, w, segment, lane, kv_head); break;    \
    }

void CK_NAME(ck_attention_forward_few)(const ck_attention_work *w, int64_t segment, int64_t kv_head) {
    int64_t group = w->attention->heads / w->attention->kv_heads, all = w->segments[segment].query_count * group;
    for (int64_t lane = 0, lanes; lane < all; lane += lanes) {
        lanes = least(FEW_AT_ONCE, group - lane % group);
        if (w->attention->type == CK_FLOAT32) {
            CK_FEW(CK_FLOAT32)
        } else {
            CK_FEW(CK_BFLOAT16)
        }
    }
}
#undef CK_FEW
