// Instruction sets and the table of kernels chosen once at start.
#ifndef CK_DISPATCH_H
#define CK_DISPATCH_H

#include "ck_types.h"
#include "ck_attention.h"

// amx has the kernels of avx512bf16, and hands bf16 products of many rows to oneDNN (ck_onednn.h).
typedef enum { CK_ISA_SCALAR, CK_ISA_AVX2, CK_ISA_AVX512, CK_ISA_AVX512BF16, CK_ISA_AMX, CK_ISA_COUNT } ck_isa;

// One pointer a kernel; kernels.inc is the list.
typedef struct {
#define CK_KERNEL(result, name, parameters) result(*name) parameters;
#include "../kernels.inc"
#undef CK_KERNEL
    int tile_rows;       // the tallest tile of c the matrix-product kernels take
    int tile_columns;    // its width
    bool bf16_products;  // whether ck_gemm_tile_bf16 exists here
} ck_kernels;

// The best instruction set this processor has.
ck_isa ck_best_isa(void);
// The instruction set in use: the one SIGNET_ISA names, else the best. A name that is unknown or that this processor
// lacks leaves the best one in use; ck_isa_request_failed then tells the name that was asked for (else NULL).
ck_isa ck_active_isa(void);
const char *ck_isa_request_failed(void);
const char *ck_isa_name(ck_isa isa);
// Switches to another instruction set (tests and benchmarks only, while no job runs). False where the processor lacks it.
bool ck_use_isa(ck_isa isa);

// The kernels of one instruction set, for tests that hold them against each other; NULL where the processor lacks it.
const ck_kernels *ck_kernels_of(ck_isa isa);
// The kernels in use.
const ck_kernels *ck_active(void);

#endif
