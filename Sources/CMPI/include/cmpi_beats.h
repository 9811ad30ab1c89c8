#ifndef CMPI_BEATS_H
#define CMPI_BEATS_H

#include <stdbool.h>

/// The messages by which ranks let each other know that they live, and that they leave: beside whatever else MPI does, over
/// a communicator of their own and from one thread of their own, which needs `cmpi_start` to have returned true. A call that
/// fails because another rank is gone does nothing.
typedef struct cmpi_beats cmpi_beats;

/// Begins; collective. Each rank sends to those that are `distances` behind it in a circle, and hears those that far before.
cmpi_beats *cmpi_beats_create(const int *distances, int count);
/// Sends a value to each target that has taken the last one.
void cmpi_beats_send(cmpi_beats *beats, int value);
/// Whether MPI has taken over all that was sent.
bool cmpi_beats_sent(cmpi_beats *beats);
/// The next value that has come and its source; false where there is none.
bool cmpi_beats_take(cmpi_beats *beats, int *source, int *value);
/// The next rank that leaves, wherever in the circle, and its value; false where there is none.
bool cmpi_beats_take_farewell(cmpi_beats *beats, int *source, int *value);
/// Tells all other ranks that this one leaves.
void cmpi_beats_leave(cmpi_beats *beats, int value);
/// How many of them have not heard it yet.
int cmpi_beats_unheard(cmpi_beats *beats);
/// Ends; collective. No beat is under way any more, which the last value of each source has to have said.
void cmpi_beats_free(cmpi_beats *beats);

#endif
