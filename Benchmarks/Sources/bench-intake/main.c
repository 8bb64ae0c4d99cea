// What taking in the output of many agents costs at least: lines from pipes, split, each written to the agent's own file. Nothing is synced: cco does not sync
// output either, only its own record of it.
//
//   bench-intake FOLDER CHILDREN SOURCE   each child is `cat SOURCE`; prints seconds, processor seconds and lines
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;
enum { chunk = 1 << 16, batch = 256 };

struct child {
    int input, output;
    char *pending;
    size_t length, room;
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

static void must(int isFine, const char *what) {
    if (!isFine) { perror(what); exit(1); }
}

static void keep(struct child *child, const char *bytes, size_t length) {
    if (child->length + length > child->room) {
        child->room = (child->length + length) * 2;
        must((child->pending = realloc(child->pending, child->room)) != NULL, "realloc");
    }
    memcpy(child->pending + child->length, bytes, length);
    child->length += length;
}

static void emit(int output, struct iovec *lines, int count) {
    if (!count) return;
    size_t size = 0;
    for (int i = 0; i < count; i++) size += lines[i].iov_len;
    must(writev(output, lines, count) == (ssize_t)size, "writev");
}

static long take(struct child *child, const char *bytes, size_t length) {
    struct iovec lines[batch];
    int count = 0;
    long total = 0;
    const char *place = bytes, *end = bytes + length, *newline;
    while ((newline = memchr(place, '\n', (size_t)(end - place)))) {
        size_t size = (size_t)(newline + 1 - place);
        if (child->length) {
            keep(child, place, size);
            must(write(child->output, child->pending, child->length) == (ssize_t)child->length, "write");
            child->length = 0;
        } else {
            lines[count++] = (struct iovec){(void *)place, size};
            if (count == batch) { emit(child->output, lines, count); count = 0; }
        }
        total++;
        place = newline + 1;
    }
    emit(child->output, lines, count);
    keep(child, place, (size_t)(end - place));
    return total;
}

int main(int words, char **word) {
    if (words < 4) { fprintf(stderr, "usage: bench-intake FOLDER CHILDREN SOURCE\n"); return 64; }
    int count = atoi(word[2]), open_ = count;
    double start = now();
    struct child *children = calloc((size_t)count, sizeof *children);
    struct pollfd *polls = calloc((size_t)count, sizeof *polls);
    must(children && polls, "calloc");
    for (int i = 0; i < count; i++) {
        int ends[2];
        char path[4096];
        must(pipe2(ends, O_CLOEXEC) == 0, "pipe");
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
        char *arguments[] = {"cat", word[3], NULL};
        pid_t pid;
        must((errno = posix_spawnp(&pid, "cat", &actions, NULL, arguments, environ)) == 0, "cat");
        posix_spawn_file_actions_destroy(&actions);
        close(ends[1]);
        snprintf(path, sizeof path, "%s/raw-%d", word[1], i);
        children[i].input = ends[0];
        must((children[i].output = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) >= 0, path);
        polls[i] = (struct pollfd){ends[0], POLLIN, 0};
    }
    char *buffer = malloc(chunk);
    long lines = 0;
    while (open_) {
        must(poll(polls, (nfds_t)count, -1) > 0, "poll");
        for (int i = 0; i < count; i++) {
            if (!polls[i].revents) continue;
            ssize_t length = read(children[i].input, buffer, chunk);
            must(length >= 0, "read");
            if (length) { lines += take(&children[i], buffer, (size_t)length); continue; }
            polls[i].fd = -1;
            open_--;
        }
    }
    while (wait(NULL) > 0) {}
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"seconds\":%.6f,\"processorSeconds\":%.6f,\"lines\":%ld}\n", now() - start,
           usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6, lines);
    return 0;
}
