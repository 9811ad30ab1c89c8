// The values of the 4-bit types and of the 8-bit type that holds doubly quantized scales.
// Quantizing and dequantizing are kernels, see families/quantize4.inl.
#ifndef CK_QUANTIZE4_H
#define CK_QUANTIZE4_H

#include "ck_types.h"

// The 16 values of CK_NF4 or CK_FP4 by code, in units of absmax. NULL for any other type.
// NF4 is ascending and code 7 is zero. FP4 has its sign in bit 3, so that code 8 is minus zero.
const float *ck_code_table(ck_type type);

// The 256 ascending values of the signed dynamic 8-bit type (Dettmers, arXiv 1511.04561): 2^i values between
// 10^(i-7) and 10^(i-6) for each i in 0...6, their negatives, 0 and 1.
void ck_dynamic_map(float map[256]);

// The mean of count values, summed in order in double and rounded once. 0 where count is 0.
float ck_mean(int64_t count, const float *values);

#endif
