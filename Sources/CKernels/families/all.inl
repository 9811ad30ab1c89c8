// All kernel families, compiled once for each instruction set: the including file defines CK_NAME, CK_LANES (floats in
// a vector register) and CK_TARGET (what the compiler may use), and CK_AVX2, CK_AVX512, CK_AVX512BF16 or CK_SCALAR.
#include <float.h>
#include <math.h>
#include <string.h>

#include "CKernels.h"

#ifdef CK_TARGET
#pragma clang attribute push(__attribute__((target(CK_TARGET))), apply_to = function)
#endif

#if defined(CK_AVX512)
#define CK_TILE_ROWS 14
#elif defined(CK_AVX2)
#define CK_TILE_ROWS 6
#else
#define CK_TILE_ROWS 4
#endif

#include "convert.inl"
#include "quantize4.inl"
#include "blocks8.inl"
#include "math.inl"
#include "elements.inl"
#include "norms.inl"
#include "softmax.inl"
#include "rows.inl"
#include "optimizer.inl"
#include "random.inl"
#include "gemm.inl"
#include "few_rows.inl"
#include "attention.inl"

const ck_kernels CK_NAME(ck_kernels) = {
#define CK_KERNEL(result, name, parameters) .name = CK_NAME(name),
#include "../kernels.inc"
#undef CK_KERNEL
    .tile_rows = CK_TILE_ROWS,
    .tile_columns = TILE_COLUMNS,
#ifdef CK_AVX512BF16
    .bf16_products = true,
#endif
};

#ifdef CK_TARGET
#pragma clang attribute pop
#endif
