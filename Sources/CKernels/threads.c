#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CKernels.h"
#include "pages.h"
#include "processors.h"

// Workers wait for a job by spinning first (a training step starts thousands of jobs within microseconds of each
// other), then sleep, so that an idle process costs nothing. Whoever waits for the end of a job spins first too, then
// gives way: the worker it waits for may need this very processor.
enum { SPINS = 4000 };

static struct {
    pthread_mutex_t owner;  // held by the thread whose job runs
    ck_chunk chunk;
    void *context;
    int64_t count;
    _Atomic int64_t next;
    _Atomic int active;            // workers that have not finished the current job
    _Atomic uint32_t generation;   // counts jobs; workers wait for it to change
    _Atomic int sleepers;
    int threads;                   // wanted, calling thread included
    int started;                   // workers running
    bool pins;
} pool = {.owner = PTHREAD_MUTEX_INITIALIZER};

static pthread_once_t counted = PTHREAD_ONCE_INIT;
static _Thread_local bool inside_job;

static inline void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static int limited(int threads) {
    return threads < 1 ? 1 : threads > CK_MAXIMUM_THREADS ? CK_MAXIMUM_THREADS : threads;
}

static bool shall_pin(const ck_processors *found) {
    const char *pin = getenv("SIGNET_PIN_THREADS");
    return pin && *pin ? strcmp(pin, "1") == 0 : found->nodes > 1 && !found->shares_mask;
}

static void count_threads(void) {
    const char *wanted = getenv("SIGNET_NUM_THREADS");
    int threads = wanted ? atoi(wanted) : 0;
    ck_processors found = ck_find_processors("");
    pool.threads = limited(threads < 1 ? found.threads : threads);
    pool.pins = shall_pin(&found);
}

int ck_thread_count(void) {
    pthread_once(&counted, count_threads);
    return pool.threads;
}

bool ck_pins_threads(void) {
    pthread_once(&counted, count_threads);
    return pool.pins;
}

bool ck_bind_threads(const char *list) {
    pthread_once(&counted, count_threads);
    if (!ck_bind(list)) return false;
    ck_processors found = ck_find_processors("");
    pool.pins = shall_pin(&found);
    return true;
}

static _Atomic uint64_t chunks_done;

uint64_t ck_chunks_done(void) { return atomic_load_explicit(&chunks_done, memory_order_relaxed); }

// Two threads may count one chunk: that is enough to see that it moves, and costs no lock.
static void do_chunk(ck_chunk chunk, void *context, int64_t index) {
    chunk(context, index);
    atomic_store_explicit(&chunks_done, ck_chunks_done() + 1, memory_order_relaxed);
}

static void work(void) {
    int64_t index;
    while ((index = atomic_fetch_add_explicit(&pool.next, 1, memory_order_relaxed)) < pool.count) {
        do_chunk(pool.chunk, pool.context, index);
    }
}

// A worker's number and the last job that it must not take part in.
typedef struct {
    uint32_t self, seen;
} worker_start;

