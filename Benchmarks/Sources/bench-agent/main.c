// Stands for the Claude CLI where only cco itself is to be measured: speaks its stream-json, and in place of a model's work it waits.
//
// It plans what the file $BENCH_PLAN holds. A worker finds "bench-task NAME SECONDS" in its prompt, waits so long, commits src/NAME.txt and
// reports. A review or an assessment is granted at once.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static char *readAll(FILE *file, int oneLine) {
    size_t length = 0, room = 1 << 16;
    char *text = malloc(room);
    int byte;
    while (text && (byte = getc(file)) != EOF) {
        if (oneLine && byte == '\n') break;
        text[length++] = (char)byte;
        if (length + 1 == room) text = realloc(text, room *= 2);
    }
    if (!text) fail("memory");
    text[length] = 0;
    return text;
}

static void must(const char *command) {
    int status = system(command);
    if (status != 0) {
        fprintf(stderr, "bench-agent: %s failed\n", command);
        exit(1);
    }
}

static void work(const char *prompt) {
    char name[64], command[512];
    double seconds;
    const char *order = strstr(prompt, "bench-task ");
    if (!order || sscanf(order, "bench-task %63[a-z0-9-] %lf", name, &seconds) != 2) {
        fprintf(stderr, "bench-agent: the prompt names no task\n");
        exit(1);
    }
    struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&time, NULL);
    snprintf(command, sizeof command, "src/%s.txt", name);
    mkdir("src", 0755);
    FILE *file = fopen(command, "w");
    if (!file || fprintf(file, "%s\n", name) < 0 || fclose(file) != 0) fail(command);
    snprintf(command, sizeof command, "git add src/%s.txt && git commit -q -m 'Write %s'", name, name);
    must(command);
}

int main(int count, char **words) {
    const char *session = "", *schema = "", *report = "{\"status\":\"done\",\"summary\":\"Done.\"}";
    int streams = 0;
    for (int i = 1; i < count; i++) {
        if (!strcmp(words[i], "--version")) return puts("2.1.330 (Claude Code)") < 0;
        if (i + 1 == count) break;
        if (!strcmp(words[i], "--session-id") || !strcmp(words[i], "--resume")) session = words[i + 1];
        if (!strcmp(words[i], "--json-schema")) schema = words[i + 1];
        if (!strcmp(words[i], "--input-format")) streams = !strcmp(words[i + 1], "stream-json");
    }
    char *prompt = readAll(stdin, streams);
    printf("{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"%s\",\"model\":\"bench\",\"tools\":[],\"permissionMode\":\"default\","
           "\"apiKeySource\":\"ANTHROPIC_API_KEY\",\"claude_code_version\":\"2.1.330\"}\n",
           session);
    fflush(stdout);
    if (strstr(schema, "goalReached")) {
        report = "{\"goalReached\":true,\"summary\":\"All of it is there.\"}";
    } else if (strstr(schema, "verifyCommand")) {
        const char *path = getenv("BENCH_PLAN");
        FILE *file = path ? fopen(path, "r") : NULL;
        if (!file) fail("BENCH_PLAN");
        report = readAll(file, 0);
    } else {
        work(prompt);
    }
    printf("{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"num_turns\":1,\"result\":\"\",\"session_id\":\"%s\","
           "\"total_cost_usd\":0.01,\"usage\":{\"input_tokens\":100,\"output_tokens\":10},\"structured_output\":%s}\n",
           session, report);
    return fflush(stdout) != 0;
}
