#include "CKernels.h"

typedef struct {
    const ck_attention *attention;
    const ck_segment *segments;
    int64_t count;
} plan;

static void forward(void *context, int64_t task) {
    const plan *p = context;
    int64_t heads = p->attention->kv_heads;
    ck_active()->ck_attention_forward_head(p->attention, p->segments, task / heads, task % heads);
}

static void backward(void *context, int64_t task) {
    const plan *p = context;
    ck_active()->ck_attention_backward_head(p->attention, p->segments, p->count, task);
}

void ck_attention_forward(const ck_attention *attention, const ck_segment *segments, int64_t count) {
    plan p = {attention, segments, count};
    ck_parallel(count * attention->kv_heads, forward, &p);
}

void ck_attention_backward(const ck_attention *attention, const ck_segment *segments, int64_t count) {
    plan p = {attention, segments, count};
    ck_parallel(attention->kv_heads, backward, &p);
}
