/*
 * The tree of processes below the shim: everybody who descends from it, whatever session, group or parent they have since. What loses
 * its parent becomes a child of the shim (PR_SET_CHILD_SUBREAPER), so nobody leaves the tree.
 */
#define _GNU_SOURCE
#include "shim.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Field 2 of stat, the command, may hold spaces and parentheses, so counting starts behind its last one. */
bool read_member(pid_t pid, struct member *member) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file == -1) {
        return false;
    }
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    if (count <= 0) {
        return false;
    }
    text[count] = '\0';
    const char *rest = strrchr(text, ')');
    int parent;
    if (rest == NULL
        || sscanf(rest + 1, " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %lu %*d %llu",
               &member->state, &parent, &member->threads, &member->start) != 4) {
        return false;
    }
    member->pid = pid;
    member->parent = parent;
    return true;
}

/* One whose first thread alone has ended looks as if it had ended, but for its other threads. */
static bool has_ended(const struct member *member) {
    return member->state == 'X' || (member->state == 'Z' && member->threads <= 1);
}

static bool append(struct tree *tree, const struct member *member) {
    if (tree->count == tree->capacity) {
        size_t capacity = tree->capacity == 0 ? 64 : tree->capacity * 2;
        struct member *members = realloc(tree->members, capacity * sizeof *members);
        if (members == NULL) {
            return false;
        }
        tree->members = members;
        tree->capacity = capacity;
    }
    tree->members[tree->count++] = *member;
    return true;
}

/* Appends the living children of one thread. Returns false when the kernel has no such list. */
static bool append_children_of_thread(struct tree *tree, pid_t pid, const char *thread) {
    char path[300];
    snprintf(path, sizeof path, "/proc/%d/task/%s/children", (int)pid, thread);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    int child;
    while (fscanf(file, "%d", &child) == 1) {
        struct member member;
        if (read_member(child, &member) && !has_ended(&member)) {
            append(tree, &member);
        }
    }
    fclose(file);
    return true;
}

static bool append_children(struct tree *tree, pid_t pid, unsigned long threads) {
    char path[64];
    snprintf(path, sizeof path, "%d", (int)pid);
    if (threads <= 1) {
        return append_children_of_thread(tree, pid, path);
    }
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return true; /* it has ended since */
    }
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        if (isdigit((unsigned char)entry->d_name[0])) {
            append_children_of_thread(tree, pid, entry->d_name); /* a thread may end while the others are read */
        }
    }
    closedir(folder);
    return true;
}

/* Without the kernel's lists of children: reads every process, and keeps those whose parent is kept. */
static bool collect_by_parents(struct tree *tree) {
    struct tree all = {0};
    DIR *proc = opendir("/proc");
    if (proc == NULL) {
        return false;
    }
    const struct dirent *entry;
    while ((entry = readdir(proc)) != NULL) {
        struct member member;
        if (isdigit((unsigned char)entry->d_name[0]) && read_member(atoi(entry->d_name), &member) && !has_ended(&member)) {
            append(&all, &member);
        }
    }
    closedir(proc);
    pid_t parent = getpid();
    for (size_t next = 0;; next++) {
        for (size_t index = 0; index < all.count; index++) {
            if (all.members[index].parent == parent) {
                append(tree, &all.members[index]);
            }
        }
        if (next == tree->count) {
            break;
        }
        parent = tree->members[next].pid;
    }
    free(all.members);
    return true;
}

/* Returns false when /proc cannot be read. Whoever starts or loses a parent meanwhile may be missing: look again. */
bool collect_tree(struct tree *tree) {
    tree->count = 0;
    if (!append_children(tree, getpid(), 1)) {
        return collect_by_parents(tree);
    }
    for (size_t next = 0; next < tree->count; next++) {
        append_children(tree, tree->members[next].pid, tree->members[next].threads);
    }
    return true;
}

/* Signals this very process: a pidfd holds its number while the start time is compared. Returns false when it is gone. */
bool signal_member(const struct member *member, int signal_number) {
    int descriptor = (int)syscall(SYS_pidfd_open, member->pid, 0);
    struct member now;
    bool is_same = read_member(member->pid, &now) && now.start == member->start;
    if (descriptor == -1) { /* gone, or a kernel older than 5.3 */
        return is_same && kill(member->pid, signal_number) == 0;
    }
    bool sent = is_same && syscall(SYS_pidfd_send_signal, descriptor, signal_number, NULL, 0) == 0;
    close(descriptor);
    return sent;
}

/* Signals everybody in the tree, and returns how many there are (0 when /proc cannot be read). */
unsigned signal_tree(int signal_number) {
    struct tree tree = {0};
    if (!collect_tree(&tree)) {
        complain("cannot read /proc", errno);
    }
    for (size_t index = 0; index < tree.count; index++) {
        if (signal_number != SIGSTOP || tree.members[index].state != 'T') {
            signal_member(&tree.members[index], signal_number);
        }
        if (signal_number == SIGTERM) {
            signal_member(&tree.members[index], SIGCONT); /* a stopped process acts on TERM only when it goes on */
        }
    }
    free(tree.members);
    return (unsigned)tree.count;
}

/* The processes of the user and their threads, the shim's own among them. */
unsigned long count_tasks_of_user(uid_t user) {
    unsigned long count = 0;
    DIR *proc = opendir("/proc");
    if (proc == NULL) {
        return 0;
    }
    const struct dirent *entry;
    while ((entry = readdir(proc)) != NULL) {
        struct stat status;
        struct member member;
        if (isdigit((unsigned char)entry->d_name[0]) && fstatat(dirfd(proc), entry->d_name, &status, 0) == 0
            && status.st_uid == user && read_member(atoi(entry->d_name), &member)) {
            count += member.threads;
        }
    }
    closedir(proc);
    return count;
}
