#include "cmpi_beats.h"

#include <mpi.h>
#include <stdlib.h>

enum { BEAT = 1, FAREWELL = 2 };

// A message of one number under way.
typedef struct {
    MPI_Request request;
    int rank, value;
} message;

struct cmpi_beats {
    MPI_Comm communicator;
    int rank, rank_count, count;
    message *sent, *received;
    message farewell, *farewells;
    int farewell_count;
};

static bool is_done(message *message, MPI_Status *status) {
    int done = 0;
    if (message->request == MPI_REQUEST_NULL) return false;
    return MPI_Test(&message->request, &done, status) == MPI_SUCCESS && done;
}

static void receive(cmpi_beats *beats, message *message, int tag) {
    MPI_Irecv(&message->value, 1, MPI_INT, message->rank, tag, beats->communicator, &message->request);
}

static message *messages(int count) {
    message *made = malloc(sizeof *made * (size_t)(count + 1));
    if (!made) abort();
    for (int i = 0; i < count; i++) made[i].request = MPI_REQUEST_NULL;
    return made;
}

cmpi_beats *cmpi_beats_create(const int *distances, int count) {
    cmpi_beats *beats = malloc(sizeof *beats);
    if (!beats) abort();
    MPI_Comm_dup(MPI_COMM_WORLD, &beats->communicator);
    // By itself MPI would end the process before it has said why.
    MPI_Comm_set_errhandler(beats->communicator, MPI_ERRORS_RETURN);
    MPI_Comm_rank(beats->communicator, &beats->rank);
    MPI_Comm_size(beats->communicator, &beats->rank_count);
    beats->count = count;
    beats->sent = messages(count);
    beats->received = messages(count);
    beats->farewells = messages(beats->rank_count);
    beats->farewell_count = 0;
    for (int i = 0; i < count; i++) {
        beats->sent[i].rank = (beats->rank + distances[i]) % beats->rank_count;
        beats->received[i].rank = (beats->rank + beats->rank_count - distances[i]) % beats->rank_count;
        receive(beats, &beats->received[i], BEAT);
    }
    beats->farewell.rank = MPI_ANY_SOURCE;
    receive(beats, &beats->farewell, FAREWELL);
    return beats;
}

void cmpi_beats_send(cmpi_beats *beats, int value) {
    for (int i = 0; i < beats->count; i++) {
        message *message = &beats->sent[i];
        is_done(message, MPI_STATUS_IGNORE);
        if (message->request != MPI_REQUEST_NULL) continue;
        message->value = value;
        MPI_Isend(&message->value, 1, MPI_INT, message->rank, BEAT, beats->communicator, &message->request);
    }
}

bool cmpi_beats_sent(cmpi_beats *beats) {
    bool sent = true;
    for (int i = 0; i < beats->count; i++) {
        is_done(&beats->sent[i], MPI_STATUS_IGNORE);
        sent = sent && beats->sent[i].request == MPI_REQUEST_NULL;
    }
    return sent;
}

bool cmpi_beats_take(cmpi_beats *beats, int *source, int *value) {
    for (int i = 0; i < beats->count; i++) {
        if (!is_done(&beats->received[i], MPI_STATUS_IGNORE)) continue;
        *source = beats->received[i].rank;
        *value = beats->received[i].value;
        receive(beats, &beats->received[i], BEAT);
        return true;
    }
    return false;
}

bool cmpi_beats_take_farewell(cmpi_beats *beats, int *source, int *value) {
    MPI_Status status;
    if (!is_done(&beats->farewell, &status)) return false;
    *source = status.MPI_SOURCE;
    *value = beats->farewell.value;
    receive(beats, &beats->farewell, FAREWELL);
    return true;
}

void cmpi_beats_leave(cmpi_beats *beats, int value) {
    for (int rank = 0; rank < beats->rank_count; rank++) {
        if (rank == beats->rank) continue;
        message *message = &beats->farewells[beats->farewell_count++];
        message->value = value;
        // Synchronous: it is done when the other has it, so that it is not lost with this process.
        MPI_Issend(&message->value, 1, MPI_INT, rank, FAREWELL, beats->communicator, &message->request);
    }
}

int cmpi_beats_unheard(cmpi_beats *beats) {
    int unheard = 0;
    for (int i = 0; i < beats->farewell_count; i++) {
        is_done(&beats->farewells[i], MPI_STATUS_IGNORE);
        unheard += beats->farewells[i].request != MPI_REQUEST_NULL;
    }
    return unheard;
}

static void cancel(message *message) {
    if (message->request == MPI_REQUEST_NULL) return;
    MPI_Cancel(&message->request);
    MPI_Wait(&message->request, MPI_STATUS_IGNORE);
}

void cmpi_beats_free(cmpi_beats *beats) {
    for (int i = 0; i < beats->count; i++) cancel(&beats->received[i]);
    cancel(&beats->farewell);
    MPI_Comm_free(&beats->communicator);
    free(beats->sent);
    free(beats->received);
    free(beats->farewells);
    free(beats);
}
