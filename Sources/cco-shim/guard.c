/*
 * Looks after the limits that the kernel does not enforce by itself.
 *
 * Memory: where no group can limit it, the tree is measured on a timer, the more often the nearer it is to its limit. Over the limit the
 * largest process is killed, as the kernel would do in a group. Address space (RLIMIT_AS, RLIMIT_DATA) is no measure: it holds for each
 * process alone, and runtimes of JavaScript reserve fifty times what they use.
 *
 * Tasks: a group refuses forks over its limit, which programs survive. A tree that is refused again and again for some seconds is mad
 * and is ended. Where no group can limit them, they are counted on the timer; a tree that stays over its limit is ended.
 *
 * Without a limit, or with groups of version 2 and nothing refused, nothing here ever wakes. Version 1 does not tell when it refuses:
 * its count is read every few seconds.
 */
#define _GNU_SOURCE
#include "shim.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LOOK_MIN_MS = 100,
    LOOK_MAX_MS = 1000,
    BYTES_PER_MS = 2 << 20,     /* how fast a tree may grow in the worst case: 2 GB a second */
    MAD_AFTER_MS = 4000,        /* how long a tree may be at its limit of tasks */
    MAD_SAMPLE_MS = 1000,
    MAD_REFUSALS = 10,          /* in a sample; a shell that waits and tries again stays far below */
};

/* Has the descriptor wait for what comes after this: the kernel tells whoever has not read the file since it changed. */
static void await_refusal(const struct guard *guard) {
    char text[64];
    ssize_t ignored = guard->refusals != -1 ? pread(guard->refusals, text, sizeof text, 0) : 0;
    (void)ignored;
}

void open_guard(const struct confinement *confinement, struct guard *guard) {
    *guard = (struct guard){.refusals = -1, .refusal_at = -1, .look_at = -1, .crowded_since = -1};
    const char *pids = group_with(&confinement->groups, PIDS);
    char *path;
    if (confinement->processes == MEANS_CGROUP_V2 && asprintf(&path, "%s/pids.events", pids) != -1) {
        guard->refusals = open(path, O_RDONLY | O_CLOEXEC);
        free(path);
        await_refusal(guard);
    } else if (confinement->processes == MEANS_CGROUP_V1) {
        guard->refusal_at = monotonic_ms() + MAD_AFTER_MS; /* version 1 tells nobody */
    }
    bool watches = confinement->memory == MEANS_WATCH || confinement->processes == MEANS_WATCH;
    guard->look_at = watches ? monotonic_ms() + LOOK_MIN_MS : -1;
}

void close_guard(struct guard *guard) {
    if (guard->refusals != -1) {
        close(guard->refusals);
        guard->refusals = -1;
    }
    free(guard->tree.members);
    guard->tree = (struct tree){0};
}

int64_t guard_deadline(const struct guard *guard) {
    if (guard->refusal_at < 0 || guard->look_at < 0) {
        return guard->refusal_at > guard->look_at ? guard->refusal_at : guard->look_at;
    }
    return guard->refusal_at < guard->look_at ? guard->refusal_at : guard->look_at;
}

/* Bytes that are the process's own: neither program files nor memory that it has mapped together with others. */
static uint64_t own_memory(pid_t pid) {
    char path[64];
    unsigned long long resident = 0, shared = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return 0;
    }
    int count = fscanf(file, "%*u %llu %llu", &resident, &shared);
    fclose(file);
    return count == 2 && resident > shared ? (resident - shared) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

/* The same, with what a fork has left in common counted in parts. Costs a walk through its pages. */
static uint64_t fair_memory(pid_t pid) {
    char path[64], line[128];
    unsigned long long kilobytes;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "Pss_Anon: %llu", &kilobytes) == 1) {
            fclose(file);
            return kilobytes << 10;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return own_memory(pid);
}

/* The memory of the tree, and its largest process (NULL: nobody is there). */
static uint64_t measure(const struct tree *tree, uint64_t (*memory_of)(pid_t), const struct member **largest) {
    uint64_t total = 0, most = 0;
    *largest = NULL;
    for (size_t index = 0; index < tree->count; index++) {
        uint64_t bytes = memory_of(tree->members[index].pid);
        total += bytes;
        if (*largest == NULL || bytes > most) {
            *largest = &tree->members[index];
            most = bytes;
        }
    }
    return total;
}

/* Returns when to look again. */
static int64_t look_at_memory(const struct tree *tree, uint64_t limit, struct outcome *outcome) {
    const struct member *largest;
    uint64_t used = measure(tree, own_memory, &largest);
    if (used > limit) { /* counts what forks have in common more than once, so only the other measure decides */
        used = measure(tree, fair_memory, &largest);
    }
    if (used > outcome->peak_memory) {
        outcome->peak_memory = used;
    }
    if (used > limit && largest != NULL && signal_member(largest, SIGKILL)) {
        outcome->memory_kills++;
    }
    int64_t wait = used < limit ? (int64_t)((limit - used) / BYTES_PER_MS) : 0;
    return monotonic_ms() + (wait < LOOK_MIN_MS ? LOOK_MIN_MS : wait > LOOK_MAX_MS ? LOOK_MAX_MS : wait);
}

/* Returns false when the tree has been over its limit of tasks for too long, or by far. */
static bool look_at_tasks(struct guard *guard, uint64_t limit) {
    uint64_t tasks = 0;
    for (size_t index = 0; index < guard->tree.count; index++) {
        tasks += guard->tree.members[index].threads;
    }
    if (tasks <= limit) {
        guard->crowded_since = -1;
        return true;
    }
    if (guard->crowded_since < 0) {
        guard->crowded_since = monotonic_ms();
    }
    return tasks <= 2 * limit && monotonic_ms() - guard->crowded_since < MAD_AFTER_MS;
}

/*
 * After a refusal nothing is looked at for some seconds. Only when forks are still refused then, many in a short time, it is not a
 * program that notices and waits.
 */
static bool look_at_refusals(struct guard *guard, bool has_event, const char *pids) {
    int64_t now = monotonic_ms();
    uint64_t refused;
    if (guard->refusal_at < 0 && has_event) {
        guard->refusal_at = now + MAD_AFTER_MS;
    }
    if (guard->refusal_at < 0 || now < guard->refusal_at || !group_number(pids, "pids.events", "max", &refused)) {
        return true;
    }
    bool is_mad = guard->refusal_sampled && refused - guard->refused >= MAD_REFUSALS;
    guard->refusal_sampled = !guard->refusal_sampled && refused > guard->refused;
    guard->refused = refused;
    guard->refusal_at = guard->refusal_sampled ? now + MAD_SAMPLE_MS : guard->refusals == -1 ? now + MAD_AFTER_MS : -1;
    await_refusal(guard);
    return !is_mad;
}

bool keep_guard(
    struct guard *guard, bool has_event, const struct spec *spec, const struct confinement *confinement, struct outcome *outcome) {
    bool in_order = look_at_refusals(guard, has_event, group_with(&confinement->groups, PIDS));
    if (guard->look_at >= 0 && monotonic_ms() >= guard->look_at) {
        if (!collect_tree(&guard->tree)) {
            complain("cannot read /proc", 0);
        }
        guard->look_at = monotonic_ms() + LOOK_MAX_MS;
        if (confinement->memory == MEANS_WATCH) {
            guard->look_at = look_at_memory(&guard->tree, spec->memory_limit, outcome);
        }
        if (confinement->processes == MEANS_WATCH) {
            in_order = in_order && look_at_tasks(guard, spec->process_limit);
        }
    }
    if (!in_order) {
        outcome->limit = "processes";
    }
    return in_order;
}
