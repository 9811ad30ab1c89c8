// Causal grouped-query attention over a plan of segments.
#ifndef CK_ATTENTION_H
#define CK_ATTENTION_H

#include "ck_types.h"

// A run of queries and a run of keys, behind the keys of an earlier segment (parent; -1 for none) and of all its
// ancestors. Query i sees the ancestors' keys in full and its own segment's 0 ... key_count - query_count + i.
typedef struct {
    int64_t query_start, query_count;
    int64_t key_start, key_count;
    int64_t parent;
} ck_segment;

// Queries are rows of [tokens, heads * head_dimension]; keys and values of [tokens, kv_heads * head_dimension]. Query head
// h reads key head h / (heads / kv_heads). All of the given type, f32 or bf16. Products of bf16 are exact and all sums f32; where
// the processor multiplies pairs of bf16, probabilities and the gradients of scores are rounded to bf16 for their products.
// softmax [tokens, heads, 2], kept for the backward pass: the largest score, times log2 e, and Σ 2^(score · log2 e - that). Not
// their logarithm, whose rounding would be one of every probability.
typedef struct {
    ck_type type;
    int64_t heads, kv_heads, head_dimension;
    float scale;
    const void *queries, *keys, *values;
    void *output;
    float *softmax;
    const void *output_gradient;
    void *query_gradient, *key_gradient, *value_gradient;
} ck_attention;

// Parts of the work, for the kernels alone.
typedef struct ck_attention_work ck_attention_work;
typedef struct ck_key_block ck_key_block;
typedef struct ck_lane_task ck_lane_task;

// Sets output and softmax for the queries of every segment. Scores exist for one block at a time.
void ck_attention_forward(const ck_attention *attention, const ck_segment *segments, int64_t count);

// Sets the three gradients for the rows of every segment, from output, softmax and output_gradient. Each row of keys
// belongs to one segment only; its gradients are summed over all queries that see it before they are rounded.
void ck_attention_backward(const ck_attention *attention, const ck_segment *segments, int64_t count);

// Bytes that the backward pass takes for each key while it runs: the packed layouts, and sums in f32.
int64_t ck_attention_bytes_of_key(ck_type type, int64_t kv_heads, int64_t head_dimension);

#endif
