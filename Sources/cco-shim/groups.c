/*
 * The turn's control groups: made before the child runs, removed when nobody is left.
 *
 * Their name is cco-MARKER@PID.TICKS: the marker, so that the processes of a turn or a run are known by their group whatever they have
 * done to their environment; the shim's identity, so that whoever comes next can tell a group whose shim is gone.
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
#include <unistd.h>

enum {
    NAME_SIZE = 256,
    DEPTH = 16,             /* of groups that were made below the turn's */
    REMOVAL_TRIES = 20,     /* a process that is just ending keeps its group for a moment */
    REMOVAL_PAUSE_MS = 10,
};

const char *const CONTROLLERS[HIERARCHIES] = {"", "memory", "pids", "cpu", "freezer"};

static int open_in(const char *folder, const char *file, int flags) {
    char *path;
    if (asprintf(&path, "%s/%s", folder, file) == -1) {
        return -1;
    }
    int descriptor = open(path, flags | O_CLOEXEC | O_NOFOLLOW);
    free(path);
    return descriptor;
}

bool put_text(const char *folder, const char *file, const char *text) {
    int descriptor = open_in(folder, file, O_WRONLY);
    if (descriptor == -1) {
        return false;
    }
    bool written = write(descriptor, text, strlen(text)) == (ssize_t)strlen(text);
    close(descriptor);
    return written;
}

bool put_number(const char *folder, const char *file, uint64_t number) {
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    return put_text(folder, file, text);
}

bool group_number(const char *group, const char *file, const char *key, uint64_t *number) {
    int descriptor = group != NULL ? open_in(group, file, O_RDONLY) : -1;
    if (descriptor == -1) {
        return false;
    }
    char text[1024];
    ssize_t count = read(descriptor, text, sizeof text - 1);
    close(descriptor);
    text[count > 0 ? count : 0] = '\0';
    const char *line = text;
    for (size_t length = key != NULL ? strlen(key) : 0; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key != NULL ? key : "", length) == 0 && (length == 0 || line[length] == ' ')) {
            unsigned long long value;
            if (sscanf(line + length, "%llu", &value) == 1) {
                *number = value;
                return true;
            }
        }
    }
    return false;
}

const char *group_with(const struct groups *groups, enum hierarchy controller) {
    return (groups->controllers & 1U << controller) != 0 ? groups->path[UNIFIED] : groups->path[controller];
}

/* Writes the marker with "/" as "+" and everything unusual as "%XX". Returns false when the name would be too long. */
static bool name_group(const char *marker, char name[NAME_SIZE]) {
    struct member self;
    if (!read_member(getpid(), &self)) {
        return false;
    }
    size_t length = (size_t)snprintf(name, NAME_SIZE, "cco-");
    for (const char *byte = marker; *byte != '\0'; byte++) {
        if (length > NAME_SIZE - 48) {
            return false;
        }
        bool is_plain = isalnum((unsigned char)*byte) || strchr("._-", *byte) != NULL;
        if (*byte == '/' || is_plain) {
            name[length++] = *byte == '/' ? '+' : *byte;
        } else {
            length += (size_t)snprintf(name + length, NAME_SIZE - length, "%%%02X", (unsigned)(unsigned char)*byte);
        }
    }
    snprintf(name + length, NAME_SIZE - length, "@%d.%llu", (int)getpid(), self.start);
    return true;
}

/* Calls `act` on every group below the folder, the deepest first, and on the folder itself. Returns what it returned there. */
static bool each_group(const char *folder, int depth, bool (*act)(const char *, int), int argument) {
    DIR *entries = depth < DEPTH ? opendir(folder) : NULL;
    const struct dirent *entry;
    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        char *below;
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.' && asprintf(&below, "%s/%s", folder, entry->d_name) != -1) {
            each_group(below, depth + 1, act, argument);
            free(below);
        }
    }
    if (entries != NULL) {
        closedir(entries);
    }
    return act(folder, argument);
}

static bool remove_one(const char *folder, int ignored) {
    (void)ignored;
    return rmdir(folder) == 0 || errno == ENOENT;
}

/* Signals the members. No number can pass to a stranger in the moment between reading it and using it: the kernel goes round all others first. */
static bool signal_one(const char *folder, int signal_number) {
    int descriptor = open_in(folder, "cgroup.procs", O_RDONLY);
    FILE *members = descriptor != -1 ? fdopen(descriptor, "r") : NULL;
    int pid;
    while (members != NULL && fscanf(members, "%d", &pid) == 1) {
        if (pid > 1) {
            kill(pid, signal_number);
        }
    }
    if (members != NULL) {
        fclose(members);
    }
    return true;
}

