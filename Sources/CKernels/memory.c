#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "CKernels.h"
#include "pages.h"

// Small blocks come from malloc. Large ones are mapped, each by itself, and kept when they are freed for the next request
// of the same size or, made shorter or longer, of nearly the same: steps of different lengths then take each other's
// pages, which are not faulted in and cleared again. So freed memory never lies in pieces between blocks in use, and what
// the process holds is bounded by what its tensors held at their most.
enum {
    ALIGNMENT = 64,
    PAGE = 4096,
    HUGE_PAGE = 2 << 20,
    LEAST_MAPPED = 128 << 10,
    LEAST_HUGE = 4 << 20,
};

static _Atomic int64_t live, peak;
static pthread_once_t tuned = PTHREAD_ONCE_INIT;

static void raise_peak(int64_t now) {
    int64_t most = atomic_load(&peak);
    while (now > most && !atomic_compare_exchange_weak(&peak, &most, now)) {
    }
}

typedef struct {
    char *memory;
    int64_t size;
} freed_block;

static struct {
    pthread_mutex_t lock;
    // Freed, the longest unused first.
    freed_block *blocks;
    int64_t count, room;
    // Bytes mapped: in use and freed; and the most that were in use at a time.
    int64_t used, freed, most_used;
} mapped = {.lock = PTHREAD_MUTEX_INITIALIZER};

// Sizes in steps of at most a thirty-second, so that requests of nearly the same size take each other's blocks.
static int64_t mapped_size(int64_t bytes) {
    int64_t step = PAGE;
    while (step * 64 <= bytes) step *= 2;
    return (bytes + step - 1) / step * step;
}

static bool is_huge(int64_t size) { return size >= LEAST_HUGE; }

void *ck_map(int64_t bytes) {
    int64_t size = mapped_size(bytes);
    int64_t alignment = is_huge(size) ? HUGE_PAGE : 0;
    char *block = mmap(NULL, (size_t)(size + alignment), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) return NULL;
    if (!alignment) return block;
    char *memory = block + (alignment - (int64_t)((uintptr_t)block % (uintptr_t)alignment)) % alignment;
    if (memory > block) munmap(block, (size_t)(memory - block));
    if (block + alignment > memory) munmap(memory + size, (size_t)(block + alignment - memory));
    // Where the system has none to give, small pages do.
    madvise(memory, (size_t)size, MADV_HUGEPAGE);
    return memory;
}

// The pages of a freed block under a new size, none of them copied; nil where the system refuses, and then the block is
// as it was.
static char *resize(freed_block block, int64_t size) {
    if (size < block.size) {
        return munmap(block.memory + size, (size_t)(block.size - size)) == 0 ? block.memory : NULL;
    }
    // To a place with the alignment that huge pages need to move in one piece.
    char *place = ck_map(size);
    if (!place) return NULL;
    void *moved = mremap(block.memory, (size_t)block.size, (size_t)size, MREMAP_MAYMOVE | MREMAP_FIXED, place);
    // The system may have unmapped the place before it failed, and another thread have mapped it since.
    return moved == MAP_FAILED ? NULL : moved;
}

void ck_unmap(void *memory, int64_t bytes) {
    if (memory) munmap(memory, (size_t)mapped_size(bytes));
}

static freed_block take(int64_t index) {
    freed_block block = mapped.blocks[index];
    mapped.count--;
    memmove(mapped.blocks + index, mapped.blocks + index + 1, (size_t)(mapped.count - index) * sizeof block);
    mapped.freed -= block.size;
    return block;
}

// The freed block whose size is nearest, of equal ones the last used; -1 where none is within a quarter, or where one has
// huge pages and the other would not.
static int64_t nearest_block(int64_t size) {
    int64_t nearest = -1, least = size / 4 + 1;
    for (int64_t index = mapped.count - 1; index >= 0 && least > 0; index--) {
        int64_t difference = llabs(mapped.blocks[index].size - size);
        if (difference < least && is_huge(mapped.blocks[index].size) == is_huge(size)) {
            nearest = index;
            least = difference;
        }
    }
    return nearest;
}

static void return_oldest(void) {
    freed_block oldest = take(0);
    ck_unmap(oldest.memory, oldest.size);
}

static void *allocate_mapped(int64_t bytes) {
    int64_t size = mapped_size(bytes);
    pthread_mutex_lock(&mapped.lock);
    char *memory = NULL;
    int64_t nearest = nearest_block(size);
    if (nearest >= 0) {
        freed_block block = take(nearest);
        memory = block.size == size ? block.memory : resize(block, size);
        if (!memory) ck_unmap(block.memory, block.size);
    }
    mapped.used += size;
    if (mapped.used > mapped.most_used) mapped.most_used = mapped.used;
    while (mapped.count > 0 && mapped.used + mapped.freed > mapped.most_used) return_oldest();
    if (!memory) memory = ck_map(size);
    if (!memory) mapped.used -= size;
    pthread_mutex_unlock(&mapped.lock);
    return memory;
}

static void release_mapped(char *memory, int64_t bytes) {
    int64_t size = mapped_size(bytes);
    pthread_mutex_lock(&mapped.lock);
    mapped.used -= size;
    if (mapped.count == mapped.room) {
        int64_t room = mapped.room ? 2 * mapped.room : 64;
        freed_block *blocks = realloc(mapped.blocks, (size_t)room * sizeof *blocks);
        if (blocks) {
            mapped.blocks = blocks;
            mapped.room = room;
        }
    }
    if (mapped.count < mapped.room) {
        mapped.blocks[mapped.count++] = (freed_block){memory, size};
        mapped.freed += size;
    } else {
        ck_unmap(memory, size);
    }
    pthread_mutex_unlock(&mapped.lock);
}

static void keep_small_blocks(void) {
    // Arrays of the size of a row of logits come and go with every token.
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    mallopt(M_TRIM_THRESHOLD, 16 << 20);
}

// Not posix_memalign: what it leaves behind when it is freed is too small for the next request of the same size, because
// it first looks for room to move the start in. Here that room is part of the block, which is found in front of it.
static void *allocate_small(int64_t bytes) {
    pthread_once(&tuned, keep_small_blocks);
    char *block = malloc((size_t)bytes + ALIGNMENT);
    if (!block) return NULL;
    char *memory = block + ALIGNMENT - (uintptr_t)block % ALIGNMENT;
    ((void **)memory)[-1] = block;
    return memory;
}

void *ck_allocate(int64_t bytes) {
    if (bytes < 0) bytes = 0;
    void *memory = bytes >= LEAST_MAPPED ? allocate_mapped(bytes) : allocate_small(bytes);
    if (memory) raise_peak(atomic_fetch_add(&live, bytes) + bytes);
    return memory;
}

void ck_release(void *memory, int64_t bytes) {
    if (bytes >= LEAST_MAPPED) {
        release_mapped(memory, bytes);
    } else {
        free(((void **)memory)[-1]);
    }
    atomic_fetch_sub(&live, bytes);
}

int64_t ck_live_bytes(void) { return atomic_load(&live); }
int64_t ck_peak_bytes(void) { return atomic_load(&peak); }
void ck_reset_peak_bytes(void) { atomic_store(&peak, atomic_load(&live)); }
