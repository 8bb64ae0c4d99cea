/* Writes the small files that say what happened: "key value" lines, each file all or nothing.
 *
 * The exit record is synced. The others are not: they outlive every process, and after a crash of the machine they say nothing any more, for
 * the processes that they name are gone. A record that such a crash has left empty counts as none. */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    RECORD_SIZE = 1024, /* more than any exit record takes */
    LIMITS_SIZE = 200,
};

/* Writes `name`.new, and syncs it if it is to be durable. An existing one is overwritten in place, so that space once reserved is used again. */
static bool write_new_file(int folder, const char *name, const char *bytes, size_t length, size_t final_length, bool durable) {
    int file = openat(folder, name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file == -1) {
        complain(name, errno);
        return false;
    }
    size_t done = 0;
    while (done < length) {
        ssize_t count = write(file, bytes + done, length - done);
        if (count == -1 && errno != EINTR) {
            complain(name, errno);
            close(file);
            return false;
        }
        done += count > 0 ? (size_t)count : 0;
    }
    bool written = ftruncate(file, (off_t)final_length) == 0 && (!durable || fsync(file) == 0);
    if (!written) {
        complain(name, errno);
    }
    if (close(file) == -1 && written) {
        complain(name, errno);
        return false;
    }
    return written;
}

static bool write_record(int folder, const char *name, const char *text, bool durable) {
    char temporary[64];
    snprintf(temporary, sizeof temporary, "%s.new", name);
    if (!write_new_file(folder, temporary, text, strlen(text), strlen(text), durable)) {
        return false;
    }
    if (renameat(folder, temporary, folder, name) == -1 || (durable && fsync(folder) == -1)) {
        complain(name, errno);
        return false;
    }
    return true;
}

/* Takes the disk space of the exit record before anything is started: a full disk must not cost the record. */
bool reserve_exit_record(int folder) {
    char zeros[RECORD_SIZE] = {0};
    if (!write_new_file(folder, "exit.new", zeros, sizeof zeros, sizeof zeros, false)) {
        return false;
    }
    int file = openat(folder, "exit.new", O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    int failure = file == -1 ? errno : posix_fallocate(file, 0, RECORD_SIZE);
    if (file != -1) {
        close(file);
    }
    if (failure != 0) {
        complain("exit.new", failure);
    }
    return failure == 0;
}

/* Reads a small file of /proc as text. Returns false when it is not there. */
static bool read_text(const char *path, char *text, size_t size) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file == -1) {
        return false;
    }
    ssize_t count = read(file, text, size - 1);
    int failure = errno;
    close(file);
    errno = failure;
    if (count <= 0) {
        return false;
    }
    text[count] = '\0';
    return true;
}

/* Writes who the process is, and further lines. */
static bool write_identity(int folder, const char *name, pid_t pid, const char *further) {
    struct member process;
    char boot[64];
    if (!read_member(pid, &process) || !read_text("/proc/sys/kernel/random/boot_id", boot, sizeof boot)) {
        complain("cannot read /proc", errno);
        return false;
    }
    boot[strcspn(boot, "\n")] = '\0';
    char *text;
    if (asprintf(&text, "pid %d\nstart %llu\nboot %s\n%s", (int)pid, process.start, boot, further) == -1) {
        complain(name, ENOMEM);
        return false;
    }
    bool written = write_record(folder, name, text, false);
    free(text);
    return written;
}

bool write_shim_record(int folder) { return write_identity(folder, "shim", getpid(), ""); }

bool write_child_record(int folder, pid_t child, const struct confinement *confinement) {
    static const char *const KEYS[HIERARCHIES] = {"group-unified", "group-memory", "group-pids", "group-cpu", "group-freezer"};
    char limits[LIMITS_SIZE];
    describe_confinement(confinement, limits, sizeof limits);
    char *text;
    if (asprintf(&text, "limits %s\n", limits) == -1) {
        complain("child", ENOMEM);
        return false;
    }
    for (int index = 0; index < HIERARCHIES; index++) {
        const char *path = confinement->groups.path[index];
        char *longer;
        if (path == NULL) {
            continue;
        }
        int length = asprintf(&longer, "%s%s %s\n", text, KEYS[index], path);
        free(text);
        if (length == -1) {
            complain("child", ENOMEM);
            return false;
        }
        text = longer;
    }
    bool written = write_identity(folder, "child", child, text);
    free(text);
    return written;
}

static long long milliseconds(struct timeval time) {
    return (long long)time.tv_sec * 1000 + time.tv_usec / 1000;
}

bool write_exit_record(int folder, const struct confinement *confinement, const struct outcome *outcome) {
    struct rusage usage;
    if (getrusage(RUSAGE_CHILDREN, &usage) == -1) {
        memset(&usage, 0, sizeof usage);
    }
    int code = outcome->ended && WIFEXITED(outcome->status) ? WEXITSTATUS(outcome->status) : -1;
    int signal_number = outcome->ended && WIFSIGNALED(outcome->status) ? WTERMSIG(outcome->status) : 0;
    char limits[LIMITS_SIZE], text[RECORD_SIZE];
    describe_confinement(confinement, limits, sizeof limits);
    snprintf(text, sizeof text,
        "reason %s\ncode %d\nsignal %d\nerrno %d\nstep %s\nstarted_ms %lld\nended_ms %lld\n"
        "user_ms %lld\nsystem_ms %lld\nmax_rss_kb %ld\nleftovers %u\nsurvivors %u\n"
        "limit %s\nmemory_kills %llu\nrefused_forks %llu\npeak_memory_kb %llu\nlimits %s\n",
        outcome->reason, code, signal_number, outcome->error_number,
        outcome->failed_step != NULL ? outcome->failed_step : "-",
        (long long)outcome->started_ms, (long long)outcome->ended_ms,
        milliseconds(usage.ru_utime), milliseconds(usage.ru_stime), usage.ru_maxrss,
        outcome->leftovers, outcome->survivors,
        outcome->limit != NULL ? outcome->limit : "-",
        (unsigned long long)outcome->memory_kills, (unsigned long long)outcome->refused_forks,
        (unsigned long long)outcome->peak_memory >> 10, limits);
    return write_record(folder, "exit", text, true);
}
