// Products of bf16 through oneDNN, for processors with matrix tiles (AMX): its matmul primitive has kernels for them.
#ifndef CK_ONEDNN_H
#define CK_ONEDNN_H

#include "ck_gemm.h"

// Rows of c from which on ck_gemm hands bf16 products to oneDNN, where those are in use.
enum { CK_ONEDNN_ROWS = 32 };

// oneDNN's own name of the kernel that multiplies bf16 here, such as brg:avx512_core_bf16_amx_bf16; NULL where it has
// none that takes panels as they are packed here, or cannot be held to the calling thread.
const char *ck_onednn_implementation(void);

// Whether ck_gemm hands bf16 products to oneDNN: where the instruction set in use is amx, and where
// ck_use_onednn_products asks for it.
bool ck_onednn_products(void);
// Asks for them under every instruction set, or no longer (tests and benchmarks only, while no job runs). False where
// oneDNN cannot be used.
bool ck_use_onednn_products(bool use);

// ck_gemm with compute CK_BFLOAT16 through oneDNN; false, with nothing done, where that is not to be used for it.
//
// The pool divides the work: a task expands weights panel by panel into its thread's scratch and calls primitives that
// run on that thread alone. All terms are summed in f32 and rounded once. Rows are multiplied in blocks whose height
// oneDNN's order of sums does not depend on, in blocks of k that the product's k alone decides.
bool ck_gemm_onednn(int64_t m, int64_t n, int terms, const ck_gemm_term *term, void *c, ck_type c_type, int64_t ldc,
                    bool accumulate);

#endif
