// One pool of threads for everything. Results never depend on the number of threads: work is cut into chunks
// whose borders do not depend on it, and every chunk writes only its own part of the result.
#ifndef CK_THREADS_H
#define CK_THREADS_H

#include <stdbool.h>
#include <stdint.h>

// Does chunk `index` of a job.
typedef void (*ck_chunk)(void *context, int64_t index);

// Threads that take part in a job, the calling one included. Set once by SIGNET_NUM_THREADS, else by what
// ck_find_processors says; ck_set_thread_count overrides both and is not to be called while a job runs.
enum { CK_MAXIMUM_THREADS = 1024 };
int ck_thread_count(void);
void ck_set_thread_count(int count);

// Whether the pool's own threads, which start with the first job, keep to one core each of those this process may use,
// the first core being left to the calling thread. They do where the cores lie in several NUMA nodes and no other
// process of a job shares them, or where SIGNET_PIN_THREADS is 1, and never where it is 0. Within one node the scheduler
// leaves threads that never sleep in place, and a pinned one waits for whatever else runs on its core.
bool ck_pins_threads(void);

// Keeps the calling thread and the pool's, which are not to have started yet, to the processors of a list such as 0-3,8.
// Returns whether the system did so. The number of threads stays as it is.
bool ck_bind_threads(const char *list);

// Calls chunk(context, i) for every i in 0..<count, in any order, on the pool; returns when all are done.
// A job started while another one runs (from inside a chunk, or from another thread) is done by its caller alone.
void ck_parallel(int64_t count, ck_chunk chunk, void *context);

// Counts the chunks that this process has done: while it stands still, nothing is computed. Approximate where several
// threads finish one at the same time.
uint64_t ck_chunks_done(void);

// Scratch memory of the calling thread, 64-byte aligned, valid until its next request for the same slot.
// Ends the process with a message where the system has none left.
enum { CK_SCRATCH_PANEL, CK_SCRATCH_ACCUMULATOR, CK_SCRATCH_ROWS, CK_SCRATCH_PACKED, CK_SCRATCH_ATTENTION, CK_SCRATCH_ONEDNN, CK_SCRATCH_SLOTS };
void *ck_scratch(int slot, int64_t bytes);

#endif
