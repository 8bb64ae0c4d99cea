/* Waits for the child, stops it when asked to or when its time is over, and ends whatever it left behind. */
#define _GNU_SOURCE
#include "shim.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    KILL_TIMEOUT_MS = 10000, /* how long to wait for a process that was sent KILL: it may be stuck in the kernel */
    POLITE_MS = 500,         /* how long leftovers have between TERM and KILL */
    ROUND_MS = 200,          /* when nothing ends in this time after KILL, look again for new processes */
};

/* Blocks the signals the shim acts on and returns the descriptor they arrive at, or -1. */
int open_signals(void) {
    sigset_t acted_on;
    sigemptyset(&acted_on);
    sigaddset(&acted_on, SIGTERM);
    sigaddset(&acted_on, SIGINT);
    sigaddset(&acted_on, SIGCHLD);
    if (signal(SIGHUP, SIG_IGN) == SIG_ERR || signal(SIGPIPE, SIG_IGN) == SIG_ERR
        || signal(SIGCHLD, SIG_DFL) == SIG_ERR || sigprocmask(SIG_SETMASK, &acted_on, NULL) == -1) {
        return -1;
    }
    return signalfd(-1, &acted_on, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* In the child, before its program runs: signals as a fresh process expects them. */
void restore_signals(void) {
    sigset_t none;
    sigemptyset(&none);
    signal(SIGHUP, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Waits for signals until the deadline (-1: none). Returns true when a request to stop was among them. */
static bool wait_for_signals(int signals, int64_t deadline) {
    int timeout = -1;
    if (deadline >= 0) {
        int64_t left = deadline - monotonic_ms();
        timeout = left < 0 ? 0 : left > 3600000 ? 3600000 : (int)left;
    }
    struct pollfd readable = {.fd = signals, .events = POLLIN};
    if (poll(&readable, 1, timeout) == -1 && errno != EINTR) {
        complain("poll", errno);
    }
    bool stop = false;
    struct signalfd_siginfo info;
    while (read(signals, &info, sizeof info) == (ssize_t)sizeof info) {
        stop = stop || info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT;
    }
    return stop;
}

/* Reaps every process that has ended. Returns how many; `*none_left` tells whether no child, alive or dead, remains. */
static unsigned reap(pid_t child, struct outcome *outcome, bool *none_left) {
    unsigned count = 0;
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == child) {
            outcome->ended = true;
            outcome->status = status;
        } else {
            count++;
        }
    }
    *none_left = pid == -1 && errno == ECHILD;
    return count;
}

/* The child is not reaped yet, so its number is its own; its group, once made, has the same one. */
static void signal_child(pid_t child, int signal_number) {
    kill(-child, signal_number);
    kill(child, signal_number);
}

void supervise(int signals, pid_t child, const struct spec *spec, struct outcome *outcome) {
    enum { RUNNING, TERMINATING, KILLED } phase = RUNNING;
    int64_t deadline = spec->wall_clock_ms > 0 ? monotonic_ms() + (int64_t)spec->wall_clock_ms : -1;
    outcome->reason = "exited";
    for (;;) {
        bool none_left;
        reap(child, outcome, &none_left);
        if (outcome->ended) {
            return;
        }
        bool stop = wait_for_signals(signals, deadline);
        bool overdue = deadline >= 0 && monotonic_ms() >= deadline;
        if (phase == RUNNING && (stop || overdue)) {
            reap(child, outcome, &none_left);
            if (outcome->ended) {
                return; /* it ended by itself at the same moment */
            }
            outcome->reason = stop ? "terminated" : "timeout";
            signal_child(child, SIGTERM);
            signal_child(child, SIGCONT); /* a stopped process acts on TERM only when it goes on */
            phase = TERMINATING;
            deadline = monotonic_ms() + (int64_t)spec->grace_ms;
        } else if (phase == TERMINATING && overdue) {
            signal_child(child, SIGKILL);
            phase = KILLED;
            deadline = monotonic_ms() + KILL_TIMEOUT_MS;
        } else if (phase == KILLED && overdue) {
            return; /* stuck in the kernel: counted as a survivor */
        }
    }
}

/* The parent and state of a process, from /proc/PID/stat. Returns false when it is gone. */
static bool read_parent(const char *pid, pid_t *parent, char *state) {
    char path[300], text[1024];
    snprintf(path, sizeof path, "/proc/%s/stat", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    size_t count = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[count] = '\0';
    const char *rest = strrchr(text, ')');
    int number;
    if (rest == NULL || sscanf(rest + 1, " %c %d", state, &number) != 2) {
        return false;
    }
    *parent = number;
    return true;
}

/*
 * Signals every direct child that has not ended, and returns how many there are (0 when /proc cannot be read). Only direct
 * children: nobody else reaps them, so their numbers cannot pass to other processes. When one of them ends, its own children become
 * children of the shim (PR_SET_CHILD_SUBREAPER), so a few rounds reach everybody, whatever session or group they moved to.
 */
static unsigned signal_children(int signal_number) {
    DIR *proc = opendir("/proc");
    if (proc == NULL) {
        complain("cannot read /proc", errno);
        return 0;
    }
    pid_t self = getpid();
    unsigned count = 0;
    const struct dirent *entry;
    while ((entry = readdir(proc)) != NULL) {
        pid_t parent;
        char state;
        if (!isdigit((unsigned char)entry->d_name[0]) || !read_parent(entry->d_name, &parent, &state)) {
            continue;
        }
        if (parent == self && state != 'Z' && state != 'X') {
            kill((pid_t)atoi(entry->d_name), signal_number);
            count++;
        }
    }
    closedir(proc);
    return count;
}

void end_leftovers(int signals, pid_t child, const struct spec *spec, struct outcome *outcome) {
    bool none_left;
    reap(child, outcome, &none_left); /* those that ended before the child did are not leftovers */
    if (!none_left) {
        signal_children(SIGTERM);
        signal_children(SIGCONT);
    }
    int64_t polite = (int64_t)(spec->grace_ms < POLITE_MS ? spec->grace_ms : POLITE_MS);
    for (int64_t end = monotonic_ms() + polite; !none_left && monotonic_ms() < end;) {
        wait_for_signals(signals, end);
        outcome->leftovers += reap(child, outcome, &none_left);
    }
    for (int64_t end = monotonic_ms() + KILL_TIMEOUT_MS; !none_left && monotonic_ms() < end;) {
        signal_children(SIGKILL);
        wait_for_signals(signals, monotonic_ms() + ROUND_MS);
        outcome->leftovers += reap(child, outcome, &none_left);
    }
    if (!none_left) {
        outcome->survivors = signal_children(SIGKILL);
    }
}
