/* Makes one chosen call of the C library fail, fall short, or be the last thing its process does.
 *
 * Loaded into one process by LD_PRELOAD. Calls are counted for each function and file name, those on
 * paths below FAULT_BELOW alone and not in cargo's target directory. With FAULT_LOG each counted call
 * is a line there. FAULT_AT is "function name number effect", where the name "*" stands for every name
 * and the number 0 for every call. The effect is an errno, "kill" (the process, before the call), "torn"
 * (half of the call is done, then the process is killed), "short" (half of it is done), or "term" or "twice"
 * (a request to terminate comes before the call, or two). The constructor removes it all from the environment, so children run without.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST 256
enum { NONE = 0, SHORT = -1, TORN = -2 };

static char below[PATH_MAX], chosen[64], chosen_name[NAME_MAX + 1], effect_name[32];
static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;
static int number = -1, log_fd = -1, is_on;
static struct { const char *function; char name[NAME_MAX + 1]; int count; } counts[MOST];

__attribute__((constructor)) static void begin(void) {
    const char *where = getenv("FAULT_BELOW"), *at = getenv("FAULT_AT"), *log = getenv("FAULT_LOG");
    if (where) snprintf(below, sizeof below, "%s/", where);
    if (at && sscanf(at, "%63s %255s %d %31s", chosen, chosen_name, &number, effect_name) != 4) abort();
    if (log) log_fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    is_on = where != NULL;
    unsetenv("LD_PRELOAD");
    unsetenv("FAULT_BELOW");
    unsetenv("FAULT_AT");
    unsetenv("FAULT_LOG");
}

static int counted(const char *path) {
    if (!is_on || !path || strncmp(path, below, strlen(below)) != 0) return 0;
    const char *slot = strchr(path + strlen(below), '/');
    return !(slot && strncmp(slot, "/target/", 8) == 0);
}

static int next(const char *function, const char *name) {
    pthread_mutex_lock(&counting);
    int i = 0;
    while (i < MOST && counts[i].function
           && (strcmp(counts[i].function, function) || strcmp(counts[i].name, name))) i++;
    if (i == MOST) abort();
    counts[i].function = function;
    snprintf(counts[i].name, sizeof counts[i].name, "%s", name);
    int n = ++counts[i].count;
    pthread_mutex_unlock(&counting);
    return n;
}

static void die(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

/* What to do about this call: NONE, SHORT, TORN or an errno. */
static int fault(const char *function, const char *path) {
    if (!counted(path)) return NONE;
    const char *name = strrchr(path, '/') + 1;
    int saved = errno, n = next(function, name);
    if (log_fd >= 0) {
        char line[PATH_MAX + 64];
        int length = snprintf(line, sizeof line, "%s %s %d\n", function, name, n);
        syscall(SYS_write, log_fd, line, length);
    }
    errno = saved;
    if (strcmp(function, chosen) != 0) return NONE;
    if (strcmp(chosen_name, "*") != 0 && strcmp(chosen_name, name) != 0) return NONE;
    if (number != 0 && number != n) return NONE;
    if (strcmp(effect_name, "kill") == 0) die();
    int signals = strcmp(effect_name, "term") == 0 ? 1 : strcmp(effect_name, "twice") == 0 ? 2 : 0;
    while (signals-- > 0) raise(SIGTERM);
    if (strcmp(effect_name, "term") == 0) return NONE;
    if (strcmp(effect_name, "short") == 0) return SHORT;
    if (strcmp(effect_name, "torn") == 0) return TORN;
    return atoi(effect_name);
}

static int fault_fd(const char *function, int fd) {
    char link[64], path[PATH_MAX];
    if (!is_on) return NONE;
    int saved = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
    errno = saved;
    if (length < 0) return NONE;
    path[length] = 0;
    return fault(function, path);
}

static int fault_at(const char *function, int dir, const char *name) {
    char link[64], path[PATH_MAX];
    if (!is_on || !name) return NONE;
    if (name[0] == '/') return fault(function, name);
    int saved = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
    errno = saved;
    if (length < 0 || length + strlen(name) + 2 > sizeof path) return NONE;
    path[length] = '/';
    strcpy(path + length + 1, name);
    return fault(function, path);
}

#define REAL(result, name, ...) \
    static result (*real)(__VA_ARGS__); \
    if (!real) real = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)
