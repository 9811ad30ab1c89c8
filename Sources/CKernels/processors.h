// Sets of processors, for the pool.
#ifndef CK_PROCESSORS_INTERNAL_H
#define CK_PROCESSORS_INTERNAL_H

#include <stdbool.h>

#include "ck_processors.h"

typedef struct {
    bool has[CK_MAXIMUM_PROCESSORS];
} ck_mask;

// The calling thread's affinity mask; processor 0 where the system does not tell.
void ck_affinity(ck_mask *mask);

// How many cores the processors of a mask belong to; cores (or NULL) takes those of each core that are in the mask.
int ck_cores(const char *root, const ck_mask *mask, ck_mask *cores);

#endif
