// The journal's rows without cco: what a plain program with SQLite takes for them.
//
//   bench-rows insert DATABASE WINDOW   inserts the records of WINDOW in the same commits; prints the seconds
//   bench-rows read DATABASE            opens the database and reads every row; prints the rows and the bytes
#define _GNU_SOURCE
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void check(int code, int wanted, sqlite3 *database) {
    if (code == wanted) return;
    fprintf(stderr, "bench-rows: %s\n", database ? sqlite3_errmsg(database) : "failed");
    exit(1);
}

static void run(sqlite3 *database, const char *text) { check(sqlite3_exec(database, text, NULL, NULL, NULL), SQLITE_OK, database); }

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

static uint8_t *load(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file) { perror(path); exit(1); }
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*size + 1);
    if (!bytes || fread(bytes, 1, *size, file) != *size) { perror(path); exit(1); }
    fclose(file);
    return bytes;
}

static uint32_t word(const uint8_t **place) { uint32_t value; memcpy(&value, *place, 4); *place += 4; return value; }
static int64_t number(const uint8_t **place) { int64_t value; memcpy(&value, *place, 8); *place += 8; return value; }

static void insert(sqlite3 *database, const char *path) {
    size_t size;
    uint8_t *bytes = load(path, &size);
    const uint8_t *place = bytes, *end = bytes + size;
    double start = now();
    sqlite3_stmt *begin, *commit, *row;
    check(sqlite3_prepare_v2(database, "BEGIN IMMEDIATE", -1, &begin, NULL), SQLITE_OK, database);
    check(sqlite3_prepare_v2(database, "COMMIT", -1, &commit, NULL), SQLITE_OK, database);
    check(sqlite3_prepare_v2(database, "INSERT INTO event (seq, time, kind, body) VALUES (?, ?, ?, ?)", -1, &row, NULL), SQLITE_OK, database);
    while (place < end) {
        uint32_t count = word(&place);
        check(sqlite3_step(begin), SQLITE_DONE, database);
        sqlite3_reset(begin);
        while (count--) {
            sqlite3_bind_int64(row, 1, number(&place));
            sqlite3_bind_int64(row, 2, number(&place));
            uint32_t length = word(&place);
            sqlite3_bind_text(row, 3, (const char *)place, (int)length, SQLITE_STATIC);
            place += length;
            length = word(&place);
            sqlite3_bind_blob(row, 4, place, (int)length, SQLITE_STATIC);
            place += length;
            check(sqlite3_step(row), SQLITE_DONE, database);
            sqlite3_reset(row);
        }
        check(sqlite3_step(commit), SQLITE_DONE, database);
        sqlite3_reset(commit);
    }
    printf("%.9f\n", now() - start);
}

static void readAll(sqlite3 *database) {
    sqlite3_stmt *row;
    check(sqlite3_prepare_v2(database, "SELECT seq, time, kind, body FROM event ORDER BY seq", -1, &row, NULL), SQLITE_OK, database);
    int64_t rows = 0, bytes = 0;
    uint64_t sum = 0;
    while (sqlite3_step(row) == SQLITE_ROW) {
        const uint8_t *body = sqlite3_column_blob(row, 3);
        int length = sqlite3_column_bytes(row, 3);
        sum += (uint64_t)sqlite3_column_int64(row, 0) + (uint64_t)sqlite3_column_int64(row, 1);
        sum += sqlite3_column_text(row, 2)[0];
        for (int i = 0; i < length; i += 64) sum += body[i];
        rows++;
        bytes += length;
    }
    printf("%lld %lld %llu\n", (long long)rows, (long long)bytes, (unsigned long long)sum);
}

int main(int count, char **words) {
    sqlite3 *database = NULL;
    if (count < 3) { fprintf(stderr, "usage: bench-rows insert DATABASE WINDOW | read DATABASE\n"); return 64; }
    check(sqlite3_open(words[2], &database), SQLITE_OK, database);
    run(database, "PRAGMA locking_mode = EXCLUSIVE");
    run(database, "PRAGMA journal_mode = WAL");
    run(database, "PRAGMA synchronous = FULL");
    run(database, "PRAGMA journal_size_limit = 16777216");
    if (!strcmp(words[1], "insert") && count == 4) insert(database, words[3]);
    else if (!strcmp(words[1], "read")) readAll(database);
    else return 64;
    // Left as a kill would leave it, so that nothing is moved from the log into the database at the end.
    fflush(stdout);
    _Exit(0);
}
