// Preloaded into a program (LD_PRELOAD), lets the n-th system call on the files of one folder fail, or ends the program
// there, as a kill or a power cut would.
//
//   FAULTS_FOLDER   the folder, absolute; nothing else is touched
//   FAULTS_KIND     which fault, see `faults` below
//   FAULTS_AT       which of the calls that this fault can befall, from 1; 0: none, they are only counted
//   FAULTS_REPEAT   how many calls from there on, 1 unless told
//   FAULTS_LOG      a file that gets a line for each of them: its number, the call, the file
//
// Calls go to the kernel directly, so that nothing here depends on the library whose functions it stands before.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum call_class {
    CREATE = 1,   // opens that may make a file, new folders
    CHANGE = 2,   // other opens for writing, renames, removals, cuts
    WRITE = 4,
    READ = 8,
    FLUSH = 16,
    CLOSE = 32,
    OPEN = 64,    // opens for reading
    EVERY = 127,
};

enum effect { FAIL, SHORTEN, KILL, TEAR, CUT_POWER };

static const struct fault {
    const char *name;
    int classes;   // the calls it can befall
    enum effect effect;
    int number;    // of the error
} faults[] = {
    {"kill", EVERY, KILL, 0},                      // SIGKILL before the call
    {"torn", WRITE, TEAR, 0},                      // SIGKILL when half of the bytes are written
    {"powercut", EVERY, CUT_POWER, 0},             // and all is lost that was not flushed
    {"ENOSPC", CREATE | WRITE | FLUSH | CHANGE, FAIL, ENOSPC},
    {"EDQUOT", CREATE | WRITE | FLUSH, FAIL, EDQUOT},
    {"EIO", EVERY & ~CLOSE, FAIL, EIO},
    {"EROFS", CREATE | CHANGE, FAIL, EROFS},
    {"EACCES", CREATE | CHANGE | OPEN, FAIL, EACCES},
    {"EINTR", EVERY & ~CHANGE, FAIL, EINTR},
    {"short", WRITE | READ, SHORTEN, 0},           // half of the bytes
};

static struct {
    const struct fault *fault;
    char folder[PATH_MAX];
    long at, repeat, count;
    int log;
} plan = {.log = -1};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static long environment_number(const char *name, long otherwise) {
    const char *text = getenv(name);
    return text ? atol(text) : otherwise;
}

__attribute__((constructor)) static void prepare(void) {
    const char *folder = getenv("FAULTS_FOLDER"), *kind = getenv("FAULTS_KIND"), *log = getenv("FAULTS_LOG");
    if (!folder || !kind) return;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        if (strcmp(kind, faults[i].name) == 0) plan.fault = &faults[i];
    }
    if (!plan.fault) {
        fprintf(stderr, "faults: no fault is called %s\n", kind);
        _exit(64);
    }
    snprintf(plan.folder, sizeof plan.folder, "%s", folder);
    plan.at = environment_number("FAULTS_AT", 0);
    plan.repeat = environment_number("FAULTS_REPEAT", 1);
    if (log) plan.log = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
}

static bool is_inside(const char *path) {
    size_t length = strlen(plan.folder);
    return plan.fault && length > 0 && strncmp(path, plan.folder, length) == 0
        && (path[length] == '/' || path[length] == 0);
}

/// The path a descriptor was opened by; empty where it has none.
static const char *path_of(int descriptor, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, (size_t)PATH_MAX - 1);
    path[length > 0 ? length : 0] = 0;
    return path;
}

// MARK: What a power cut takes

// Files with bytes that have not been flushed, and names that have not.
static struct unflushed {
    ino_t file;
    off_t flushed;
    char path[PATH_MAX];
} unflushed[64];
static struct rename {
    char from[PATH_MAX], to[PATH_MAX];
} renames[64];
static int unflushed_count, rename_count;

static void note_write(int descriptor, const char *path) {
    struct stat now;
    if (fstat(descriptor, &now) != 0) return;
    pthread_mutex_lock(&lock);
    int i = 0;
    while (i < unflushed_count && unflushed[i].file != now.st_ino) i++;
    if (i == unflushed_count && i < 64) {
        unflushed[unflushed_count++] = (struct unflushed){.file = now.st_ino, .flushed = now.st_size};
        snprintf(unflushed[i].path, PATH_MAX, "%s", path);
    }
    pthread_mutex_unlock(&lock);
}

