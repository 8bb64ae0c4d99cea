/*
 * A secret reaches the child through a pipe instead of its environment, so that no tool that the child starts inherits it and no
 * /proc/PID/environ shows it.
 *
 *   CCO_SECRET           the secret itself; wiped from the shim's own environment before anything else happens
 *   CCO_SECRET_VARIABLE  the name of the variable that tells the child the descriptor's number
 */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void wipe(char *text) {
    volatile char *byte = text; /* volatile: the compiler must not leave the writes out */
    while (*byte != '\0') {
        *byte++ = '\0';
    }
}

bool take_secret(struct secret *secret) {
    char *value = getenv("CCO_SECRET");
    char *variable = getenv("CCO_SECRET_VARIABLE");
    if (value == NULL || variable == NULL) {
        return true;
    }
    secret->value = strdup(value);
    secret->variable = strdup(variable);
    wipe(value);
    bool taken = secret->value != NULL && secret->variable != NULL;
    return unsetenv("CCO_SECRET") == 0 && unsetenv("CCO_SECRET_VARIABLE") == 0 && taken;
}

bool hand_over_secret(const struct secret *secret) {
    if (secret->value == NULL) {
        return true;
    }
    size_t length = strlen(secret->value);
    int ends[2];
    /* The pipe takes up to PIPE_BUF bytes at once without a reader; no credential is longer. */
    if (length > PIPE_BUF || pipe2(ends, O_CLOEXEC) == -1) {
        return false;
    }
    bool written = write(ends[1], secret->value, length) == (ssize_t)length;
    close(ends[1]);
    if (!written || dup2(ends[0], SECRET_DESCRIPTOR) == -1) {
        return false;
    }
    if (ends[0] == SECRET_DESCRIPTOR) {
        /* dup2 onto itself keeps the close-on-exec flag. */
        if (fcntl(SECRET_DESCRIPTOR, F_SETFD, 0) == -1) {
            return false;
        }
    } else {
        close(ends[0]);
    }
    char number[4];
    snprintf(number, sizeof number, "%d", SECRET_DESCRIPTOR);
    return setenv(secret->variable, number, 1) == 0;
}
