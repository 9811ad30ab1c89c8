#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "CKernels.h"

enum { ALIGNMENT = 64 };

static _Atomic int64_t live, peak;
static pthread_once_t tuned = PTHREAD_ONCE_INIT;

static void keep_freed_pages(void) {
    // Before version 2.35 glibc maps whatever is larger than 32 MiB and refuses to be told otherwise.
    if (!mallopt(M_MMAP_THRESHOLD, 1 << 30)) mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_TOP_PAD, 16 << 20);
}

// Not posix_memalign: what it leaves behind when it is freed is too small for the next request of the same size, because
// it first looks for room to move the start in. Here that room is part of the block, which is found in front of it.
void *ck_allocate(int64_t bytes) {
    pthread_once(&tuned, keep_freed_pages);
    char *block = malloc((size_t)(bytes > 0 ? bytes : 0) + ALIGNMENT);
    if (!block) return NULL;
    char *memory = block + ALIGNMENT - (uintptr_t)block % ALIGNMENT;
    ((void **)memory)[-1] = block;
    int64_t now = atomic_fetch_add(&live, bytes) + bytes;
    int64_t most = atomic_load(&peak);
    while (now > most && !atomic_compare_exchange_weak(&peak, &most, now)) {
    }
    return memory;
}

void ck_release(void *memory, int64_t bytes) {
    free(((void **)memory)[-1]);
    atomic_fetch_sub(&live, bytes);
}

int64_t ck_live_bytes(void) { return atomic_load(&live); }
int64_t ck_peak_bytes(void) { return atomic_load(&peak); }
void ck_reset_peak_bytes(void) { atomic_store(&peak, atomic_load(&live)); }
