/* Decides by what each limit is kept, and sets it: control groups first, and what every machine has where there are none. */
#define _GNU_SOURCE
#include "shim.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const MEANS_NAMES[] = {"none", "missing", "cgroup-v2", "cgroup-v1", "rlimit", "watch", "nice", "tree"};

static bool limit_memory(const struct groups *groups, uint64_t bytes) {
    const char *group = group_with(groups, MEMORY);
    if (group == groups->path[UNIFIED]) {
        put_number(group, "memory.swap.max", 0); /* not there when swap is not accounted for */
        return put_number(group, "memory.max", bytes);
    }
    bool limited = put_number(group, "memory.limit_in_bytes", bytes);
    put_number(group, "memory.memsw.limit_in_bytes", bytes); /* with swap; likewise */
    return limited;
}

static bool limit_tasks(const struct groups *groups, uint64_t tasks) {
    return put_number(group_with(groups, PIDS), "pids.max", tasks);
}

/*
 * A group is weighed as a whole: against other groups, and in version 1, where the shim's own group has processes, against each of those
 * (against each session, where the kernel groups processes by session).
 */
static bool weigh(const struct groups *groups, uint64_t weight) {
    const char *group = group_with(groups, CPU);
    if (group == groups->path[UNIFIED]) {
        return put_number(group, "cpu.weight", weight);
    }
    uint64_t shares = weight * 1024 / 100;
    return put_number(group, "cpu.shares", shares < 2 ? 2 : shares);
}

/* Sets a limit in the group that has the controller, and gives that group up when the kernel refuses the limit. */
static void set(struct groups *groups, enum hierarchy controller, bool (*set_in)(const struct groups *, uint64_t), uint64_t value) {
    if (value == 0 || group_with(groups, controller) == NULL || set_in(groups, value)) {
        return;
    }
    if ((groups->controllers & 1U << controller) != 0) {
        groups->controllers &= ~(1U << controller);
    } else {
        drop_group(groups, controller);
    }
}

/* Makes the control groups and sets their limits; nobody is in them yet. */
void prepare_confinement(const struct spec *spec, struct confinement *confinement) {
    struct groups *groups = &confinement->groups;
    if (!spec->use_groups) {
        return;
    }
    unsigned wanted = (spec->memory_limit > 0) << MEMORY | (spec->process_limit > 0) << PIDS | (spec->cpu_weight > 0) << CPU;
    make_groups(spec->marker, wanted, groups);
    set(groups, MEMORY, limit_memory, spec->memory_limit);
    set(groups, PIDS, limit_tasks, spec->process_limit);
    set(groups, CPU, weigh, spec->cpu_weight);
}

static enum means means_of(const struct groups *groups, enum hierarchy controller, enum means otherwise) {
    const char *group = group_with(groups, controller);
    return group == NULL ? otherwise : group == groups->path[UNIFIED] ? MEANS_CGROUP_V2 : MEANS_CGROUP_V1;
}

/* The niceness that comes nearest to a weight: each step is worth a quarter. */
static int niceness(uint64_t weight) {
    int nice = 0;
    double share = 100;
    for (; nice < 19 && share / 1.25 >= (double)weight; nice++) {
        share /= 1.25;
    }
    for (; nice > -20 && share * 1.25 <= (double)weight; nice--) {
        share *= 1.25;
    }
    return nice;
}

/*
 * A wall against a tree that forks faster than it is looked at. It counts all tasks of the user, so it stands far off: at those that
 * there are, and twice the limit. Root it would not bind.
 */
static void build_wall(pid_t child, uint64_t limit) {
    struct rlimit now;
    if (getuid() == 0) {
        return;
    }
    rlim_t wall = count_tasks_of_user(getuid()) + 2 * limit + 64;
    if (prlimit(child, RLIMIT_NPROC, NULL, &now) == 0 && (now.rlim_cur == RLIM_INFINITY || now.rlim_cur > wall)) {
        now.rlim_cur = wall;
        prlimit(child, RLIMIT_NPROC, &now, NULL); /* only a wall: who watches the tree holds the limit */
    }
}

