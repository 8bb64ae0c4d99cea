import Foundation
import Testing

/// The wall clock of one program as a person sets it in the kernel: its readings jump, and so do timers that wait for a time of it, which libfaketime
/// leaves alone.
struct KernelClock: Sendable {
    static let isAvailable = FaultyCalls.isAvailable

    private let library: String
    private let file: String

    /// A clock that goes right at first.
    init(in fixture: CompanyFixture) async throws {
        let folder = fixture.root + "/kernel-clock"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        library = folder + "/clock.so"
        file = folder + "/ahead"
        try Data("0\n".utf8).write(to: URL(filePath: file))
        try Data(Self.source.utf8).write(to: URL(filePath: folder + "/clock.c"))
        try await fixture.command(
            ["clang", "-shared", "-fPIC", "-O1", "-pthread", "-Wall", "-Wextra", "-Werror", "-o", library, folder + "/clock.c"])
    }

    /// Words before a command that has this clock.
    var prefix: [String] { ["/usr/bin/env", "LD_PRELOAD=\(library)", "CCO_KERNEL_CLOCK=\(file)"] }

    /// Comes into force at once, also in programs that run.
    func set(ahead seconds: Int) throws {
        try Data("\(seconds)\n".utf8).write(to: URL(filePath: file), options: .atomic)
    }

    private static let source = #"""
        #define _GNU_SOURCE
        #include <pthread.h>
        #include <stdatomic.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/inotify.h>
        #include <sys/syscall.h>
        #include <sys/timerfd.h>
        #include <fcntl.h>
        #include <time.h>
        #include <unistd.h>

        #define MOST 64
        static const char *path;
        static atomic_long ahead;
        static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
        /* The timers of the wall clock, and what they are set to, by descriptor; 0: none. */
        static int isOfWallClock[MOST];
        static struct timespec until[MOST];

        static void look(void) {
            char text[32] = "";
            long seen = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
            if (seen < 0) return;
            if (syscall(SYS_read, seen, text, sizeof text - 1) > 0) atomic_store(&ahead, atol(text));
            syscall(SYS_close, seen);
        }

        /* The kernel's own clock has to read so much for this program's to read what the timer waits for. */
        static int arm(int timer) {
            struct itimerspec real = {.it_value = until[timer]};
            real.it_value.tv_sec -= atomic_load(&ahead);
            return (int)syscall(SYS_timerfd_settime, timer, TFD_TIMER_ABSTIME, &real, NULL);
        }

        static void *watch(void *descriptor) {
            char events[4096];
            for (;;) {
                if (read((int)(long)descriptor, events, sizeof events) <= 0) return NULL;
                pthread_mutex_lock(&mutex);
                look();
                for (int timer = 0; timer < MOST; timer++) if (until[timer].tv_sec) arm(timer);
                pthread_mutex_unlock(&mutex);
            }
        }

        __attribute__((constructor)) static void begin(void) {
            char folder[4096];
            pthread_t thread;
            path = getenv("CCO_KERNEL_CLOCK");
            if (!path || strlen(path) >= sizeof folder) return;
            strcpy(folder, path);
            *strrchr(folder, '/') = 0;
            int descriptor = inotify_init1(IN_CLOEXEC);
            inotify_add_watch(descriptor, folder, IN_MOVED_TO);
            look();
            pthread_create(&thread, NULL, watch, (void *)(long)descriptor);
        }

        int clock_gettime(clockid_t clock, struct timespec *time) {
            int result = (int)syscall(SYS_clock_gettime, clock, time);
            if (!result && clock == CLOCK_REALTIME) time->tv_sec += atomic_load(&ahead);
            return result;
        }

        int timerfd_create(clockid_t clock, int flags) {
            int timer = (int)syscall(SYS_timerfd_create, clock, flags);
            pthread_mutex_lock(&mutex);
            if (timer >= 0 && timer < MOST) isOfWallClock[timer] = clock == CLOCK_REALTIME;
            pthread_mutex_unlock(&mutex);
            return timer;
        }

        int timerfd_settime(int timer, int flags, const struct itimerspec *to, struct itimerspec *old) {
            if (!(flags & TFD_TIMER_ABSTIME) || timer >= MOST || !isOfWallClock[timer]) return (int)syscall(SYS_timerfd_settime, timer, flags, to, old);
            pthread_mutex_lock(&mutex);
            until[timer] = to->it_value;
            int result = arm(timer);
            pthread_mutex_unlock(&mutex);
            return result;
        }

        int close(int descriptor) {
            if (descriptor >= 0 && descriptor < MOST) {
                pthread_mutex_lock(&mutex);
                until[descriptor].tv_sec = isOfWallClock[descriptor] = 0;
                pthread_mutex_unlock(&mutex);
            }
            return (int)syscall(SYS_close, descriptor);
        }
        """#
}
