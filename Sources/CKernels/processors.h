// Sets of processors, for the pool.
#ifndef CK_PROCESSORS_INTERNAL_H
#define CK_PROCESSORS_INTERNAL_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

#include "ck_processors.h"

typedef struct {
    bool has[CK_MAXIMUM_PROCESSORS];
} ck_mask;

// The calling thread's affinity mask; processor 0 where the system does not tell.
void ck_affinity(ck_mask *mask);

// The processors of a list such as 0-3,8, and the list of a mask's processors (its length; the text is cut to size).
void ck_mask_of_list(const char *list, ck_mask *mask);
int ck_mask_list(const ck_mask *mask, char *text, int size);

int ck_count(const ck_mask *mask);

// Whether two masks have a processor in common.
bool ck_masks_overlap(const ck_mask *a, const ck_mask *b);

// The mask as the system takes it, freed with CPU_FREE, and its bytes; NULL where there is no memory.
cpu_set_t *ck_cpu_set(const ck_mask *mask, size_t *size);

// One more than the highest number of a NUMA node; 0 where the system does not tell.
int ck_node_count(const char *root);

// The processors of a NUMA node; false where the system knows no such node.
bool ck_node(const char *root, int node, ck_mask *mask);

// The mask of a list in a file below root; false where there is no such file.
bool ck_read_mask(const char *root, const char *path, ck_mask *mask);

// Keeps the calling thread, and those it starts, to the processors of a list. Returns whether the system did so.
bool ck_bind(const char *list);

// How many cores the processors of a mask belong to; cores (or NULL) takes those of each core that are in the mask.
int ck_cores(const char *root, const ck_mask *mask, ck_mask *cores);

#endif
