/*
 * cco-shim supervises exactly one child process and outlives the program that started it.
 *
 * Everything it is told and everything it tells is a file in its folder, the turn's folder:
 *
 *   spec    in   what to run (spec.c)
 *   stdin   in   the child's standard input
 *   stdout  out  the child's standard output, appended
 *   stderr  out  the child's standard error, appended
 *   lock    out  locked (flock) for as long as the shim lives
 *   shim    out  identity of the shim, written before the child is started
 *   child   out  identity of the child, written before the child's program runs
 *   exit    out  how it ended, written when no process of the turn is left (record.c)
 *
 * The child's environment is the shim's own: it is never written down. One secret can be handed over by a pipe (secret.c).
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
    char *cwd;
    char **argv;                /* ends with NULL; argv[0] with a slash is a path, without one it is looked up on PATH */
    uint64_t file_size_limit;   /* bytes; RLIMIT_FSIZE: bounds stdout and stderr, and every other file the child writes */
    uint64_t memory_limit;      /* bytes; RLIMIT_AS of each process */
    uint64_t process_limit;     /* RLIMIT_NPROC: counts all processes of the user */
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
};

/* A secret for the child alone; no value: none. */
struct secret {
    char *value;
    char *variable;             /* gets the descriptor's number */
};

/* The child's descriptor with the secret. It may lie over one that the shim uses: the child closes those when its program starts. */
enum { SECRET_DESCRIPTOR = 3 };

/* shim.c */
int64_t monotonic_ms(void);
int64_t wall_clock_ms(void);
void complain(const char *what, int error_number);

/* spec.c: reads the spec. Returns false when it is missing or malformed. */
bool read_spec(int folder, struct spec *spec);

/* record.c: each returns false after complaining. */
bool reserve_exit_record(int folder);
bool write_identity(int folder, const char *name, pid_t pid);
bool write_exit_record(int folder, const struct outcome *outcome);
bool read_start_time(pid_t pid, unsigned long long *ticks);

/* secret.c: takes the secret out of the shim's environment; hands it over, in the child that is about to run its program. */
bool take_secret(struct secret *secret);
bool hand_over_secret(const struct secret *secret);

/* child.c: starts the child. Returns its pid, or -1 with the failure in `outcome`. */
pid_t start_child(int folder, const struct spec *spec, const struct secret *secret, mode_t file_mask, struct outcome *outcome);

/* supervise.c */
int open_signals(void);
void restore_signals(void);
void supervise(int signals, pid_t child, const struct spec *spec, struct outcome *outcome);
void end_leftovers(int signals, pid_t child, const struct spec *spec, struct outcome *outcome);

#endif
