/*
 * cco-shim supervises exactly one child process and outlives the program that started it.
 *
 * Everything it is told and everything it tells is a file in its folder, the turn's folder:
 *
 *   spec    in   what to run (spec.c)
 *   stdin   in   the child's standard input; it may grow while the child runs, where the spec says so (input.c)
 *   stdout  out  the child's standard output, appended
 *   stderr  out  the child's standard error, appended
 *   lock    out  locked (flock) for as long as the shim lives
 *   shim    out  identity of the shim, written before the child is started
 *   child   out  identity of the child, what bounds it and its control groups, written before the child's program runs
 *   exit    out  how it ended, written when no process of the turn is left (record.c)
 *
 * The child's environment is the shim's own: it is never written down. One secret can be handed over by a pipe (secret.c).
 *
 * Limits hold for the child and all its descendants together, by control groups where they may be made (groups.c) and by looking at
 * the tree now and then where not (guard.c). `cco-shim --probe` says what this machine offers.
 */
#ifndef CCO_SHIM_H
#define CCO_SHIM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Exit codes of the shim itself. The child's exit code is in the exit record only. */
enum {
    SHIM_DONE = 0,         /* the exit record is written */
    SHIM_USAGE = 64,       /* wrong arguments */
    SHIM_BAD_SPEC = 65,    /* the spec is missing or malformed */
    SHIM_IO_FAILED = 74,   /* a file of the folder could not be written; see standard error */
    SHIM_BUSY = 75,        /* another shim holds the lock of this folder */
    SHIM_ALREADY_RAN = 76, /* this folder's child was started before: it is never started twice */
};

/* What to run, and its limits; a limit of 0 means none. */
struct spec {
    char *marker;               /* names the turn; see groups.c */
    char *cwd;
    char **argv;                /* ends with NULL; argv[0] with a slash is a path, without one it is looked up on PATH */
    uint64_t file_size_limit;   /* bytes; RLIMIT_FSIZE: bounds stdout and stderr, and every other file the child writes */
    uint64_t memory_limit;      /* bytes of the child and its descendants together */
    uint64_t process_limit;     /* tasks: processes of the tree and their threads */
    uint64_t cpu_weight;        /* 1 to 10000; 100 is what everybody has */
    bool use_groups;            /* whether control groups may be made */
    bool follows_input;         /* whether the child is given what is appended to its standard input while it runs */
    uint64_t grace_ms;          /* from TERM to KILL */
    uint64_t wall_clock_ms;     /* how long the child may run */
};

/* How the child ended. */
struct outcome {
    const char *reason;         /* exited, terminated, timeout or exec-failed */
    int status;                 /* as from waitpid; only valid when `ended` */
    bool ended;                 /* false: it was never started, or not even KILL ended it in time */
    int error_number;           /* exec-failed: errno */
    const char *failed_step;    /* exec-failed: what failed */
    int64_t started_ms;         /* wall clock, milliseconds since 1970 */
    int64_t ended_ms;
    unsigned leftovers;         /* processes that outlived the child and were ended */
    unsigned survivors;         /* processes that not even KILL ended in time */
    const char *limit;          /* the limit that ended it: memory, processes or file-size; NULL: none did */
    uint64_t memory_kills;      /* processes of the tree that were killed for want of memory */
    uint64_t refused_forks;     /* processes and threads that could not be started at the limit */
    uint64_t peak_memory;       /* bytes of the tree at its largest; 0: not measured */
};

/* The hierarchies of control groups, or their controllers. UNIFIED is version 2, the others are version 1. */
enum hierarchy { UNIFIED, MEMORY, PIDS, CPU, FREEZER, HIERARCHIES };

/* The turn's control groups. */
struct groups {
    char *path[HIERARCHIES];    /* the turn's group of each hierarchy; NULL: none */
    unsigned controllers;       /* bits (1 << MEMORY …) of what the unified group controls */
};

/* By what a limit is kept. */
enum means {
    MEANS_NONE,                 /* no limit was asked for */
    MEANS_MISSING,              /* it was asked for, and this machine offers nothing */
    MEANS_CGROUP_V2,
    MEANS_CGROUP_V1,
    MEANS_RLIMIT,
    MEANS_WATCH,                /* by looking at the tree */
    MEANS_NICE,
    MEANS_TREE,                 /* ending only: process by process */
};

/* What bounds the child and its descendants. */
struct confinement {
    struct groups groups;
    enum means memory, processes, file_size, cpu, ending;
};

/* A living process of the tree. */
struct member {
    pid_t pid;
    pid_t parent;
    char state;
    unsigned long threads;
    unsigned long long start;   /* ticks since boot: with the number it names the process for ever */
};

/* All living descendants of the shim; `members` is for the next call to use again, or for free(). */
struct tree {
    struct member *members;
    size_t count, capacity;
};

