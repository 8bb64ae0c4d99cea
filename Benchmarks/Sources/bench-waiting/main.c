// What holding many waiting children costs at least: each a process with pipes and a buffer of 4 KB for its lines, as a buffered reader in Go has,
// and one thread that waits for all of them.
//
//   bench-waiting CHILDREN
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

extern char **environ;
enum { room = 4096 };

struct child {
    pid_t pid;
    int input, output;
    char *buffer;
};

static struct child *children;
static int count;

static void must(int isFine, const char *what) {
    if (!isFine) { perror(what); exit(1); }
}

static void end(int number) {
    (void)number;
    for (int i = 0; i < count; i++) kill(children[i].pid, SIGKILL);
    _exit(0);
}

int main(int words, char **word) {
    if (words < 2) { fprintf(stderr, "usage: bench-waiting CHILDREN\n"); return 64; }
    int wanted = atoi(word[1]);
    struct rlimit files = {0};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    must((children = calloc((size_t)wanted, sizeof *children)) != NULL, "calloc");
    signal(SIGTERM, end);
    int queue = epoll_create1(EPOLL_CLOEXEC);
    must(queue >= 0, "epoll");
    for (; count < wanted; count++) {
        struct child *child = &children[count];
        int in[2], out[2];
        must(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0, "pipe");
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, in[0], 0);
        posix_spawn_file_actions_adddup2(&actions, out[1], 1);
        char *arguments[] = {"cat", NULL};
        must((errno = posix_spawnp(&child->pid, "cat", &actions, NULL, arguments, environ)) == 0, "cat");
        posix_spawn_file_actions_destroy(&actions);
        close(in[0]);
        close(out[1]);
        child->input = in[1];
        child->output = out[0];
        must((child->buffer = malloc(room)) != NULL, "malloc");
        memset(child->buffer, 0, room);
        struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = child}};
        must(epoll_ctl(queue, EPOLL_CTL_ADD, child->output, &event) == 0, "epoll_ctl");
    }
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct epoll_event events[64];
        int ready = epoll_wait(queue, events, 64, -1);
        for (int i = 0; i < ready; i++) {
            struct child *child = events[i].data.ptr;
            if (read(child->output, child->buffer, room) <= 0) epoll_ctl(queue, EPOLL_CTL_DEL, child->output, NULL);
        }
    }
}
