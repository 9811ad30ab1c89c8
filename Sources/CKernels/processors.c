#define _GNU_SOURCE
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "CKernels.h"
#include "processors.h"

static bool read_text(const char *root, const char *path, char *text, size_t size) {
    char name[1024];
    if (snprintf(name, sizeof name, "%s%s", root, path) >= (int)sizeof name) return false;
    FILE *file = fopen(name, "re");
    if (!file) return false;
    size_t count = fread(text, 1, size - 1, file);
    fclose(file);
    text[count] = 0;
    return count > 0;
}

// Calls found(context, processor) for every number of a list such as 0-3,8.
static void each_of_list(const char *list, void (*found)(void *, int), void *context) {
    for (char *rest; *list; list = rest + (*rest == ',')) {
        long first = strtol(list, &rest, 10), last = first;
        if (rest == list) return;
        if (*rest == '-') last = strtol(rest + 1, &rest, 10);
        for (long i = first; i <= last && i < CK_MAXIMUM_PROCESSORS; i++) found(context, (int)i);
    }
}

static void add_processor(void *mask, int processor) { ((ck_mask *)mask)->has[processor] = true; }

void ck_mask_of_list(const char *list, ck_mask *mask) {
    memset(mask, 0, sizeof *mask);
    each_of_list(list, add_processor, mask);
}

bool ck_read_mask(const char *root, const char *path, ck_mask *mask) {
    char text[4096];
    bool found = read_text(root, path, text, sizeof text);
    ck_mask_of_list(found ? text : "", mask);
    return found;
}

int ck_count(const ck_mask *mask) {
    int processors = 0;
    for (int i = 0; i < CK_MAXIMUM_PROCESSORS; i++) processors += mask->has[i];
    return processors;
}

bool ck_masks_overlap(const ck_mask *a, const ck_mask *b) {
    for (int i = 0; i < CK_MAXIMUM_PROCESSORS; i++) {
        if (a->has[i] && b->has[i]) return true;
    }
    return false;
}

cpu_set_t *ck_cpu_set(const ck_mask *mask, size_t *size) {
    cpu_set_t *set = CPU_ALLOC(CK_MAXIMUM_PROCESSORS);
    if (!set) return NULL;
    *size = CPU_ALLOC_SIZE(CK_MAXIMUM_PROCESSORS);
    CPU_ZERO_S(*size, set);
    for (int i = 0; i < CK_MAXIMUM_PROCESSORS; i++) {
        if (mask->has[i]) CPU_SET_S(i, *size, set);
    }
    return set;
}

void ck_affinity(ck_mask *mask) {
    memset(mask, 0, sizeof *mask);
    cpu_set_t *set = CPU_ALLOC(CK_MAXIMUM_PROCESSORS);
    size_t size = CPU_ALLOC_SIZE(CK_MAXIMUM_PROCESSORS);
    if (set && sched_getaffinity(0, size, set) == 0) {
        for (int i = 0; i < CK_MAXIMUM_PROCESSORS; i++) mask->has[i] = CPU_ISSET_S(i, size, set);
    }
    if (set) CPU_FREE(set);
    if (ck_count(mask) == 0) mask->has[0] = true;
}

int ck_cores(const char *root, const ck_mask *mask, ck_mask *cores) {
    ck_mask left = *mask;
    int found = 0;
    for (int i = 0; i < CK_MAXIMUM_PROCESSORS; i++) {
        if (!left.has[i]) continue;
        char path[128];
        ck_mask core;
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", i);
        if (!ck_read_mask(root, path, &core)) memset(&core, 0, sizeof core);
        core.has[i] = true;
        for (int j = 0; j < CK_MAXIMUM_PROCESSORS; j++) {
            core.has[j] = core.has[j] && left.has[j];
            if (core.has[j]) left.has[j] = false;
        }
        if (cores) cores[found] = core;
        found++;
    }
    return found;
}

int ck_node_count(const char *root) {
    ck_mask online;
    ck_read_mask(root, "/sys/devices/system/node/online", &online);
    int count = 0;
    for (int i = 0; i < CK_MAXIMUM_PROCESSORS; i++) {
        if (online.has[i]) count = i + 1;
    }
    return count;
}

bool ck_node(const char *root, int node, ck_mask *mask) {
    char path[128];
    snprintf(path, sizeof path, "/sys/devices/system/node/node%d/cpulist", node);
    return ck_read_mask(root, path, mask);
}

static int nodes_of(const char *root, const ck_mask *mask) {
    ck_mask node;
    int nodes = 0, count = ck_node_count(root);
    for (int i = 0; i < count; i++) nodes += ck_node(root, i, &node) && ck_masks_overlap(&node, mask);
    return nodes > 0 ? nodes : 1;
}

