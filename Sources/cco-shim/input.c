/*
 * Passes the file `stdin` on to the child as it grows, for a child that is spoken to while it works.
 *
 * Whoever writes appends whole lines and sends SIGUSR1. Only complete lines are passed on: a writer that dies in the middle of one harms
 * nobody, and the next one cuts its rest off. A byte EOT, as on a terminal, is the end: the child then reads the end of its input.
 *
 * A named pipe would do with less, but a child that meets half a line ends, only a page is written at once or not at all, and nobody could
 * tell afterwards what was written.
 */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
    EOT = 4,
    PIECE = 16 << 10,
};

bool open_input(int folder, struct input *input, int *child_end) {
    int ends[2];
    int file = openat(folder, "stdin", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file == -1 || pipe2(ends, O_CLOEXEC) == -1) {
        int error = errno;
        if (file != -1) {
            close(file);
        }
        errno = error;
        return false;
    }
    fcntl(ends[1], F_SETFL, O_NONBLOCK); /* cannot fail; the child's end stays as it is */
    *input = (struct input){.file = file, .pipe = ends[1]};
    *child_end = ends[0];
    return true;
}

void close_input(struct input *input) {
    if (input->pipe != -1) {
        close(input->pipe);
        close(input->file);
        input->pipe = -1;
        input->file = -1;
    }
}

bool has_input(const struct input *input) {
    return input->pipe != -1 && input->sent < input->complete;
}

/* Looks at what was appended: moves `complete` behind the last whole line, or to the end. */
static void look_further(struct input *input, char piece[PIECE]) {
    while (!input->has_ended) {
        ssize_t count = pread(input->file, piece, PIECE, input->seen);
        if (count == -1 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            /* What stands behind the last whole line may be cut off and written anew: it is looked at again. */
            input->seen = input->complete;
            return;
        }
        for (ssize_t index = 0; index < count && !input->has_ended; index++) {
            if (piece[index] == EOT) {
                input->has_ended = true;
                input->complete = input->seen + index;
            } else if (piece[index] == '\n') {
                input->complete = input->seen + index + 1;
            }
        }
        input->seen += count;
    }
}

void pass_input_on(struct input *input) {
    if (input->pipe == -1) {
        return;
    }
    char piece[PIECE];
    look_further(input, piece);
    while (input->sent < input->complete) {
        off_t left = input->complete - input->sent;
        ssize_t count = pread(input->file, piece, left < PIECE ? (size_t)left : PIECE, input->sent);
        ssize_t written = count > 0 ? write(input->pipe, piece, (size_t)count) : count;
        if (written > 0) {
            input->sent += written;
        } else if (written == 0 || errno == EAGAIN) {
            return; /* the pipe is full: there is more when it can be written to again */
        } else if (errno != EINTR) {
            close_input(input); /* the child reads no more */
            return;
        }
    }
    if (input->has_ended) {
        close_input(input);
    }
}
