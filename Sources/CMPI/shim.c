#include "CMPI.h"

#include <mpi.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct cmpi_messages {
    int count, capacity;
    MPI_Request requests[];
};

// MPI ends the job itself, unless its error handler was changed.
static void check(int code) {
    if (code != MPI_SUCCESS) {
        fprintf(stderr, "error: MPI call failed with code %d\n", code);
        abort();
    }
}

static _Atomic bool waiting;

bool cmpi_is_waiting(void) { return atomic_load(&waiting); }

// Calls that return only when other processes have done their part.
#define WAIT_FOR(call)                 \
    do {                               \
        atomic_store(&waiting, true);  \
        check(call);                   \
        atomic_store(&waiting, false); \
    } while (0)

bool cmpi_start(void) {
    int provided;
    check(MPI_Init_thread(NULL, NULL, MPI_THREAD_MULTIPLE, &provided));
    return provided >= MPI_THREAD_MULTIPLE;
}

void cmpi_finish(void) { check(MPI_Finalize()); }

void cmpi_abort(int code) { MPI_Abort(MPI_COMM_WORLD, code); }

int cmpi_rank(void) {
    int rank;
    check(MPI_Comm_rank(MPI_COMM_WORLD, &rank));
    return rank;
}

int cmpi_rank_count(void) {
    int count;
    check(MPI_Comm_size(MPI_COMM_WORLD, &count));
    return count;
}

int cmpi_version(char *text, int size) {
    char all[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;
    check(MPI_Get_library_version(all, &length));
    if (size > 0) snprintf(text, (size_t)size, "%s", all);
    return length;
}

void cmpi_gather(const void *own, int bytes, void *all) {
    WAIT_FOR(MPI_Allgather(own, bytes, MPI_BYTE, all, bytes, MPI_BYTE, MPI_COMM_WORLD));
}

void cmpi_gather_parts(const void *own, void *all, const int *bytes, const int *starts) {
    WAIT_FOR(MPI_Allgatherv(own, bytes[cmpi_rank()], MPI_BYTE, all, bytes, starts, MPI_BYTE, MPI_COMM_WORLD));
}

void cmpi_share_floats(float *all, const int *counts, const int *starts) {
    WAIT_FOR(MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_FLOAT, all, counts, starts, MPI_FLOAT, MPI_COMM_WORLD));
}

void cmpi_collect_floats(const float *own, float *all, const int *counts, const int *starts) {
    WAIT_FOR(MPI_Gatherv(own, counts[cmpi_rank()], MPI_FLOAT, all, counts, starts, MPI_FLOAT, 0, MPI_COMM_WORLD));
}

void cmpi_broadcast(void *memory, int bytes) { WAIT_FOR(MPI_Bcast(memory, bytes, MPI_BYTE, 0, MPI_COMM_WORLD)); }

cmpi_messages *cmpi_messages_create(int capacity) {
    cmpi_messages *messages = malloc(sizeof *messages + (size_t)capacity * sizeof(MPI_Request));
    if (!messages) abort();
    messages->count = 0;
    messages->capacity = capacity;
    return messages;
}

static MPI_Request *next_of(cmpi_messages *messages) {
    if (messages->count == messages->capacity) abort();
    return &messages->requests[messages->count++];
}

void cmpi_messages_send(cmpi_messages *messages, const void *memory, int bytes, int rank, int tag) {
    check(MPI_Isend(memory, bytes, MPI_BYTE, rank, tag, MPI_COMM_WORLD, next_of(messages)));
}

void cmpi_messages_receive(cmpi_messages *messages, void *memory, int bytes, int rank, int tag) {
    check(MPI_Irecv(memory, bytes, MPI_BYTE, rank, tag, MPI_COMM_WORLD, next_of(messages)));
}

bool cmpi_messages_progress(cmpi_messages *messages) {
    int done;
    check(MPI_Testall(messages->count, messages->requests, &done, MPI_STATUSES_IGNORE));
    return done;
}

void cmpi_messages_wait(cmpi_messages *messages) {
    WAIT_FOR(MPI_Waitall(messages->count, messages->requests, MPI_STATUSES_IGNORE));
}

void cmpi_messages_free(cmpi_messages *messages) { free(messages); }
