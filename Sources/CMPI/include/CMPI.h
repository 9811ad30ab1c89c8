#ifndef CMPI_H
#define CMPI_H

#include <stdbool.h>

#include "cmpi_beats.h"

/// A thin layer over MPI for what Swift cannot see: its handles are macros, and what they are differs between
/// implementations.
///
/// All functions come from the thread that called `cmpi_start`, where they do not say otherwise, and where a call fails, MPI
/// ends the job. Those that start, finish, gather, share, collect and broadcast are collective over the processes of the job.

/// Starts MPI, once in a process; whether several threads may call it at the same time.
bool cmpi_start(void);
/// Ends this process's part of it.
void cmpi_finish(void);
/// Ends all processes. May be called from any thread.
void cmpi_abort(int code);

/// This process's number, from 0.
int cmpi_rank(void);
/// The processes of the job.
int cmpi_rank_count(void);

/// Writes what implementation of MPI this is into `text`, cut to `size` bytes with a final zero, and returns the length of
/// all of it. May be called at any time.
int cmpi_version(char *text, int size);

/// Every process's `bytes` bytes, one process after the other.
void cmpi_gather(const void *own, int bytes, void *all);
/// The same for parts of different lengths; `starts` says where each begins.
void cmpi_gather_parts(const void *own, void *all, const int *bytes, const int *starts);
/// Completes a vector of which every process has its part in place; counts of floats.
void cmpi_share_floats(float *all, const int *counts, const int *starts);
/// Every process's part on process 0; `all` is not used on the others. Counts of floats.
void cmpi_collect_floats(const float *own, float *all, const int *counts, const int *starts);
/// Process 0's bytes on every process.
void cmpi_broadcast(void *memory, int bytes);

/// Whether one of the calls that wait for other processes is doing so. May be called from any thread.
bool cmpi_is_waiting(void);

/// Messages under way.
typedef struct cmpi_messages cmpi_messages;

/// Room for `capacity` messages.
cmpi_messages *cmpi_messages_create(int capacity);
void cmpi_messages_send(cmpi_messages *messages, const void *memory, int bytes, int rank, int tag);
void cmpi_messages_receive(cmpi_messages *messages, void *memory, int bytes, int rank, int tag);
/// Gives them a chance to move on; whether all have arrived.
bool cmpi_messages_progress(cmpi_messages *messages);
/// Waits until all have arrived.
void cmpi_messages_wait(cmpi_messages *messages);
/// Frees the memory; all have to have arrived.
void cmpi_messages_free(cmpi_messages *messages);

#endif
