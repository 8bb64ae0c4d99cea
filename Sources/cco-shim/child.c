/* Starts the child: forked, recorded, and only then allowed to run its program. */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum step { STEP_FORK, STEP_RECORD, STEP_SESSION, STEP_FILES, STEP_LIMITS, STEP_CWD, STEP_SECRET, STEP_EXEC };
static const char *const STEP_NAMES[] = {"fork", "record", "session", "files", "limits", "cwd", "secret", "exec"};

/* What the forked child reports when it cannot run the program. */
struct failure {
    int step;
    int error_number;
};

/* Puts the file of the folder in the place of a standard stream. */
static int redirect(int folder, const char *name, int flags, int stream) {
    int file = openat(folder, name, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file == -1) {
        return -1;
    }
    int result = dup2(file, stream);
    close(file);
    return result == -1 ? -1 : 0;
}

/* In the forked child: becomes the program, or returns the step that failed, with errno set. */
static enum step become(
    int folder, const struct spec *spec, const struct secret *secret, mode_t file_mask, int input, pid_t shim, int go, int report
) {
    /* Should the shim be killed, the child is asked to end: nobody could tell any more how it ended. */
    if (setsid() == -1 || prctl(PR_SET_PDEATHSIG, SIGTERM) == -1) {
        return STEP_SESSION;
    }
    char byte;
    ssize_t count;
    do {
        count = read(go, &byte, 1);
    } while (count == -1 && errno == EINTR);
    if (count != 1 || getppid() != shim) {
        _exit(127); /* not recorded, or the shim is gone: never run */
    }
    if ((input != -1 ? dup2(input, STDIN_FILENO) : redirect(folder, "stdin", O_RDONLY, STDIN_FILENO)) == -1
        || redirect(folder, "stdout", O_WRONLY | O_CREAT | O_APPEND, STDOUT_FILENO) == -1
        || redirect(folder, "stderr", O_WRONLY | O_CREAT | O_APPEND, STDERR_FILENO) == -1) {
        return STEP_FILES;
    }
    struct rlimit file_size = {spec->file_size_limit, spec->file_size_limit};
    if (spec->file_size_limit > 0 && setrlimit(RLIMIT_FSIZE, &file_size) == -1) {
        return STEP_LIMITS;
    }
    if (chdir(spec->cwd) == -1) {
        return STEP_CWD;
    }
    umask(file_mask);
    restore_signals();
    /* Last, because it may take the place of any descriptor but the report's, which never has that number (the shim's own files do). */
    if (report == SECRET_DESCRIPTOR || !hand_over_secret(secret)) {
        return STEP_SECRET;
    }
    execvp(spec->argv[0], spec->argv);
    return STEP_EXEC;
}

static void fail(struct outcome *outcome, enum step step, int error_number) {
    outcome->reason = "exec-failed";
    outcome->failed_step = STEP_NAMES[step];
    outcome->error_number = error_number;
}

/* Reaps a child that never became the program. */
static void discard(pid_t pid) {
    while (waitpid(pid, NULL, 0) == -1 && errno == EINTR) {
    }
}

pid_t start_child(
    int folder, const struct spec *spec, const struct secret *secret, mode_t file_mask, struct input *input,
    struct confinement *confinement, struct outcome *outcome) {
    int go[2], report[2], child_input = -1;
    if (pipe2(go, O_CLOEXEC) == -1) {
        fail(outcome, STEP_FORK, errno);
        return -1;
    }
    if (pipe2(report, O_CLOEXEC) == -1) {
        fail(outcome, STEP_FORK, errno);
        close(go[0]);
        close(go[1]);
        return -1;
    }
    if (spec->follows_input && !open_input(folder, input, &child_input)) {
        fail(outcome, STEP_FILES, errno);
        close(go[0]);
        close(go[1]);
        close(report[0]);
        close(report[1]);
        return -1;
    }
    pid_t shim = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        close(go[1]);
        close(report[0]);
        enum step step = become(folder, spec, secret, file_mask, child_input, shim, go[0], report[1]);
        struct failure failure = {.step = (int)step, .error_number = errno};
        /* Smaller than a pipe's atomic unit; if even this fails, exit code 127 tells the same. */
        ssize_t ignored = write(report[1], &failure, sizeof failure);
        (void)ignored;
        _exit(127);
    }
    int fork_error = errno;
    close(go[0]);
    close(report[1]);
    if (child_input != -1) {
        close(child_input);
    }
    struct failure failure = {0};
    ssize_t count = 0;
    if (pid != -1) {
        confine(spec, pid, confinement); /* it waits for the word to go, so none of its descendants can be outside */
    }
    if (pid == -1) {
        fail(outcome, STEP_FORK, fork_error);
    } else if (!write_child_record(folder, pid, confinement)) {
        fail(outcome, STEP_RECORD, EIO);
    } else {
        report_ready(); /* before the program can stop or end the shim, for which its launcher would wait in vain */
        do {
            count = write(go[1], "g", 1);
        } while (count == -1 && errno == EINTR);
        outcome->started_ms = wall_clock_ms();
        do { /* ends at once when the program runs, as the pipe closes on exec */
            count = read(report[0], &failure, sizeof failure);
        } while (count == -1 && errno == EINTR);
        if (count == (ssize_t)sizeof failure) {
            fail(outcome, (enum step)failure.step, failure.error_number);
        }
    }
    close(go[1]);
    close(report[0]);
    if (outcome->failed_step == NULL) {
        return pid;
    }
    if (pid != -1) {
        discard(pid);
    }
    return -1;
}
