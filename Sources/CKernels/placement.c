#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"
#include "processors.h"

// Puts the cores of each node beside each other, in the order of the nodes.
static void sort_by_node(const char *root, ck_mask *cores, int count) {
    ck_mask node;
    int sorted = 0, nodes = ck_node_count(root);
    for (int i = 0; i < nodes && sorted < count; i++) {
        if (!ck_node(root, i, &node)) continue;
        for (int core = sorted; core < count; core++) {
            if (!ck_masks_overlap(&cores[core], &node)) continue;
            ck_mask found = cores[core];
            memmove(cores + sorted + 1, cores + sorted, sizeof *cores * (size_t)(core - sorted));
            cores[sorted++] = found;
        }
    }
}

bool ck_overlap(const char *list, const char *other) {
    ck_mask mask, found;
    ck_mask_of_list(list, &mask);
    ck_mask_of_list(other, &found);
    return ck_masks_overlap(&mask, &found);
}

int ck_processor_count(const char *list) {
    ck_mask mask;
    ck_mask_of_list(list, &mask);
    return ck_count(&mask);
}

int ck_core_count(const char *root, const char *list) {
    ck_mask mask;
    ck_mask_of_list(list, &mask);
    return ck_cores(root, &mask, NULL);
}

int ck_part_of_processors(const char *root, const char *list, int parts, int index, char *text, int size) {
    ck_mask mask, part;
    ck_mask_of_list(list, &mask);
    int count = ck_cores(root, &mask, NULL);
    ck_mask *cores = count > 0 ? malloc(sizeof *cores * (size_t)count) : NULL;
    if (!cores) return ck_mask_list(&mask, text, size);
    ck_cores(root, &mask, cores);
    sort_by_node(root, cores, count);
    int first = (int)((long)count * index / parts), end = (int)((long)count * (index + 1) / parts);
    memset(&part, 0, sizeof part);
    for (int core = first; core < (end > first ? end : first + 1); core++) {
        for (int i = 0; i < CK_MAXIMUM_PROCESSORS; i++) part.has[i] |= cores[core].has[i];
    }
    free(cores);
    return ck_mask_list(&part, text, size);
}

bool ck_bind(const char *list) {
    ck_mask mask;
    ck_mask_of_list(list, &mask);
    size_t size;
    cpu_set_t *set = ck_cpu_set(&mask, &size);
    if (!set) return false;
    bool bound = sched_setaffinity(0, size, set) == 0;
    CPU_FREE(set);
    return bound;
}
