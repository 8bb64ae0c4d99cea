/*
 * Finds where control groups may be made: below the shim's own group.
 *
 * Version 2 lets no group have both processes and controllers for groups below it. So a group with controllers can only be made
 * beside the shim's own one, below an ancestor that passes the controllers on and that was handed over to this user (delegated).
 * A limit that somebody has set on the way there would be escaped from: then nothing is made above it.
 */
#define _GNU_SOURCE
#include "shim.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Whether the list, separated by commas or spaces, holds the name. */
static bool lists(const char *list, const char *name) {
    size_t length = strlen(name);
    while (*list != '\0') {
        size_t item = strcspn(list, ", \n");
        if (item == length && strncmp(list, name, length) == 0) {
            return true;
        }
        list += item + (list[item] != '\0');
    }
    return false;
}

/* The shim's own group within the hierarchy, from the hierarchy's root, as a new string; NULL when it is in none. */
static char *own_group(enum hierarchy hierarchy) {
    FILE *file = fopen("/proc/self/cgroup", "re");
    char *line = NULL, *found = NULL;
    size_t size = 0;
    while (file != NULL && found == NULL && getline(&line, &size, file) != -1) {
        char *names = strchr(line, ':'), *path = names != NULL ? strchr(names + 1, ':') : NULL;
        if (path == NULL) {
            continue;
        }
        *path++ = '\0';
        path[strcspn(path, "\n")] = '\0';
        names++;
        if (hierarchy == UNIFIED ? *names == '\0' : lists(names, CONTROLLERS[hierarchy])) {
            found = strdup(path);
        }
    }
    free(line);
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

/* The folder of the group in a mounted tree that shows the hierarchy from `root` on; NULL when the group is not in it. */
static char *folder_of(const char *group, const char *root, const char *point) {
    size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);
    if (strncmp(group, root, length) != 0 || (group[length] != '/' && group[length] != '\0')) {
        return NULL;
    }
    char *folder;
    if (asprintf(&folder, "%s%s", point, strcmp(group + length, "/") == 0 ? "" : group + length) == -1) {
        return NULL;
    }
    return folder;
}

/* The folder of the shim's own group, as a new string, and the length of its mount point; NULL when it is not mounted. */
static char *own_folder(enum hierarchy hierarchy, size_t *point_length) {
    char *group = own_group(hierarchy), *line = NULL, *folder = NULL;
    FILE *file = group != NULL ? fopen("/proc/self/mountinfo", "re") : NULL;
    size_t size = 0;
    while (file != NULL && folder == NULL && getline(&line, &size, file) != -1) {
        char *root = NULL, *point = NULL, *type = NULL, *options = NULL;
        const char *rest = strstr(line, " - ");
        if (rest != NULL && sscanf(line, "%*s %*s %*s %ms %ms", &root, &point) == 2
            && sscanf(rest + 3, "%ms %*s %ms", &type, &options) == 2
            && (hierarchy == UNIFIED ? strcmp(type, "cgroup2") == 0
                                     : strcmp(type, "cgroup") == 0 && lists(options, CONTROLLERS[hierarchy]))) {
            folder = folder_of(group, root, point); /* an escaped space in a name is not understood: such a folder does not exist */
            *point_length = strlen(point);
        }
        free(root);
        free(point);
        free(type);
        free(options);
    }
    free(line);
    free(group);
    if (file != NULL) {
        fclose(file);
    }
    return folder;
}

static bool read_file(const char *folder, const char *name, char *text, size_t size) {
    char *path;
    if (asprintf(&path, "%s/%s", folder, name) == -1) {
        return false;
    }
    int file = open(path, O_RDONLY | O_CLOEXEC);
    free(path);
    if (file == -1) {
        return false;
    }
    ssize_t count = read(file, text, size - 1);
    close(file);
    text[count > 0 ? count : 0] = '\0';
    return count >= 0;
}

static bool may_make_groups(const char *folder) {
    char *members;
    if (asprintf(&members, "%s/cgroup.procs", folder) == -1) {
        return false;
    }
    bool may = access(folder, W_OK | X_OK) == 0 && access(members, W_OK) == 0;
    free(members);
    return may;
}

