#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "CKernels.h"

enum { ALIGNMENT = 64, HUGE_PAGE = 2 << 20 };

static _Atomic int64_t live, peak;
static pthread_once_t tuned = PTHREAD_ONCE_INIT;

static void keep_freed_pages(void) {
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_TOP_PAD, 16 << 20);
}

// Pages of 2 MiB where the system has them: clearing and mapping 4 KiB at a time takes several times as long.
static void prefer_huge_pages(char *memory, int64_t bytes) {
    uintptr_t first = ((uintptr_t)memory + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    uintptr_t end = ((uintptr_t)memory + (uintptr_t)bytes) / HUGE_PAGE * HUGE_PAGE;
    if (first < end) madvise((void *)first, end - first, MADV_HUGEPAGE);
}

void *ck_allocate(int64_t bytes) {
    pthread_once(&tuned, keep_freed_pages);
    // Not posix_memalign: glibc asks it for more than it hands out, so that a freed block is too small for the next
    // request of its own size, and the heap grows by what lies between.
    char *block = malloc((size_t)bytes + ALIGNMENT);
    if (!block) return NULL;
    char *memory = (char *)(((uintptr_t)block + ALIGNMENT) / ALIGNMENT * ALIGNMENT);
    memory[-1] = (char)(memory - block);
    prefer_huge_pages(memory, bytes);
    int64_t now = atomic_fetch_add(&live, bytes) + bytes;
    int64_t most = atomic_load(&peak);
    while (now > most && !atomic_compare_exchange_weak(&peak, &most, now)) {
    }
    return memory;
}

void ck_release(void *memory, int64_t bytes) {
    free((char *)memory - ((char *)memory)[-1]);
    atomic_fetch_sub(&live, bytes);
}

int64_t ck_live_bytes(void) { return atomic_load(&live); }
int64_t ck_peak_bytes(void) { return atomic_load(&peak); }
void ck_reset_peak_bytes(void) { atomic_store(&peak, atomic_load(&live)); }