/* Looks after the limits that the kernel does not enforce by itself. */
struct guard {
    int refusals;               /* the pids controller's events; -1: none */
    int64_t refusal_at;         /* when to look at the refused forks again; -1: at the next event */
    bool refusal_sampled;       /* the next look counts from the last one */
    uint64_t refused;
    int64_t look_at;            /* when to look at the tree again; -1: never */
    int64_t crowded_since;      /* -1: the tree is within its limit */
    struct tree tree;
};

/* A secret for the child alone; no value: none. */
struct secret {
    char *value;
    char *variable;             /* gets the descriptor's number */
};

/* The child's standard input, where it may grow; a pipe of -1: there is none, or it has ended. */
struct input {
    int file;
    int pipe;
    off_t seen;                 /* how far the file was looked at */
    off_t complete;             /* the end of its last whole line */
    off_t sent;                 /* how much of that the child's pipe has taken */
    bool has_ended;             /* nothing comes after `complete` */
};

/* The child's descriptor with the secret. It may lie over one that the shim uses: the child closes those when its program starts. */
enum { SECRET_DESCRIPTOR = 3 };

/* main.c */
int64_t monotonic_ms(void);
int64_t wall_clock_ms(void);
void complain(const char *what, int error_number);

/* spec.c: reads the spec. Returns false when it is missing or malformed. */
bool read_spec(int folder, struct spec *spec);

/* record.c: each returns false after complaining. */
bool reserve_exit_record(int folder);
bool write_shim_record(int folder);
bool write_child_record(int folder, pid_t child, const struct confinement *confinement);
bool write_exit_record(int folder, const struct confinement *confinement, const struct outcome *outcome);

/* secret.c: takes the secret out of the shim's environment; hands it over, in the child that is about to run its program. */
bool take_secret(struct secret *secret);
bool hand_over_secret(const struct secret *secret);

/* input.c */
/* Returns false with errno set. The caller closes the child's end. */
bool open_input(int folder, struct input *input, int *child_end);
/* Whether the pipe is to be written to as soon as it takes something. */
bool has_input(const struct input *input);
/* Looks at the file and gives the child as much as its pipe takes. */
void pass_input_on(struct input *input);
void close_input(struct input *input);

/* main.c: tells the launcher that from now on the folder's records tell everything; once. */
void report_ready(void);

/* child.c: starts the child within its confinement. Returns its pid, or -1 with the failure in `outcome`. */
pid_t start_child(
    int folder, const struct spec *spec, const struct secret *secret, mode_t file_mask, struct input *input,
    struct confinement *confinement, struct outcome *outcome);

/* hierarchies.c: the folders below which a group may be made; NULL: none. `controllers` is what the unified one passes on. */
void find_hierarchies(unsigned wanted, char *bases[HIERARCHIES], unsigned *controllers);

/* groups.c */
extern const char *const CONTROLLERS[HIERARCHIES];
bool put_text(const char *folder, const char *file, const char *text);
bool put_number(const char *folder, const char *file, uint64_t number);
void make_groups(const char *marker, unsigned wanted, struct groups *groups);
void drop_group(struct groups *groups, enum hierarchy hierarchy);
void join_groups(struct groups *groups, pid_t pid);
void kill_groups(const struct groups *groups);
void remove_groups(struct groups *groups);
/* The turn's group that has the controller; NULL: none. */
const char *group_with(const struct groups *groups, enum hierarchy controller);
/* The number behind `key ` in a file of the group; without a key the file's only one. Returns false when there is none. */
bool group_number(const char *group, const char *file, const char *key, uint64_t *number);

/* confinement.c */
void prepare_confinement(const struct spec *spec, struct confinement *confinement);
void confine(const struct spec *spec, pid_t child, struct confinement *confinement);
void describe_confinement(const struct confinement *confinement, char *text, size_t size);
void read_counters(const struct confinement *confinement, struct outcome *outcome);
int probe(void);

/* tree.c */
bool read_member(pid_t pid, struct member *member);
bool collect_tree(struct tree *tree);
bool signal_member(const struct member *member, int signal_number);
unsigned signal_tree(int signal_number);
unsigned long count_tasks_of_user(uid_t user);

/* guard.c */
void open_guard(const struct confinement *confinement, struct guard *guard);
int64_t guard_deadline(const struct guard *guard);
/* Returns false when the tree has to be ended; `outcome` then says why. */
bool keep_guard(
    struct guard *guard, bool has_event, const struct spec *spec, const struct confinement *confinement, struct outcome *outcome);
void close_guard(struct guard *guard);

/* supervise.c */
int open_signals(void);
void restore_signals(void);
void supervise(
    int signals, pid_t child, const struct spec *spec, const struct confinement *confinement, struct input *input,
    struct outcome *outcome);
void end_leftovers(
    int signals, pid_t child, const struct spec *spec, const struct confinement *confinement, struct outcome *outcome);

#endif