#define FAIL(what) \
    do { int f_ = (what); if (f_ > 0) { errno = f_; return -1; } } while (0)
#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }

/* Halves `count` of a short call; kills after the half of a torn one is done. */
#define TRANSFER(what, call) \
    do { \
        int f_ = (what); \
        if (f_ > 0) { errno = f_; return -1; } \
        if (f_ < 0) count = (count + 1) / 2; \
        ssize_t done_ = (call); \
        if (f_ == TORN) die(); \
        return done_; \
    } while (0)

int open64(const char *path, int flags, ...) {
    MODE(flags);
    REAL(int, open64, const char *, int, ...);
    FAIL(fault("open", path));
    return real(path, flags, mode);
}
int openat64(int dir, const char *path, int flags, ...) {
    MODE(flags);
    REAL(int, openat64, int, const char *, int, ...);
    FAIL(fault_at("openat", dir, path));
    return real(dir, path, flags, mode);
}
ssize_t read(int fd, void *to, size_t count) {
    REAL(ssize_t, read, int, void *, size_t);
    TRANSFER(fault_fd("read", fd), real(fd, to, count));
}
ssize_t pread64(int fd, void *to, size_t count, off64_t at) {
    REAL(ssize_t, pread64, int, void *, size_t, off64_t);
    TRANSFER(fault_fd("pread", fd), real(fd, to, count, at));
}
ssize_t write(int fd, const void *from, size_t count) {
    REAL(ssize_t, write, int, const void *, size_t);
    TRANSFER(fault_fd("write", fd), real(fd, from, count));
}
ssize_t copy_file_range(int in, off64_t *in_at, int out, off64_t *out_at, size_t count, unsigned flags) {
    REAL(ssize_t, copy_file_range, int, off64_t *, int, off64_t *, size_t, unsigned);
    /* One call may be asked for far more than there is: half of what there is must stay undone. */
    int f = fault_fd("copy_file_range", out);
    if (f > 0) { errno = f; return -1; }
    if (f < 0) {
        off64_t here = lseek64(in, 0, SEEK_CUR), end = lseek64(in, 0, SEEK_END);
        lseek64(in, here, SEEK_SET);
        if (end - here < (off64_t)count) count = end - here;
        count = (count + 1) / 2;
    }
    ssize_t done = real(in, in_at, out, out_at, count, flags);
    if (f == TORN) die();
    return done;
}
ssize_t sendfile64(int out, int in, off64_t *at, size_t count) {
    REAL(ssize_t, sendfile64, int, int, off64_t *, size_t);
    TRANSFER(fault_fd("sendfile", out), real(out, in, at, count));
}
int fsync(int fd) {
    REAL(int, fsync, int);
    FAIL(fault_fd("fsync", fd));
    return real(fd);
}
int fdatasync(int fd) {
    REAL(int, fdatasync, int);
    FAIL(fault_fd("fdatasync", fd));
    return real(fd);
}
int ftruncate64(int fd, off64_t length) {
    REAL(int, ftruncate64, int, off64_t);
    FAIL(fault_fd("ftruncate", fd));
    return real(fd, length);
}
int fchmod(int fd, mode_t mode) {
    REAL(int, fchmod, int, mode_t);
    FAIL(fault_fd("fchmod", fd));
    return real(fd, mode);
}
int flock(int fd, int operation) {
    REAL(int, flock, int, int);
    FAIL(fault_fd("flock", fd));
    return real(fd, operation);
}
int rename(const char *from, const char *to) {
    REAL(int, rename, const char *, const char *);
    FAIL(fault("rename", to));
    return real(from, to);
}
int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags) {
    REAL(int, linkat, int, const char *, int, const char *, int);
    FAIL(fault_at("link", to_dir, to));
    return real(from_dir, from, to_dir, to, flags);
}
int unlink(const char *path) {
    REAL(int, unlink, const char *);
    FAIL(fault("unlink", path));
    return real(path);
}
int unlinkat(int dir, const char *path, int flags) {
    REAL(int, unlinkat, int, const char *, int);
    FAIL(fault_at("unlinkat", dir, path));
    return real(dir, path, flags);
}
int mkdir(const char *path, mode_t mode) {
    REAL(int, mkdir, const char *, mode_t);
    FAIL(fault("mkdir", path));
    return real(path, mode);
}
