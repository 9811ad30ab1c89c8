// One pool of threads for everything. Results never depend on the number of threads: work is cut into chunks
// whose borders do not depend on it, and every chunk writes only its own part of the result.
#ifndef CK_THREADS_H
#define CK_THREADS_H

#include <stdint.h>

// Does chunk `index` of a job.
typedef void (*ck_chunk)(void *context, int64_t index);

// Threads that take part in a job, the calling one included. Set once by SIGNET_NUM_THREADS, else the processors
// this process may run on; ck_set_thread_count overrides both and is not to be called while a job runs.
int ck_thread_count(void);
void ck_set_thread_count(int count);

// Calls chunk(context, i) for every i in 0..<count, in any order, on the pool; returns when all are done.
// A job started while another one runs (from inside a chunk, or from another thread) is done by its caller alone.
void ck_parallel(int64_t count, ck_chunk chunk, void *context);

// Scratch memory of the calling thread, 64-byte aligned, valid until its next request for the same slot.
enum { CK_SCRATCH_PANEL, CK_SCRATCH_ACCUMULATOR, CK_SCRATCH_ROWS, CK_SCRATCH_PACKED, CK_SCRATCH_ATTENTION, CK_SCRATCH_ONEDNN, CK_SCRATCH_SLOTS };
void *ck_scratch(int slot, int64_t bytes);

#endif
