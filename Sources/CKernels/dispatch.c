#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

extern const ck_kernels ck_kernels__scalar;
#if defined(__x86_64__)
extern const ck_kernels ck_kernels__avx2;
extern const ck_kernels ck_kernels__avx512;
extern const ck_kernels ck_kernels__avx512bf16;
#endif

static const char *const isa_names[CK_ISA_COUNT] = {"scalar", "avx2", "avx512", "avx512bf16"};
static pthread_once_t chosen = PTHREAD_ONCE_INIT;
static const ck_kernels *active;
static ck_isa active_isa;
static const char *failed_request;

const ck_kernels *ck_kernels_of(ck_isa isa) {
    if (isa < 0 || isa > ck_best_isa()) return NULL;
    switch (isa) {
#if defined(__x86_64__)
        case CK_ISA_AVX2: return &ck_kernels__avx2;
        case CK_ISA_AVX512: return &ck_kernels__avx512;
        case CK_ISA_AVX512BF16: return &ck_kernels__avx512bf16;
#endif
        default: return &ck_kernels__scalar;
    }
}

ck_isa ck_best_isa(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
    bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (avx512 && __builtin_cpu_supports("avx512bf16")) return CK_ISA_AVX512BF16;
    if (avx512) return CK_ISA_AVX512;
    if (avx2) return CK_ISA_AVX2;
#endif
    return CK_ISA_SCALAR;
}

const char *ck_isa_name(ck_isa isa) { return isa_names[isa]; }

static void choose(void) {
    active_isa = ck_best_isa();
    const char *wanted = getenv("SIGNET_ISA");
    if (wanted && *wanted) {
        failed_request = wanted;
        for (int isa = 0; isa <= ck_best_isa(); isa++) {
            if (strcmp(wanted, isa_names[isa]) == 0) {
                active_isa = (ck_isa)isa;
                failed_request = NULL;
            }
        }
    }
    active = ck_kernels_of(active_isa);
}

ck_isa ck_active_isa(void) {
    pthread_once(&chosen, choose);
    return active_isa;
}

const char *ck_isa_request_failed(void) {
    pthread_once(&chosen, choose);
    return failed_request;
}

const ck_kernels *ck_active(void) {
    pthread_once(&chosen, choose);
    return active;
}

bool ck_use_isa(ck_isa isa) {
    pthread_once(&chosen, choose);
    const ck_kernels *kernels = ck_kernels_of(isa);
    if (!kernels) return false;
    active = kernels;
    active_isa = isa;
    return true;
}
