/* Reads the spec: fields that each end with a NUL byte, in a fixed order, numbers in decimal. */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The second format adds the weight and whether groups may be made, the third whether the input is followed. A cco that was replaced while
 * it ran still writes an earlier one.
 */
static const char FORMAT_1[] = "cco-shim 1";
static const char FORMAT_2[] = "cco-shim 2";
static const char FORMAT_3[] = "cco-shim 3";

/* Reads the whole file with a NUL added behind it. Returns NULL after complaining. */
static char *read_file(int folder, const char *name, size_t *length) {
    int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file == -1) {
        complain("cannot open the spec", errno);
        return NULL;
    }
    struct stat status;
    char *bytes = NULL;
    if (fstat(file, &status) == -1 || (bytes = malloc((size_t)status.st_size + 1)) == NULL) {
        complain("cannot read the spec", errno);
        close(file);
        return NULL;
    }
    size_t done = 0;
    while (done < (size_t)status.st_size) {
        ssize_t count = read(file, bytes + done, (size_t)status.st_size - done);
        if (count == -1 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            complain("cannot read the spec", count == 0 ? EIO : errno);
            free(bytes);
            close(file);
            return NULL;
        }
        done += (size_t)count;
    }
    close(file);
    bytes[done] = '\0';
    *length = done;
    return bytes;
}

/* The next field, or NULL when there is no further one. */
static char *next_field(char **cursor, const char *end) {
    if (*cursor >= end) {
        return NULL;
    }
    char *field = *cursor;
    *cursor += strlen(field) + 1;
    return field;
}

static bool next_number(char **cursor, const char *end, uint64_t *number) {
    const char *field = next_field(cursor, end);
    if (field == NULL || *field < '0' || *field > '9') {
        return false;
    }
    char *rest;
    errno = 0;
    *number = strtoull(field, &rest, 10);
    return errno == 0 && *rest == '\0';
}

/* The parts of a spec live as long as the process, so nothing of them is ever freed. */
bool read_spec(int folder, struct spec *spec) {
    size_t length = 0;
    char *cursor = read_file(folder, "spec", &length);
    if (cursor == NULL) {
        return false;
    }
    const char *end = cursor + length;
    uint64_t count = 0;
    uint64_t use_groups = 1, follows_input = 0;
    const char *format = next_field(&cursor, end);
    bool is_third = format != NULL && strcmp(format, FORMAT_3) == 0;
    bool is_second = is_third || (format != NULL && strcmp(format, FORMAT_2) == 0);
    bool valid = (is_second || (format != NULL && strcmp(format, FORMAT_1) == 0))
        && (spec->marker = next_field(&cursor, end)) != NULL
        && next_number(&cursor, end, &spec->file_size_limit)
        && next_number(&cursor, end, &spec->memory_limit)
        && next_number(&cursor, end, &spec->process_limit)
        && next_number(&cursor, end, &spec->grace_ms)
        && next_number(&cursor, end, &spec->wall_clock_ms)
        && (!is_second || (next_number(&cursor, end, &spec->cpu_weight) && next_number(&cursor, end, &use_groups)))
        && (!is_third || next_number(&cursor, end, &follows_input))
        && (spec->cwd = next_field(&cursor, end)) != NULL
        && next_number(&cursor, end, &count)
        && count > 0 && count <= length;
    if (valid) {
        spec->argv = calloc(count + 1, sizeof *spec->argv);
        valid = spec->argv != NULL;
        for (uint64_t index = 0; valid && index < count; index++) {
            valid = (spec->argv[index] = next_field(&cursor, end)) != NULL;
        }
    }
    spec->use_groups = use_groups != 0;
    spec->follows_input = follows_input != 0;
    if (!valid || cursor != end || spec->cpu_weight > 10000) {
        complain("the spec is malformed", 0);
        return false;
    }
    return true;
}
