// Processors this process may use.
#ifndef CK_PROCESSORS_H
#define CK_PROCESSORS_H

#include <stdbool.h>

enum { CK_MAXIMUM_PROCESSORS = 4096 };

typedef struct {
    int allowed;          // in the affinity mask
    int cores;            // among those, hardware threads of one core counted once
    int nodes;            // NUMA nodes they lie in
    int of_group;         // that the control group may use, whatever this process was bound to
    double quota;         // processors that the control group pays for; 0 where it sets no limit
    int host_processes;   // of this parallel job on this host, 1 outside one
    bool shares_mask;     // whether those processes have the same processors
    int threads;          // that suit all of that
} ck_processors;

// What the system says about the calling thread. root stands before every path of /proc and /sys: "" but in tests.
//
// A core counts once: two threads of one core share the units that multiply and the caches a block was cut for.
// Processes of one job (OMPI_COMM_WORLD_LOCAL_SIZE, MPI_LOCALNRANKS, PMI_LOCAL_SIZE and, in a job step,
// SLURM_NTASKS_PER_NODE) share the quota evenly, and the cores where nobody has bound them to processors of their own.
// A process by itself has the quota rounded up, each of several its share of it rounded down.
ck_processors ck_find_processors(const char *root);

// The affinity mask of the calling thread as Linux writes it ("0-3,8"); the length of the whole text, which is cut to
// size.
int ck_affinity_list(char *text, int size);

// Writes the list of the processors that the index-th of some parts of a list is made of, as ck_affinity_list does.
//
// Parts are whole cores in a row, those of one NUMA node beside each other, as even as they go: where the parts of a node
// come out whole, none lies in two. Where there are more parts than cores, several have the same one.
int ck_part_of_processors(const char *root, const char *list, int parts, int index, char *text, int size);

// The processors of a list, and the cores that they belong to.
int ck_processor_count(const char *list);
int ck_core_count(const char *root, const char *list);

// Whether two lists have a processor in common.
bool ck_overlap(const char *list, const char *other);

#endif
