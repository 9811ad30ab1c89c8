// Matrix products of a few rows, as in generation.
#ifndef CK_FEW_ROWS_H
#define CK_FEW_ROWS_H

#include "ck_gemm.h"

enum {
    CK_FEW_ROWS_MOST = 32,   // rows of c from which on the tiles of ck_gemm are faster
    CK_FEW_ROWS_STEP = 64,   // elements along k that the kernels take at once
    CK_FEW_ROWS_TERMS = 4
};

// A product as its kernels see it.
typedef struct {
    ck_type compute;
    int64_t m;
    int terms;
    const ck_gemm_term *term;
    const void *packed[CK_FEW_ROWS_TERMS];  // every term's a, made by ck_few_rows_pack
    void *c;
    ck_type c_type;
    int64_t ldc;
    bool accumulate;
} ck_few_rows_job;

// What ck_gemm does, for few rows whose operands are stored along k, as in generation; false, with nothing done, where
// they are stored otherwise or there are more outputs or terms than this takes. Weights are read once, in order, and
// expanded in registers. Where n is large and m the smaller side of a product, this is also the way to read the larger once.
// The operands are those of ck_gemm: widened to f32, or rounded to bf16, exactly as there. Only the order of a sum is
// another: so many parts as a vector has lanes, each over every so-many-th element along k, added at the end. It depends on
// the instruction set, k and the type of the weight alone: a row gives the same bits alone and among others, and with any
// number of threads. Against ck_gemm's tiles a result differs by at most 2·(k + 1)·2^-24·Σ|x·w|, the rounding of f32
// sums.
bool ck_gemm_few_rows(ck_type compute, int64_t m, int count, const ck_gemm_output *outputs);

#endif
