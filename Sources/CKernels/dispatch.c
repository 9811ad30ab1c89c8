#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CKernels.h"

extern const ck_kernels ck_kernels__scalar;
#if defined(__x86_64__)
#include <cpuid.h>

extern const ck_kernels ck_kernels__avx2;
extern const ck_kernels ck_kernels__avx512;
extern const ck_kernels ck_kernels__avx512bf16;
#endif

static const char *const isa_names[CK_ISA_COUNT] = {"scalar", "avx2", "avx512", "avx512bf16", "amx"};
static pthread_once_t searched = PTHREAD_ONCE_INIT;
static ck_isa best_isa;
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
        case CK_ISA_AVX512BF16:
        case CK_ISA_AMX: return &ck_kernels__avx512bf16;
#endif
        default: return &ck_kernels__scalar;
    }
}

#if defined(__x86_64__)
// Whether the processor multiplies bf16 in tiles, Linux lets this process use them and oneDNN has a kernel that does.
static bool has_amx(void) {
    enum { TILE = 1 << 24, BF16 = 1 << 22, TILE_STATE = 3 << 17, OSXSAVE = 1 << 27, TILE_DATA = 18, REQUEST_PERMISSION = 0x1023 };
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & OSXSAVE)) return false;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & TILE) || !(d & BF16)) return false;
    unsigned low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    if ((low & TILE_STATE) != TILE_STATE) return false;
    if (syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) != 0) return false;
    return ck_onednn_implementation() && strstr(ck_onednn_implementation(), "amx");
}
#endif

static void find_best(void) {
    best_isa = CK_ISA_SCALAR;
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
    bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (avx2) best_isa = CK_ISA_AVX2;
    if (avx512) best_isa = CK_ISA_AVX512;
    if (avx512 && __builtin_cpu_supports("avx512bf16")) best_isa = has_amx() ? CK_ISA_AMX : CK_ISA_AVX512BF16;
#endif
}

ck_isa ck_best_isa(void) {
    pthread_once(&searched, find_best);
    return best_isa;
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
