#define _GNU_SOURCE
#include "CTerminal.h"

#include <locale.h>
#include <pthread.h>
#include <wchar.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static locale_t unicode;

static void open_locale(void) {
    /* Built into glibc since 2.35; older systems ship it. */
    unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

int cterminal_width(uint32_t scalar) {
    if (scalar >= 0x20 && scalar < 0x7F) return 1;
    pthread_once(&once, open_locale);
    if (unicode == (locale_t)0) return scalar < 0x20 ? -1 : 1;
    locale_t before = uselocale(unicode);
    int width = wcwidth((wchar_t)scalar);
    uselocale(before);
    return width;
}