static bool is_in_folder(const char *path, const char *folder) {
    const char *end = strrchr(path, '/');
    return end && (size_t)(end - path) == strlen(folder) && strncmp(path, folder, end - path) == 0;
}

static void note_flush(int descriptor, const char *path) {
    struct stat now;
    if (fstat(descriptor, &now) != 0) return;
    pthread_mutex_lock(&lock);
    for (int i = unflushed_count - 1; i >= 0; i--) {
        if (unflushed[i].file == now.st_ino) unflushed[i] = unflushed[--unflushed_count];
    }
    for (int i = rename_count - 1; i >= 0; i--) {
        if (is_in_folder(renames[i].to, path)) renames[i] = renames[--rename_count];
    }
    pthread_mutex_unlock(&lock);
}

static void note_rename(const char *from, const char *to, bool replaces) {
    pthread_mutex_lock(&lock);
    for (int i = 0; i < unflushed_count; i++) {
        if (strcmp(unflushed[i].path, from) == 0) snprintf(unflushed[i].path, PATH_MAX, "%s", to);
    }
    if (!replaces && rename_count < 64) {
        snprintf(renames[rename_count].from, PATH_MAX, "%s", from);
        snprintf(renames[rename_count++].to, PATH_MAX, "%s", to);
    }
    pthread_mutex_unlock(&lock);
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static void cut_power(void) {
    for (int i = 0; i < unflushed_count; i++) syscall(SYS_truncate, unflushed[i].path, unflushed[i].flushed);
    for (int i = rename_count - 1; i >= 0; i--) {
        syscall(SYS_renameat2, AT_FDCWD, renames[i].from, AT_FDCWD, renames[i].to, 0);
        syscall(SYS_renameat2, AT_FDCWD, renames[i].to, AT_FDCWD, renames[i].from, 0);
    }
    die();
}

// MARK: The faults

/// Counts a call, and says whether the fault befalls it. Does not return from a kill.
static bool is_struck(enum call_class class, const char *name, const char *path) {
    if (!plan.fault || !is_inside(path) || !(plan.fault->classes & class)) return false;
    pthread_mutex_lock(&lock);
    long number = ++plan.count;
    if (plan.log >= 0) {
        char line[PATH_MAX + 64];
        int length = snprintf(line, sizeof line, "%ld %s %s\n", number, name, path);
        syscall(SYS_write, plan.log, line, (size_t)length);
    }
    pthread_mutex_unlock(&lock);
    bool struck = plan.at > 0 && number >= plan.at && number - plan.at < plan.repeat;
    if (struck && plan.fault->effect == KILL) die();
    if (struck && plan.fault->effect == CUT_POWER) cut_power();
    return struck;
}

/// Whether the call fails; `errno` says how.
static bool fails(enum call_class class, const char *name, const char *path) {
    if (!is_struck(class, name, path) || plan.fault->effect != FAIL) return false;
    errno = plan.fault->number;
    return true;
}

static bool fails_on(enum call_class class, const char *name, int descriptor) {
    char path[PATH_MAX];
    return plan.fault && fails(class, name, path_of(descriptor, path));
}

/// How many of `size` bytes a call transfers; -1 where it fails. `tears` is set where the program ends after them.
static ssize_t transferred(
    enum call_class class, const char *name, int descriptor, size_t size, bool *tears) {
    *tears = false;
    if (!plan.fault) return size;
    char path[PATH_MAX];
    path_of(descriptor, path);
    if (class == WRITE && is_inside(path)) note_write(descriptor, path);
    if (!is_struck(class, name, path)) return size;
    switch (plan.fault->effect) {
    case SHORTEN: return (size + 1) / 2;
    case TEAR: *tears = true; return size / 2;
    default: errno = plan.fault->number; return -1;
    }
}

// MARK: The calls

static int opened(const char *name, int at, const char *path, int flags, mode_t mode) {
    enum call_class class = flags & O_CREAT ? CREATE : (flags & O_ACCMODE) != O_RDONLY ? CHANGE : OPEN;
    if (fails(class, name, path)) return -1;
    return syscall(SYS_openat, at, path, flags, mode);
}

#define MODE_ARGUMENT(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list arguments; \
        va_start(arguments, flags); \
        mode = va_arg(arguments, mode_t); \
        va_end(arguments); \
    }

