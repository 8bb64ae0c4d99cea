/*
 * What a terminal view needs of the C library and Swift cannot see.
 */
#ifndef CTERMINAL_H
#define CTERMINAL_H

#include <stdint.h>

/* The cells that a terminal gives a Unicode scalar: 0 (combining), 1 or 2; -1 for a control character. Independent of the process's locale. */
int cterminal_width(uint32_t scalar);

#endif