/* Removes the groups of shims that are gone, unless they have members: those are ended by whoever reads that turn's records. */
static void remove_stale_groups(const char *base) {
    DIR *entries = opendir(base);
    const struct dirent *entry;
    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        const char *identity = strrchr(entry->d_name, '@');
        int pid;
        unsigned long long start;
        struct member shim;
        char *path;
        if (strncmp(entry->d_name, "cco-", 4) != 0 || identity == NULL || sscanf(identity, "@%d.%llu", &pid, &start) != 2
            || (read_member(pid, &shim) && shim.start == start) || asprintf(&path, "%s/%s", base, entry->d_name) == -1) {
            continue;
        }
        each_group(path, 0, remove_one, 0);
        free(path);
    }
    if (entries != NULL) {
        closedir(entries);
    }
}

/* Makes a group in each hierarchy that offers something wanted. Where none can be made the path stays NULL. */
void make_groups(const char *marker, unsigned wanted, struct groups *groups) {
    char *bases[HIERARCHIES], name[NAME_SIZE];
    find_hierarchies(wanted, bases, &groups->controllers);
    bool is_named = name_group(marker, name);
    for (int hierarchy = 0; hierarchy < HIERARCHIES; hierarchy++) {
        char *path;
        if (bases[hierarchy] == NULL) {
            continue;
        }
        remove_stale_groups(bases[hierarchy]);
        if (is_named && asprintf(&path, "%s/%s", bases[hierarchy], name) != -1) {
            groups->path[hierarchy] = path;
            if (mkdir(path, 0755) == -1) {
                drop_group(groups, (enum hierarchy)hierarchy);
            }
        }
        free(bases[hierarchy]);
    }
}

void drop_group(struct groups *groups, enum hierarchy hierarchy) {
    if (groups->path[hierarchy] != NULL) {
        rmdir(groups->path[hierarchy]); /* whatever is left of it, the next shim removes */
        free(groups->path[hierarchy]);
        groups->path[hierarchy] = NULL;
    }
    if (hierarchy == UNIFIED) {
        groups->controllers = 0;
    }
}

void join_groups(struct groups *groups, pid_t pid) {
    for (int hierarchy = 0; hierarchy < HIERARCHIES; hierarchy++) {
        if (groups->path[hierarchy] != NULL && !put_number(groups->path[hierarchy], "cgroup.procs", (uint64_t)pid)) {
            drop_group(groups, (enum hierarchy)hierarchy);
        }
    }
}

/* Kills every member, those that are just being started too. */
void kill_groups(const struct groups *groups) {
    const char *unified = groups->path[UNIFIED], *freezer = groups->path[FREEZER], *pids = group_with(groups, PIDS);
    if (unified != NULL && !put_text(unified, "cgroup.kill", "1")) { /* a kernel older than 5.14 */
        put_text(unified, "cgroup.freeze", "1");
        each_group(unified, 0, signal_one, SIGKILL);
        put_text(unified, "cgroup.freeze", "0");
    }
    if (freezer != NULL) {
        put_text(freezer, "freezer.state", "FROZEN");
        each_group(freezer, 0, signal_one, SIGKILL);
        put_text(freezer, "freezer.state", "THAWED"); /* only then do they die */
    }
    if (unified == NULL && freezer == NULL) {
        if (pids != NULL) {
            put_text(pids, "pids.max", "0"); /* nobody starts anything any more */
        }
        for (int hierarchy = MEMORY; hierarchy <= CPU; hierarchy++) {
            if (groups->path[hierarchy] != NULL) {
                each_group(groups->path[hierarchy], 0, signal_one, SIGKILL);
            }
        }
    }
}

/* Removes the groups with all that was made below them, and ends whoever is still inside. */
void remove_groups(struct groups *groups) {
    for (int hierarchy = 0; hierarchy < HIERARCHIES; hierarchy++) {
        const char *path = groups->path[hierarchy];
        for (int try = 0; path != NULL && !each_group(path, 0, remove_one, 0) && try < REMOVAL_TRIES; try++) {
            kill_groups(groups);
            usleep(REMOVAL_PAUSE_MS * 1000);
        }
        free(groups->path[hierarchy]);
        groups->path[hierarchy] = NULL;
    }
}