static void *worker(void *argument) {
    worker_start start;
    memcpy(&start, &argument, sizeof start);
    int self = (int)start.self;
    uint32_t seen = start.seen;
    inside_job = true;
    for (;;) {
        uint32_t now;
        for (int spin = 0; (now = atomic_load_explicit(&pool.generation, memory_order_acquire)) == seen; spin++) {
            if (spin < SPINS) {
                pause_briefly();
            } else {
                atomic_fetch_add(&pool.sleepers, 1);
                syscall(SYS_futex, &pool.generation, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
                atomic_fetch_sub(&pool.sleepers, 1);
            }
        }
        seen = now;
        if (self < pool.threads) work();
        atomic_fetch_sub_explicit(&pool.active, 1, memory_order_release);
    }
    return NULL;
}

// A forked child has none of the workers; it starts its own.
static void forget_workers(void) {
    pthread_mutex_init(&pool.owner, NULL);
    atomic_store(&pool.active, 0);
    atomic_store(&pool.sleepers, 0);
    pool.started = 0;
    inside_job = false;
}

_Static_assert(sizeof(worker_start) == sizeof(void *), "a worker's start is handed over in place of a pointer");

// Keeps a worker on a core of its own, where there is one for each of them. The mask that new threads inherit from the
// calling one is the widest there is.
static void pin(pthread_t thread, int worker) {
    ck_mask mask;
    ck_affinity(&mask);
    int count = ck_cores("", &mask, NULL);
    ck_mask *cores = worker < count ? malloc(sizeof *cores * (size_t)count) : NULL;
    if (cores) {
        ck_cores("", &mask, cores);
        size_t size;
        cpu_set_t *set = ck_cpu_set(&cores[worker], &size);
        if (set) pthread_setaffinity_np(thread, size, set);
        if (set) CPU_FREE(set);
    }
    free(cores);
}

static pthread_once_t fork_prepared = PTHREAD_ONCE_INIT;

static void prepare_fork(void) { pthread_atfork(NULL, NULL, forget_workers); }

static void start_workers(void) {
    pthread_once(&fork_prepared, prepare_fork);
    while (pool.started < pool.threads - 1) {
        pthread_t thread;
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        worker_start start = {(uint32_t)pool.started + 1, atomic_load(&pool.generation)};
        void *argument;
        memcpy(&argument, &start, sizeof start);
        atomic_fetch_add(&pool.active, 1);
        int failed = pthread_create(&thread, &attributes, worker, argument);
        pthread_attr_destroy(&attributes);
        if (failed) {
            atomic_fetch_sub(&pool.active, 1);
            pool.threads = pool.started + 1;
            return;
        }
        pool.started++;
        if (pool.pins) pin(thread, pool.started);
    }
}

void ck_set_thread_count(int count) {
    pthread_once(&counted, count_threads);
    pthread_mutex_lock(&pool.owner);
    pool.threads = limited(count);
    pthread_mutex_unlock(&pool.owner);
}

static void run_alone(int64_t count, ck_chunk chunk, void *context) {
    for (int64_t i = 0; i < count; i++) do_chunk(chunk, context, i);
}

void ck_parallel(int64_t count, ck_chunk chunk, void *context) {
    if (count <= 1 || ck_thread_count() == 1 || inside_job || pthread_mutex_trylock(&pool.owner) != 0) {
        run_alone(count, chunk, context);
        return;
    }
    inside_job = true;
    pool.chunk = chunk;
    pool.context = context;
    pool.count = count;
    atomic_store(&pool.next, 0);
    int first_workers = pool.started;
    if (pool.started < pool.threads - 1) start_workers();
    atomic_fetch_add(&pool.active, first_workers);
    atomic_fetch_add(&pool.generation, 1);
    if (atomic_load(&pool.sleepers) > 0) {
        syscall(SYS_futex, &pool.generation, FUTEX_WAKE_PRIVATE, CK_MAXIMUM_THREADS, NULL, NULL, 0);
    }
    work();
    for (int spin = 0; atomic_load_explicit(&pool.active, memory_order_acquire) != 0; spin++) {
        if (spin < SPINS) pause_briefly();
        else sched_yield();
    }
    inside_job = false;
    pthread_mutex_unlock(&pool.owner);
}

typedef struct {
    void *memory[CK_SCRATCH_SLOTS];
    int64_t bytes[CK_SCRATCH_SLOTS];
} scratch_slots;

static pthread_key_t scratch_key;
static pthread_once_t scratch_made = PTHREAD_ONCE_INIT;
static _Thread_local scratch_slots *own_scratch;

static void free_scratch(void *slots) {
    scratch_slots *own = slots;
    for (int i = 0; i < CK_SCRATCH_SLOTS; i++) ck_unmap(own->memory[i], own->bytes[i]);
    free(slots);
}

static void make_scratch_key(void) { pthread_key_create(&scratch_key, free_scratch); }

static _Noreturn void out_of_memory(int64_t bytes) {
    fprintf(stderr, "out of memory: a thread's scratch of %lld bytes does not fit\n", (long long)bytes);
    abort();
}

void *ck_scratch(int slot, int64_t bytes) {
    if (!own_scratch) {
        pthread_once(&scratch_made, make_scratch_key);
        own_scratch = calloc(1, sizeof *own_scratch);
        if (!own_scratch) out_of_memory(sizeof *own_scratch);
        pthread_setspecific(scratch_key, own_scratch);
    }
    if (own_scratch->bytes[slot] < bytes) {
        // Not from malloc, where what a growing request leaves behind stays.
        ck_unmap(own_scratch->memory[slot], own_scratch->bytes[slot]);
        own_scratch->memory[slot] = ck_map(bytes);
        if (!own_scratch->memory[slot]) out_of_memory(bytes);
        own_scratch->bytes[slot] = bytes;
    }
    return own_scratch->memory[slot];
}