int open(const char *path, int flags, ...) {
    MODE_ARGUMENT(flags)
    return opened("open", AT_FDCWD, path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    MODE_ARGUMENT(flags)
    return opened("open", AT_FDCWD, path, flags, mode);
}
int openat(int at, const char *path, int flags, ...) {
    MODE_ARGUMENT(flags)
    return opened("open", at, path, flags, mode);
}
int openat64(int at, const char *path, int flags, ...) {
    MODE_ARGUMENT(flags)
    return opened("open", at, path, flags, mode);
}
int creat(const char *path, mode_t mode) {
    return opened("open", AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

ssize_t write(int descriptor, const void *bytes, size_t size) {
    bool tears;
    ssize_t count = transferred(WRITE, "write", descriptor, size, &tears);
    if (count < 0) return -1;
    ssize_t written = syscall(SYS_write, descriptor, bytes, (size_t)count);
    if (tears) die();
    return written;
}
ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t position) {
    bool tears;
    ssize_t count = transferred(WRITE, "pwrite", descriptor, size, &tears);
    if (count < 0) return -1;
    ssize_t written = syscall(SYS_pwrite64, descriptor, bytes, (size_t)count, position);
    if (tears) die();
    return written;
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off64_t position) {
    return pwrite(descriptor, bytes, size, position);
}
ssize_t writev(int descriptor, const struct iovec *pieces, int count) {
    char path[PATH_MAX];
    if (plan.fault && is_inside(path_of(descriptor, path))) note_write(descriptor, path);
    if (fails_on(WRITE, "writev", descriptor)) return -1;
    return syscall(SYS_writev, descriptor, pieces, count);
}
ssize_t read(int descriptor, void *bytes, size_t size) {
    bool tears;
    ssize_t count = transferred(READ, "read", descriptor, size, &tears);
    return count < 0 ? -1 : syscall(SYS_read, descriptor, bytes, (size_t)count);
}
ssize_t pread(int descriptor, void *bytes, size_t size, off_t position) {
    bool tears;
    ssize_t count = transferred(READ, "pread", descriptor, size, &tears);
    return count < 0 ? -1 : syscall(SYS_pread64, descriptor, bytes, (size_t)count, position);
}
ssize_t pread64(int descriptor, void *bytes, size_t size, off64_t position) {
    return pread(descriptor, bytes, size, position);
}

static int flushed(const char *name, long call, int descriptor) {
    if (fails_on(FLUSH, name, descriptor)) return -1;
    int result = syscall(call, descriptor);
    char path[PATH_MAX];
    if (result == 0 && plan.fault && is_inside(path_of(descriptor, path))) note_flush(descriptor, path);
    return result;
}
int fsync(int descriptor) { return flushed("fsync", SYS_fsync, descriptor); }
int fdatasync(int descriptor) { return flushed("fdatasync", SYS_fdatasync, descriptor); }

/// As Linux has it, a close that is interrupted has closed.
int close(int descriptor) {
    bool failed = fails_on(CLOSE, "close", descriptor);
    int number = errno;
    int result = syscall(SYS_close, descriptor);
    if (!failed) return result;
    errno = number;
    return -1;
}

int ftruncate(int descriptor, off_t size) {
    if (fails_on(CHANGE, "ftruncate", descriptor)) return -1;
    return syscall(SYS_ftruncate, descriptor, size);
}
int ftruncate64(int descriptor, off64_t size) { return ftruncate(descriptor, size); }

static int renamed(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
    if (fails(CHANGE, "rename", to)) return -1;
    bool replaces = plan.fault && access(to, F_OK) == 0;
    int result = syscall(SYS_renameat2, from_at, from, to_at, to, flags);
    if (result == 0 && is_inside(to)) note_rename(from, to, replaces);
    return result;
}
int rename(const char *from, const char *to) { return renamed(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int from_at, const char *from, int to_at, const char *to) {
    return renamed(from_at, from, to_at, to, 0);
}
int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
    return renamed(from_at, from, to_at, to, flags);
}

static int removed(int at, const char *path, int flags) {
    if (fails(CHANGE, "unlink", path)) return -1;
    return syscall(SYS_unlinkat, at, path, flags);
}
int unlink(const char *path) { return removed(AT_FDCWD, path, 0); }
int unlinkat(int at, const char *path, int flags) { return removed(at, path, flags); }
int rmdir(const char *path) { return removed(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdir(const char *path, mode_t mode) {
    if (fails(CREATE, "mkdir", path)) return -1;
    return syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}
int mkdirat(int at, const char *path, mode_t mode) {
    if (fails(CREATE, "mkdir", path)) return -1;
    return syscall(SYS_mkdirat, at, path, mode);
}
