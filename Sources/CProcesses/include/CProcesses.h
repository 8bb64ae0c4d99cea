/*
 * System calls that Swift cannot see or call safely: pidfds, anonymous files and a spawn that detaches.
 * Every function returns a value >= 0, or -1 with errno set, unless it says otherwise.
 */
#ifndef CPROCESSES_H
#define CPROCESSES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/types.h>

/* A close-on-exec descriptor for the process; readable once it has ended. */
int cprocesses_pidfd_open(pid_t pid);

/* Sends a signal to exactly the process the descriptor names, never to a later one with the same number. */
int cprocesses_pidfd_signal(int pidfd, int signal_number);

/* Reaps the child the descriptor names. Returns its status in the style of waitpid, or -1 (ECHILD: not our child). */
int cprocesses_pidfd_reap(int pidfd);

/* An anonymous, close-on-exec file in memory, positioned at its start, holding `count` bytes. */
int cprocesses_memory_file(const void *bytes, size_t count);

/* memmem(3): where `word` begins in `text`, or NULL. */
const void *cprocesses_find(const void *text, size_t text_size, const void *word, size_t word_size);

/* open(2) with O_CLOEXEC added; `mode` counts when O_CREAT is given. */
int cprocesses_open(const char *path, int flags, mode_t mode);

/* Gives free memory that the allocator keeps back to the kernel. Cannot fail. */
void cprocesses_trim_memory(void);

/* A close-on-exec timer that also counts the time in which the machine sleeps; readable, without waiting, once it has rung. */
int cprocesses_timer(void);

/* Has the timer ring once after so much time, in place of what it was set to. Cannot fail for such a timer. */
void cprocesses_set_timer(int timer, int64_t seconds, int64_t nanoseconds);

/*
 * A close-on-exec timer that rings once when the wall clock reads so many milliseconds since 1970 or more, also because it was set to that;
 * readable then. -1 with errno when the kernel has no descriptor, or the time is none.
 */
int cprocesses_wall_clock_timer(int64_t milliseconds);

/*
 * Has malloc make no more arenas than these, take every block of 128 KiB and more from the kernel by itself and give it back when it is freed,
 * and give back the end of the heap from 256 KiB on: by itself it raises both bounds with what a program frees, up to 32 and 64 MiB.
 */
void cprocesses_limit_free_memory(int arenas);

/* A pipe with both ends close-on-exec: ends[0] to read, ends[1] to write. */
int cprocesses_pipe(int ends[2]);

/* flock(LOCK_EX | LOCK_NB): 0 when taken, -1 with EWOULDBLOCK when somebody else holds it. */
int cprocesses_try_lock(int descriptor);

/* flock(LOCK_UN): frees the lock at once, even while a child between fork and exec still shares the open file. */
int cprocesses_unlock(int descriptor);

/*
 * Starts `path` as the leader of its own session, so that neither the terminal nor the end of the caller ends it.
 * Standard input is /dev/null, standard output `ready`, standard error the file `log` (created 0600, appended to).
 * Returns the process number, or -1 with errno set.
 */
pid_t cprocesses_spawn_session(
    const char *path, char *const argv[], char *const envp[], int ready, const char *log);

/*
 * Starts `path` as the leader of its own session in `folder`, with the given descriptors as its standard input, output and error.
 * Returns the process number, or -1 with errno set.
 */
pid_t cprocesses_spawn_coprocess(
    const char *path, char *const argv[], char *const envp[], const char *folder, int input, int output, int error);

/* Two connected, close-on-exec sockets; writing to one whose peer is gone is an error and not a signal with cprocesses_send. */
int cprocesses_socket_pair(int ends[2]);

/* Sends all bytes without waiting: 0, or -1 with errno set (EAGAIN: there is no room for them). */
int cprocesses_send(int descriptor, const void *bytes, size_t count);

/* The number of clock ticks in a second, the unit of start times in /proc. */
long cprocesses_ticks_per_second(void);

#endif
