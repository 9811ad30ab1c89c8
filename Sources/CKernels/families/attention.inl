// Attention: see attention_work.h for how it is divided, drivers/attention.c for the order of the work.
//
// Lanes lie along the columns of tiles. A block of scores is kept transposed, [keys][TILE_COLUMNS lanes]: that is what the
// tile kernel writes, the maximum and the sum over keys need no horizontal step, and it is at once the panel for the
// product with the values.

#include <sched.h>

#include "../attention_work.h"
#include "attention/tiles.inl"
#include "attention/scores.inl"
#include "attention/packing.inl"
#include "attention/forward.inl"
#include "attention/few.inl"
#include "attention/backward.inl"
