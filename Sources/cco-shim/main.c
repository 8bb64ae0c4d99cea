/* cco-shim TURNDIR: see shim.h for the contract. */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int64_t clock_ms(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now); /* cannot fail for these clocks */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t monotonic_ms(void) { return clock_ms(CLOCK_MONOTONIC); }

int64_t wall_clock_ms(void) { return clock_ms(CLOCK_REALTIME); }

/* Says on standard error what went wrong; nothing the shim is given to run is ever printed. */
void complain(const char *what, int error_number) {
    if (error_number != 0) {
        dprintf(STDERR_FILENO, "cco-shim: %s: %s\n", what, strerror(error_number));
    } else {
        dprintf(STDERR_FILENO, "cco-shim: %s\n", what);
    }
}

/* Closes everything but the standard streams, and makes sure that those three exist. */
static bool tidy_descriptors(void) {
    for (;;) {
        int filler = open("/dev/null", O_RDWR);
        if (filler == -1) {
            return false;
        }
        if (filler > STDERR_FILENO) {
            break; /* closed with the rest */
        }
    }
    if (syscall(SYS_close_range, 3U, ~0U, 0U) == 0) {
        return true;
    }
    struct rlimit limit; /* a kernel older than 5.9 */
    if (getrlimit(RLIMIT_NOFILE, &limit) == -1) {
        return false;
    }
    for (int descriptor = 3; descriptor < (int)limit.rlim_cur; descriptor++) {
        close(descriptor);
    }
    return true;
}

/* Becomes independent of whoever started it. */
static bool detach(void) {
    if (setsid() == -1 && errno != EPERM) { /* EPERM: already the leader of its session */
        return false;
    }
    struct rlimit no_core = {0, 0};
    return prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 && setrlimit(RLIMIT_CORE, &no_core) == 0;
}

/* Takes the lock of the folder for as long as the process lives. Returns an exit code of the shim. */
static int take_lock(int folder) {
    int lock = openat(folder, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock == -1) {
        complain("lock", errno);
        return SHIM_IO_FAILED;
    }
    if (flock(lock, LOCK_EX | LOCK_NB) == -1) {
        return errno == EWOULDBLOCK ? SHIM_BUSY : SHIM_IO_FAILED;
    }
    struct member self;
    if (!read_member(getpid(), &self) || ftruncate(lock, 0) == -1
        || dprintf(lock, "%d %llu\n", (int)getpid(), self.start) < 0) {
        complain("lock", errno);
        return SHIM_IO_FAILED;
    }
    return SHIM_DONE;
}

/* Whether there is such a record. One that a crash of the machine has left empty, or full of zeros, counts as none. */
static bool is_recorded(int folder, const char *name) {
    int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file == -1) {
        return errno != ENOENT;
    }
    char bytes[64];
    ssize_t count = read(file, bytes, sizeof bytes);
    bool found = count == -1; /* what cannot be read is there */
    for (ssize_t index = 0; index < count; index++) {
        found = found || bytes[index] != 0;
    }
    close(file);
    return found;
}

/* Tells the launcher, if it still listens on standard output, that from now on the folder's records tell everything. */
void report_ready(void) {
    static bool is_reported = false;
    if (is_reported) {
        return;
    }
    is_reported = true;
    ssize_t ignored = write(STDOUT_FILENO, "ready\n", 6); /* nobody may be there to read it */
    (void)ignored;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null == -1 || dup2(null, STDOUT_FILENO) == -1) {
        close(STDOUT_FILENO);
    }
    if (null != -1) {
        close(null);
    }
}

int main(int argc, char **argv) {
    if (argc != 2) {
        complain("usage: cco-shim TURNDIR | --probe", 0);
        return SHIM_USAGE;
    }
    if (strcmp(argv[1], "--probe") == 0) {
        return probe();
    }
    struct secret secret = {0};
    if (!take_secret(&secret)) {
        complain("cannot take the secret", errno);
        return SHIM_IO_FAILED;
    }
    mode_t file_mask = umask(077);
    int signals;
    if (!tidy_descriptors() || !detach() || (signals = open_signals()) == -1) {
        complain("cannot set up", errno);
        return SHIM_IO_FAILED;
    }
    int folder = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder == -1 || chdir("/") == -1) {
        complain(argv[1], errno);
        return SHIM_IO_FAILED;
    }
    int locked = take_lock(folder);
    if (locked != SHIM_DONE) {
        return locked;
    }
    if (is_recorded(folder, "exit") || is_recorded(folder, "shim")) {
        return SHIM_ALREADY_RAN;
    }
    /* What a start before a crash of the machine has left is no output of this one. */
    unlinkat(folder, "stdout", 0);
    unlinkat(folder, "stderr", 0);
    struct spec spec = {0};
    if (!read_spec(folder, &spec)) {
        return SHIM_BAD_SPEC;
    }
    if (!reserve_exit_record(folder) || !write_shim_record(folder)) {
        return SHIM_IO_FAILED;
    }
    struct outcome outcome = {.reason = "exited", .started_ms = wall_clock_ms()};
    struct confinement confinement = {0};
    prepare_confinement(&spec, &confinement);
    struct input input = {.file = -1, .pipe = -1};
    pid_t child = start_child(folder, &spec, &secret, file_mask, &input, &confinement, &outcome);
    report_ready();
    if (child != -1) {
        supervise(signals, child, &spec, &confinement, &input, &outcome);
    }
    end_leftovers(signals, child, &spec, &confinement, &outcome);
    read_counters(&confinement, &outcome);
    remove_groups(&confinement.groups);
    outcome.ended_ms = wall_clock_ms();
    return write_exit_record(folder, &confinement, &outcome) ? SHIM_DONE : SHIM_IO_FAILED;
}
