// Matrix products with weights in any precision.
#ifndef CK_GEMM_H
#define CK_GEMM_H

#include "ck_types.h"

// One addend of a product: a [m, k] times b.
// a: f32, bf16 or f16. a_transposed: it is stored as [k, m].
// b: any type. b_transposed false: b is stored [n, k] (a weight [out, in]) and the addend is a·bᵀ;
// b_transposed true: b is stored [k, n] and the addend is a·b.
typedef struct {
    ck_matrix a;
    bool a_transposed;
    ck_matrix b;
    bool b_transposed;
    int64_t k;
} ck_gemm_term;

// c [m, n] (f32 or bf16, ldc elements from row to row) = sum of the terms; c += it where accumulate, for f32 alone.
typedef struct {
    int64_t n;
    int terms;
    const ck_gemm_term *term;
    void *c;
    ck_type c_type;
    int64_t ldc;
    bool accumulate;
} ck_gemm_output;

// Different a of one call.
enum { CK_GEMM_MATRICES = 16 };

// Makes several outputs that share their number of rows, m. An a that stands in several terms is packed once.
// compute CK_FLOAT32: operands are widened to f32. compute CK_BFLOAT16: operands are rounded to bf16 (nearest even),
// products and sums are f32. Weights are expanded panel by panel into per-core scratch, never whole.
// Every element is summed over the terms and k in ascending order in blocks that depend on the instruction set alone,
// so a result depends neither on the threads nor on which other rows are computed with it.
void ck_gemm(ck_type compute, int64_t m, int count, const ck_gemm_output *outputs);

// Bytes of scratch memory that all threads together keep after a product of m rows over k in all its terms.
int64_t ck_gemm_scratch_bytes(ck_type compute, int64_t m, int64_t k);

#endif