/* Whether somebody has limited the group. The number of tasks says nothing: systemd limits that of every unit. */
static bool is_limited(const char *folder) {
    static const char *const FILES[] = {"memory.max", "memory.high", "cpu.max"};
    for (size_t index = 0; index < sizeof FILES / sizeof *FILES; index++) {
        char text[64];
        if (read_file(folder, FILES[index], text, sizeof text) && strncmp(text, "max", 3) != 0) {
            return true;
        }
    }
    return false;
}

/* Whether the group was handed over. To a user it was when it may be written; root may write everywhere, so systemd's mark decides. */
static bool is_delegated(const char *folder) {
    char mark;
    return geteuid() != 0 || access("/run/systemd/system", F_OK) == -1
        || (getxattr(folder, "trusted.delegate", &mark, 1) == 1 && mark == '1')
        || (getxattr(folder, "user.delegate", &mark, 1) == 1 && mark == '1');
}

/* The wanted controllers that the group passes on to groups below it. */
static unsigned passed_on(const char *folder, unsigned wanted) {
    char text[300];
    unsigned found = 0;
    if (!read_file(folder, "cgroup.subtree_control", text, sizeof text)) {
        return 0;
    }
    for (int controller = MEMORY; controller <= CPU; controller++) {
        if ((wanted & 1U << controller) != 0 && lists(text, CONTROLLERS[controller])) {
            found |= 1U << controller;
        }
    }
    return found;
}

/*
 * Has the group pass the wanted controllers on, if it is the root of the hierarchy. Others have processes: the kernel would refuse some
 * controllers, and with the rest turn the group into one below which ordinary groups can no longer be used.
 */
static void pass_on(const char *folder, unsigned wanted) {
    char type[64];
    if (read_file(folder, "cgroup.type", type, sizeof type)) {
        return; /* only the root has no type */
    }
    for (int controller = MEMORY; controller <= CPU; controller++) {
        char text[20];
        snprintf(text, sizeof text, "+%s", CONTROLLERS[controller]);
        if ((wanted & 1U << controller) != 0) {
            put_text(folder, "cgroup.subtree_control", text);
        }
    }
}

/* The nearest group, the own one or above, that passes on all that is wanted; else the nearest that passes on most of it. */
static char *unified_base(char *folder, size_t point_length, unsigned wanted, unsigned *controllers) {
    char *best = NULL;
    *controllers = 0;
    for (bool is_own = true;; is_own = false) {
        if (may_make_groups(folder) && (is_own || is_delegated(folder))) {
            if (is_own && passed_on(folder, wanted) != wanted) {
                pass_on(folder, wanted);
            }
            unsigned offered = passed_on(folder, wanted);
            if (best == NULL || __builtin_popcount(offered) > __builtin_popcount(*controllers)) {
                free(best);
                best = strdup(folder);
                *controllers = offered;
            }
        }
        char *name = strrchr(folder, '/');
        /* Out of another turn's group nobody climbs: who ends that turn has to find this one too. */
        if (*controllers == wanted || strlen(folder) <= point_length || name == NULL || strncmp(name, "/cco-", 5) == 0
            || is_limited(folder)) {
            break;
        }
        *name = '\0';
    }
    free(folder);
    return best;
}

void find_hierarchies(unsigned wanted, char *bases[HIERARCHIES], unsigned *controllers) {
    size_t length = 0;
    char *own = own_folder(UNIFIED, &length);
    *controllers = 0;
    bases[UNIFIED] = own != NULL ? unified_base(own, length, wanted, controllers) : NULL;
    for (int hierarchy = MEMORY; hierarchy < HIERARCHIES; hierarchy++) {
        /* Freezing serves to end everybody at once, which the unified hierarchy does better. */
        bool is_wanted = hierarchy == FREEZER ? bases[UNIFIED] == NULL : (wanted & ~*controllers & 1U << hierarchy) != 0;
        bases[hierarchy] = is_wanted ? own_folder((enum hierarchy)hierarchy, &length) : NULL;
        if (bases[hierarchy] != NULL && !may_make_groups(bases[hierarchy])) {
            free(bases[hierarchy]);
            bases[hierarchy] = NULL;
        }
    }
}
