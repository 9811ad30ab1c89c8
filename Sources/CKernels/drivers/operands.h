// What the drivers of products do alike with operands and results.
#ifndef CK_OPERANDS_H
#define CK_OPERANDS_H

#include <string.h>

#include "CKernels.h"

static inline int64_t ceiling_division(int64_t a, int64_t b) { return (a + b - 1) / b; }
static inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

// Whether two terms have the same a, so that it need be packed but once.
static inline bool same_matrix(const ck_gemm_term *a, const ck_gemm_term *b) {
    return a->a.data == b->a.data && a->a.type == b->a.type && a->a.ld == b->a.ld && a->k == b->k &&
           a->a_transposed == b->a_transposed;
}

// Writes finished sums to a row of an output, or adds them to it.
static inline void store_sums(
    const ck_kernels *kernels, const ck_gemm_output *o, int64_t row, int64_t column, int64_t columns, const float *sums) {
    int64_t index = row * o->ldc + column;
    if (o->c_type == CK_BFLOAT16) {
        kernels->ck_convert_f32_bf16(columns, sums, (ck_bf16 *)o->c + index);
    } else if (o->accumulate) {
        kernels->ck_axpy_f32(columns, 1, sums, (float *)o->c + index);
    } else {
        memcpy((float *)o->c + index, sums, (size_t)columns * 4);
    }
}

#endif
