/* Waits for the child, stops it when asked to or when its time is over, and ends whatever it left behind. */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    KILL_TIMEOUT_MS = 10000, /* how long to wait for a process that was sent KILL: it may be stuck in the kernel */
    POLITE_MS = 500,         /* how long leftovers have between TERM and KILL */
    STOPPING_ROUNDS = 20,    /* how often to look for processes that were started while the others were being stopped */
    ROUND_MS = 200,          /* when nothing ends in this time after KILL, look again for new processes */
};

/* Blocks the signals the shim acts on and returns the descriptor they arrive at, or -1. */
int open_signals(void) {
    sigset_t acted_on;
    sigemptyset(&acted_on);
    sigaddset(&acted_on, SIGTERM);
    sigaddset(&acted_on, SIGINT);
    sigaddset(&acted_on, SIGCHLD);
    sigaddset(&acted_on, SIGUSR1);
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

/* What has happened while waiting. */
struct news {
    bool stop;    /* a request to stop */
    bool event;   /* the other descriptor has one */
    bool input;   /* there may be something to pass on to the child, and room for it */
};

/*
 * Waits for signals, for an event of the other descriptor (-1: none) and for the child to take more of its input (NULL: there is none), until the
 * deadline (-1: none).
 */
static struct news wait_for_news(int signals, int other, const struct input *input, int64_t deadline) {
    int timeout = -1;
    if (deadline >= 0) {
        int64_t left = deadline - monotonic_ms();
        timeout = left < 0 ? 0 : left > 3600000 ? 3600000 : (int)left;
    }
    int pipe = input != NULL && has_input(input) ? input->pipe : -1;
    struct pollfd ready[] = {{.fd = signals, .events = POLLIN}, {.fd = other, .events = POLLPRI}, {.fd = pipe, .events = POLLOUT}};
    if (poll(ready, 3, timeout) == -1 && errno != EINTR) {
        complain("poll", errno);
    }
    struct news news = {.event = (ready[1].revents & POLLPRI) != 0, .input = ready[2].revents != 0};
    struct signalfd_siginfo info;
    while (read(signals, &info, sizeof info) == (ssize_t)sizeof info) {
        news.stop = news.stop || info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT;
        news.input = news.input || info.ssi_signo == SIGUSR1;
    }
    return news;
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

static int64_t earlier(int64_t one, int64_t other) {
    return one < 0 ? other : other < 0 ? one : one < other ? one : other;
}

void supervise(
    int signals, pid_t child, const struct spec *spec, const struct confinement *confinement, struct input *input,
    struct outcome *outcome) {
    enum { RUNNING, TERMINATING, KILLED } phase = RUNNING;
    int64_t deadline = spec->wall_clock_ms > 0 ? monotonic_ms() + (int64_t)spec->wall_clock_ms : -1;
    struct guard guard;
    open_guard(confinement, &guard);
    outcome->reason = "exited";
    pass_input_on(input);
    for (;;) {
        bool none_left;
        reap(child, outcome, &none_left);
        if (outcome->ended) {
            break;
        }
        /* Between the first refused fork and the look at how many there are, further ones would only wake it. */
        int refusals = guard.refusal_at < 0 ? guard.refusals : -1;
        struct news news = wait_for_news(signals, refusals, input, earlier(deadline, guard_deadline(&guard)));
        if (news.input) {
            pass_input_on(input);
        }
        bool overdue = deadline >= 0 && monotonic_ms() >= deadline;
        if (phase != KILLED && !keep_guard(&guard, news.event, spec, confinement, outcome)) {
            reap(child, outcome, &none_left);
            if (outcome->ended) {
                outcome->limit = NULL;
                break; /* it ended by itself at the same moment */
            }
            signal_child(child, SIGKILL); /* without asking: it has no process left to tidy up with */
            phase = KILLED;
            deadline = monotonic_ms() + KILL_TIMEOUT_MS;
        } else if (phase == RUNNING && (news.stop || overdue)) {
            reap(child, outcome, &none_left);
            if (outcome->ended) {
                break; /* it ended by itself at the same moment */
            }
            outcome->reason = news.stop ? "terminated" : "timeout";
            signal_child(child, SIGTERM);
            signal_child(child, SIGCONT); /* a stopped process acts on TERM only when it goes on */
            phase = TERMINATING;
            deadline = monotonic_ms() + (int64_t)spec->grace_ms;
        } else if (phase == TERMINATING && overdue) {
            signal_child(child, SIGKILL);
            phase = KILLED;
            deadline = monotonic_ms() + KILL_TIMEOUT_MS;
        } else if (phase == KILLED && overdue) {
            break; /* stuck in the kernel: counted as a survivor */
        }
    }
    close_guard(&guard);
    close_input(input);
}

/*
 * Kills the groups' members, and then, as not everybody has to be in a group, stops the whole tree before killing it: what is stopped
 * starts nothing new, so a tree that forks in a loop is caught up with. Returns how many processes were reaped meanwhile: thousands of
 * dead ones would make each look at the tree longer, and it grow faster than it is looked at.
 */
static unsigned kill_everybody(pid_t child, const struct confinement *confinement, struct outcome *outcome, bool *none_left) {
    kill_groups(&confinement->groups);
    unsigned reaped = reap(child, outcome, none_left), before = 0;
    for (int round = 0; round < STOPPING_ROUNDS && !*none_left; round++) {
        unsigned count = signal_tree(SIGSTOP);
        reaped += reap(child, outcome, none_left);
        if (count <= before) {
            break; /* nobody new */
        }
        before = count;
    }
    if (!*none_left) {
        signal_tree(SIGKILL);
    }
    return reaped;
}

void end_leftovers(
    int signals, pid_t child, const struct spec *spec, const struct confinement *confinement, struct outcome *outcome) {
    bool none_left;
    reap(child, outcome, &none_left); /* those that ended before the child did are not leftovers */
    if (none_left) {
        return;
    }
    setpriority(PRIO_PROCESS, 0, -20); /* a tree gone mad leaves little time to others; only root may take it */
    int64_t polite = (int64_t)(spec->grace_ms < POLITE_MS ? spec->grace_ms : POLITE_MS);
    if (outcome->limit == NULL && polite > 0) {
        signal_tree(SIGTERM);
        for (int64_t end = monotonic_ms() + polite; !none_left && monotonic_ms() < end;) {
            wait_for_news(signals, -1, NULL, end);
            outcome->leftovers += reap(child, outcome, &none_left);
        }
    }
    for (int64_t end = monotonic_ms() + KILL_TIMEOUT_MS; !none_left && monotonic_ms() < end;) {
        outcome->leftovers += kill_everybody(child, confinement, outcome, &none_left);
        for (int64_t round = monotonic_ms() + ROUND_MS; !none_left && monotonic_ms() < round;) {
            wait_for_news(signals, -1, NULL, round);
            outcome->leftovers += reap(child, outcome, &none_left);
        }
    }
    if (!none_left) {
        outcome->survivors = signal_tree(SIGKILL);
    }
}
