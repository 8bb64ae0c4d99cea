#define _GNU_SOURCE
#include "CProcesses.h"

#include <malloc.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int cprocesses_pidfd_open(pid_t pid) {
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

int cprocesses_pidfd_signal(int pidfd, int signal_number) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal_number, NULL, 0);
}

int cprocesses_pidfd_reap(int pidfd) {
    siginfo_t info = {0};
    int result;
    do {
        result = waitid((idtype_t)3 /* P_PIDFD */, (id_t)pidfd, &info, WEXITED);
    } while (result == -1 && errno == EINTR);
    if (result == -1) {
        return -1;
    }
    return info.si_code == CLD_EXITED ? (info.si_status & 0xff) << 8 : info.si_status & 0x7f;
}

int cprocesses_memory_file(const void *bytes, size_t count) {
    int descriptor = memfd_create("standard-input", MFD_CLOEXEC);
    if (descriptor == -1) {
        return -1;
    }
    const char *next = bytes;
    while (count > 0) {
        ssize_t written = write(descriptor, next, count);
        if (written == -1 && errno == EINTR) {
            continue;
        }
        if (written == -1) {
            int failure = errno;
            close(descriptor);
            errno = failure;
            return -1;
        }
        next += written;
        count -= (size_t)written;
    }
    if (lseek(descriptor, 0, SEEK_SET) == -1) {
        int failure = errno;
        close(descriptor);
        errno = failure;
        return -1;
    }
    return descriptor;
}

void cprocesses_trim_memory(void) { malloc_trim(0); }

int cprocesses_timer(void) { return timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK); }

void cprocesses_set_timer(int timer, int64_t seconds, int64_t nanoseconds) {
    struct itimerspec time = {.it_value = {.tv_sec = seconds + nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000}};
    timerfd_settime(timer, 0, &time, NULL);
}

int cprocesses_wall_clock_timer(int64_t milliseconds) {
    int timer = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    struct itimerspec time = {.it_value = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000}};
    if (timer != -1 && timerfd_settime(timer, TFD_TIMER_ABSTIME, &time, NULL) == -1) {
        int failure = errno;
        close(timer);
        errno = failure;
        return -1;
    }
    return timer;
}

void cprocesses_limit_free_memory(int arenas) {
    mallopt(M_ARENA_MAX, arenas);
    mallopt(M_MMAP_THRESHOLD, 128 << 10);
    mallopt(M_TRIM_THRESHOLD, 256 << 10);
}

const void *cprocesses_find(const void *text, size_t text_size, const void *word, size_t word_size) {
    return memmem(text, text_size, word, word_size);
}

int cprocesses_open(const char *path, int flags, mode_t mode) {
    int descriptor;
    do {
        descriptor = open(path, flags | O_CLOEXEC, mode);
    } while (descriptor == -1 && errno == EINTR);
    return descriptor;
}

int cprocesses_pipe(int ends[2]) {
    return pipe2(ends, O_CLOEXEC);
}

int cprocesses_try_lock(int descriptor) {
    int result;
    do {
        result = flock(descriptor, LOCK_EX | LOCK_NB);
    } while (result == -1 && errno == EINTR);
    return result;
}

int cprocesses_unlock(int descriptor) {
    return flock(descriptor, LOCK_UN);
}

/* Fills in the file actions; returns 0 or an error number. */
static int prepare_actions(posix_spawn_file_actions_t *actions, int ready, const char *log) {
    int failure = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
    if (failure == 0) {
        failure = posix_spawn_file_actions_adddup2(actions, ready, 1);
    }
    if (failure == 0) {
        failure = posix_spawn_file_actions_addopen(actions, 2, log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
    }
    return failure;
}

/* Fills in the attributes: own session, default signal handling, no blocked signals. Returns 0 or an error number. */
static int prepare_attributes(posix_spawnattr_t *attributes) {
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    int failure = posix_spawnattr_setsigdefault(attributes, &all);
    if (failure == 0) {
        failure = posix_spawnattr_setsigmask(attributes, &none);
    }
    if (failure == 0) {
        failure = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    }
    return failure;
}

pid_t cprocesses_spawn_session(
    const char *path, char *const argv[], char *const envp[], int ready, const char *log) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t pid = -1;
    int failure = posix_spawn_file_actions_init(&actions);
    if (failure != 0) {
        errno = failure;
        return -1;
    }
    failure = posix_spawnattr_init(&attributes);
    if (failure == 0) {
        failure = prepare_actions(&actions, ready, log);
        if (failure == 0) {
            failure = prepare_attributes(&attributes);
        }
        if (failure == 0) {
            failure = posix_spawn(&pid, path, &actions, &attributes, argv, envp);
        }
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    if (failure != 0) {
        errno = failure;
        return -1;
    }
    return pid;
}

pid_t cprocesses_spawn_coprocess(
    const char *path, char *const argv[], char *const envp[], const char *folder, int input, int output, int error) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t pid = -1;
    int failure = posix_spawn_file_actions_init(&actions);
    if (failure != 0) {
        errno = failure;
        return -1;
    }
    failure = posix_spawnattr_init(&attributes);
    if (failure == 0) {
        int descriptors[3] = {input, output, error};
        for (int number = 0; number < 3 && failure == 0; number++) {
            failure = posix_spawn_file_actions_adddup2(&actions, descriptors[number], number);
        }
        if (failure == 0) {
            failure = posix_spawn_file_actions_addchdir_np(&actions, folder);
        }
        if (failure == 0) {
            failure = prepare_attributes(&attributes);
        }
        if (failure == 0) {
            failure = posix_spawn(&pid, path, &actions, &attributes, argv, envp);
        }
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    if (failure != 0) {
        errno = failure;
        return -1;
    }
    return pid;
}

int cprocesses_socket_pair(int ends[2]) {
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
}

int cprocesses_send(int descriptor, const void *bytes, size_t count) {
    const char *next = bytes;
    while (count > 0) {
        ssize_t sent = send(descriptor, next, count, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent == -1 && errno == EINTR) {
            continue;
        }
        if (sent == -1) {
            return -1;
        }
        next += sent;
        count -= (size_t)sent;
    }
    return 0;
}

long cprocesses_ticks_per_second(void) {
    return sysconf(_SC_CLK_TCK);
}
