import Glibc

/// Wakes whenever a file is written to.
final class FileChanges: Sendable {
    /// Holds one wake-up: whoever is woken reads everything.
    let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    /// Closing its write end ends the thread.
    private let stop: KernelPipe

    /// - Throws: `Failure` when the system gives no watch (`cco doctor` looks at the limits).
    init(_ path: String) throws {
        let descriptor = inotify_init1(Int32(IN_CLOEXEC))
        guard descriptor >= 0 else { throw SystemFailure.current("watch \(path) (inotify)") }
        guard inotify_add_watch(descriptor, path, UInt32(IN_MODIFY)) >= 0 else {
            let failure = SystemFailure.current("watch \(path) (inotify)")
            close(descriptor)
            throw failure
        }
        let stop = try KernelPipe()
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.stream = stream
        self.continuation = continuation
        self.stop = stop
        Blocking.start { FileChanges.watch(descriptor, until: stop.readEnd, continuation) }
        continuation.yield()
    }

    func wake() { continuation.yield() }

    deinit {
        close(stop.writeEnd)
        continuation.finish()
    }

    private static func watch(_ descriptor: Int32, until stop: Int32, _ continuation: AsyncStream<Void>.Continuation) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        var polled = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: stop, events: Int16(POLLIN), revents: 0)]
        while poll(&polled, 2, -1) >= 0 || errno == EINTR {
            if polled[1].revents != 0 { break }
            if polled[0].revents != 0, read(descriptor, &buffer, buffer.count) > 0 { continuation.yield() }
        }
        close(descriptor)
        close(stop)
    }
}