/* Puts the child, which waits to be let go, into its groups, and has what they cannot give from elsewhere. */
void confine(const struct spec *spec, pid_t child, struct confinement *confinement) {
    struct groups *groups = &confinement->groups;
    join_groups(groups, child);
    if (spec->memory_limit > 0) {
        confinement->memory = means_of(groups, MEMORY, MEANS_WATCH);
    }
    if (spec->process_limit > 0) {
        confinement->processes = means_of(groups, PIDS, MEANS_WATCH);
        if (confinement->processes == MEANS_WATCH) {
            build_wall(child, spec->process_limit);
        }
    }
    if (spec->file_size_limit > 0) {
        confinement->file_size = MEANS_RLIMIT;
    }
    if (spec->cpu_weight > 0) {
        confinement->cpu = means_of(groups, CPU, MEANS_MISSING);
        if (confinement->cpu == MEANS_MISSING && setpriority(PRIO_PROCESS, (id_t)child, niceness(spec->cpu_weight)) == 0) {
            confinement->cpu = MEANS_NICE;
        }
    }
    confinement->ending = groups->path[UNIFIED] != NULL   ? MEANS_CGROUP_V2
                          : groups->path[FREEZER] != NULL ? MEANS_CGROUP_V1
                                                          : MEANS_TREE;
}

void describe_confinement(const struct confinement *confinement, char *text, size_t size) {
    snprintf(text, size, "memory=%s processes=%s file-size=%s cpu=%s ending=%s", MEANS_NAMES[confinement->memory],
        MEANS_NAMES[confinement->processes], MEANS_NAMES[confinement->file_size], MEANS_NAMES[confinement->cpu],
        MEANS_NAMES[confinement->ending]);
}

/* Takes from the groups what they have counted, while they are there. */
void read_counters(const struct confinement *confinement, struct outcome *outcome) {
    const struct groups *groups = &confinement->groups;
    uint64_t number;
    if (confinement->memory == MEANS_CGROUP_V2 || confinement->memory == MEANS_CGROUP_V1) {
        const char *group = group_with(groups, MEMORY);
        bool is_second = confinement->memory == MEANS_CGROUP_V2;
        if (group_number(group, is_second ? "memory.events" : "memory.oom_control", "oom_kill", &number)) {
            outcome->memory_kills += number;
        }
        if (group_number(group, is_second ? "memory.peak" : "memory.max_usage_in_bytes", NULL, &number)) {
            outcome->peak_memory = number;
        }
    }
    if (group_number(group_with(groups, PIDS), "pids.events", "max", &number)) {
        outcome->refused_forks = number;
    }
    int ended_by = outcome->ended && WIFSIGNALED(outcome->status) ? WTERMSIG(outcome->status) : 0;
    bool by_itself = outcome->limit == NULL && strcmp(outcome->reason, "exited") == 0; /* not because it was asked to */
    if (by_itself && ended_by == SIGKILL && outcome->memory_kills > 0) {
        outcome->limit = "memory"; /* the kernel chose the child itself */
    } else if (by_itself && ended_by == SIGXFSZ && confinement->file_size != MEANS_NONE) {
        outcome->limit = "file-size";
    }
}

/* Says what this machine offers, by doing it to a process that does nothing. */
int probe(void) {
    struct spec spec = {
        .marker = "probe", .use_groups = true, .memory_limit = 1 << 30, .process_limit = 1000, .file_size_limit = 1 << 30, .cpu_weight = 50};
    struct confinement confinement = {0};
    prepare_confinement(&spec, &confinement);
    pid_t child = fork();
    if (child == 0) {
        for (;;) {
            pause();
        }
    }
    if (child != -1) {
        confine(&spec, child, &confinement);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    remove_groups(&confinement.groups);
    char text[200];
    describe_confinement(&confinement, text, sizeof text);
    return child != -1 && printf("%s\n", text) > 0 && fflush(stdout) == 0 ? SHIM_DONE : SHIM_IO_FAILED;
}
