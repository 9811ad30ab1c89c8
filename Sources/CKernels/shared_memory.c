#define _GNU_SOURCE
#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "CKernels.h"

int ck_memory_file(const char *name, int64_t bytes) {
    // Beyond the limit on files the system would not refuse but send a signal.
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < (rlim_t)bytes) {
        errno = EFBIG;
        return -1;
    }
    int file = memfd_create(name, MFD_CLOEXEC);
    if (file >= 0 && ftruncate(file, bytes) != 0) {
        int reason = errno;
        close(file);
        errno = reason;
        return -1;
    }
    return file;
}