// The path of this process in the hierarchy of a version 1 controller, or in the version 2 hierarchy for "".
static bool group_path(const char *groups, const char *controller, char *path, size_t size) {
    for (const char *line = groups; *line; line += *line == '\n') {
        // number:names:path
        const char *names = line + strcspn(line, ":\n"), *end = names + (*names == ':');
        bool found = *controller == 0 && *end == ':';
        for (; *end && *end != ':' && *end != '\n'; end += *end == ',') {
            size_t length = strcspn(end, ",:\n");
            found |= length == strlen(controller) && strncmp(end, controller, length) == 0;
            end += length;
        }
        line = end + strcspn(end, "\n");
        if (*end == ':' && found) {
            snprintf(path, size, "%.*s", (int)(line - end - 1), end + 1);
            return true;
        }
    }
    return false;
}

static double quota_of(const char *root, const char *folder, bool version2) {
    char path[900], text[128], period[128];
    double limit = 0, length = 100000;
    snprintf(path, sizeof path, "%s/%s", folder, version2 ? "cpu.max" : "cpu.cfs_quota_us");
    if (!read_text(root, path, text, sizeof text)) return 0;
    if (version2) {
        if (sscanf(text, "%lf %lf", &limit, &length) < 1) return 0;  // "max 100000"
    } else {
        limit = atof(text);
        snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
        if (read_text(root, path, period, sizeof period)) length = atof(period);
    }
    return limit > 0 && length > 0 ? limit / length : 0;
}

// The tightest limit of the group and of those it lies in, as far as they are mounted.
static double quota(const char *root, const char *groups) {
    double tightest = 0;
    for (int version2 = 0; version2 < 2; version2++) {
        char path[512], folder[800];
        if (!group_path(groups, version2 ? "" : "cpu", path, sizeof path)) continue;
        for (;;) {
            snprintf(folder, sizeof folder, "/sys/fs/cgroup%s%s", version2 ? "" : "/cpu", path);
            double here = quota_of(root, folder, version2);
            if (here > 0 && (tightest == 0 || here < tightest)) tightest = here;
            char *slash = strrchr(path, '/');
            if (!slash) break;
            *slash = 0;
        }
    }
    return tightest;
}

// How many processors the group may use, whatever this process was bound to.
static int group_processors(const char *root, const char *groups, int allowed) {
    char path[512], file[800];
    ck_mask mask;
    for (int version2 = 0; version2 < 2; version2++) {
        if (!group_path(groups, version2 ? "" : "cpuset", path, sizeof path)) continue;
        for (;;) {
            snprintf(file, sizeof file, "/sys/fs/cgroup%s%s/%s", version2 ? "" : "/cpuset", path,
                     version2 ? "cpuset.cpus.effective" : "cpuset.effective_cpus");
            if (ck_read_mask(root, file, &mask) && ck_count(&mask) > 0) return ck_count(&mask);
            char *slash = strrchr(path, '/');
            if (!slash) break;
            *slash = 0;
        }
    }
    return ck_read_mask(root, "/sys/devices/system/cpu/online", &mask) ? ck_count(&mask) : allowed;
}

static int processes_of_job(void) {
    const char *const names[] = {
        "OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "PMI_LOCAL_SIZE", "SLURM_NTASKS_PER_NODE",
    };
    for (int i = 0; i < 4; i++) {
        const char *text = getenv(names[i]);
        // Outside a step the variable describes processes yet to be started.
        if (!text || (i == 3 && !getenv("SLURM_STEP_ID"))) continue;
        int processes = atoi(text);
        if (processes > 0) return processes;
    }
    return 1;
}

ck_processors ck_find_processors(const char *root) {
    ck_mask mask;
    char groups[4096] = "";
    ck_affinity(&mask);
    read_text(root, "/proc/self/cgroup", groups, sizeof groups);
    ck_processors found = {
        .allowed = ck_count(&mask), .cores = ck_cores(root, &mask, NULL), .nodes = nodes_of(root, &mask),
        .of_group = group_processors(root, groups, ck_count(&mask)), .quota = quota(root, groups), .host_processes = processes_of_job(),
    };
    found.shares_mask = found.host_processes > 1 && found.allowed >= found.of_group;
    int sharers = found.shares_mask ? found.host_processes : 1;
    int threads = found.cores / sharers;
    // Processes of a job lie in one group, bound or not.
    if (found.quota > 0) {
        // A process by itself uses up what is paid for; several together do not use more.
        double paid = found.quota / found.host_processes;
        threads = (int)fmin(threads, found.host_processes > 1 ? floor(paid) : ceil(paid));
    }
    found.threads = threads < 1 ? 1 : threads;
    return found;
}

int ck_mask_list(const ck_mask *mask, char *text, int size) {
    int length = 0;
    for (int i = 0; i < CK_MAXIMUM_PROCESSORS; i++) {
        if (!mask->has[i]) continue;
        int last = i;
        while (last + 1 < CK_MAXIMUM_PROCESSORS && mask->has[last + 1]) last++;
        char run[32];
        int count = snprintf(run, sizeof run, last > i ? "%s%d-%d" : "%s%d", length > 0 ? "," : "", i, last);
        if (length < size) snprintf(text + length, (size_t)(size - length), "%s", run);
        length += count;
        i = last;
    }
    return length;
}

int ck_affinity_list(char *text, int size) {
    ck_mask mask;
    ck_affinity(&mask);
    return ck_mask_list(&mask, text, size);
}
