import Foundation
import Glibc
import Testing

/// Has system calls of one program fail from a moment on, by a small library that is loaded before all others.
///
/// The library makes raw system calls and takes no lock, so a program that forks or starts threads under it behaves as without it.
struct FaultyCalls: Sendable {
    /// What fails, and how: `<call> <errno> <how often: 0 is always> <end of the file's path>`.
    enum Failure: String, CaseIterable, Sendable {
        case journalSync = "fdatasync 5 0 journal.sqlite-wal"
        case journalWrite = "pwrite 28 0 journal.sqlite-wal"
        case journalWriteError = "pwrite 5 0 journal.sqlite-wal"
        /// Once, of any file.
        case fileSync = "fsync 5 1 "

        /// One of which the error has to hold.
        var words: [String] {
            switch self {
            case .journalSync, .journalWriteError: ["could not be read or written"]
            case .journalWrite: ["is full"]
            case .fileSync: []
            }
        }
    }

    static let isAvailable = system("clang --version > /dev/null 2>&1") == 0

    private let library: String
    private let order: String

    init(in fixture: CompanyFixture) async throws {
        library = fixture.root + "/faulty-calls.so"
        order = fixture.root + "/faulty-calls.order"
        try Data(Self.source.utf8).write(to: URL(filePath: fixture.root + "/faulty-calls.c"))
        try await fixture.command(
            ["clang", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", library, fixture.root + "/faulty-calls.c"])
    }

    /// Words before a command whose calls can be made to fail.
    var prefix: [String] { ["/usr/bin/env", "LD_PRELOAD=\(library)", "CCO_FAULTY_CALLS=\(order)"] }

    /// Has calls of a process fail from now on.
    func begin(_ failure: Failure, in pid: Int32) throws {
        // In one step: the library reads it at any moment.
        try Data("\(pid) \(failure.rawValue)\n".utf8).write(to: URL(filePath: order), options: .atomic)
    }

    /// Whether a call has been made to fail.
    var hasStruck: Bool { FileManager.default.fileExists(atPath: order + ".struck") }

    private static let source = #"""
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/syscall.h>
        #include <unistd.h>

        static char order[4096], struck[4096 + 8];

        __attribute__((constructor)) static void begin(void) {
            const char *path = getenv("CCO_FAULTY_CALLS");
            if (!path || strlen(path) >= sizeof order) return;
            strcpy(order, path);
            strcat(strcpy(struck, path), ".struck");
        }

        static const char *number(const char *text, long *value) {
            for (*value = 0; *text >= '0' && *text <= '9'; text++) *value = *value * 10 + (*text - '0');
            return *text == ' ' ? text + 1 : text;
        }

        /* The number of the error that the call has to fail with; 0: none. Leaves errno alone. */
        static int failure(const char *call, int descriptor) {
            if (!*order) return 0;
            int saved = errno, result = 0;
            char text[512] = "", link[64] = "/proc/self/fd/", path[4096] = "";
            long file = syscall(SYS_openat, AT_FDCWD, order, O_RDONLY | O_CLOEXEC);
            if (file >= 0) {
                long count = syscall(SYS_read, file, text, sizeof text - 1);
                syscall(SYS_close, file);
                long pid, code, times;
                const char *rest = number(text, &pid);
                size_t length = strlen(call);
                if (count > 0 && text[count - 1] == '\n') text[count - 1] = 0;
                if (count > 0 && pid == syscall(SYS_getpid) && !strncmp(rest, call, length) && rest[length] == ' ') {
                    rest = number(number(rest + length + 1, &code), &times);
                    char digits[16];
                    int used = 0, left = descriptor;
                    do digits[used++] = '0' + left % 10; while (left /= 10);
                    for (size_t at = strlen(link); used; ) link[at++] = digits[--used];
                    long size = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
                    size_t end = strlen(rest);
                    if (size > 0 && (size_t)size >= end && !strcmp(path + size - end, rest)) result = (int)code;
                    if (result) {
                        long mark = syscall(SYS_openat, AT_FDCWD, struck, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
                        if (mark >= 0) syscall(SYS_close, mark);
                        /* Only one of several threads removes it. */
                        if (times == 1 && syscall(SYS_unlinkat, AT_FDCWD, order, 0) != 0) result = 0;
                    }
                }
            }
            errno = saved;
            return result;
        }

        #define FAIL_OR(name, descriptor, call) \
            int code = failure(name, descriptor); \
            if (code) { errno = code; return -1; } \
            return call

        int fsync(int descriptor) { FAIL_OR("fsync", descriptor, (int)syscall(SYS_fsync, descriptor)); }
        int fdatasync(int descriptor) { FAIL_OR("fdatasync", descriptor, (int)syscall(SYS_fdatasync, descriptor)); }
        ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
            FAIL_OR("pwrite", descriptor, syscall(SYS_pwrite64, descriptor, bytes, count, offset));
        }
        ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) { return pwrite64(descriptor, bytes, count, offset); }
        """#
}
