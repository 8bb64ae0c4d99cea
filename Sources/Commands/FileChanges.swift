import Glibc

/// Wakes whenever a file is written to. One that is not there yet is waited for.
final class FileChanges: Sendable {
    /// Holds one wake-up: whoever is woken reads everything.
    let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    /// Closing its write end ends the thread.
    private let stop: KernelPipe

    /// - Parameter isReplaced: whether the file is not written to but comes anew, as a socket does: then it wakes for what appears in its folder.
    /// - Throws: `Failure` when the system gives no watch (`cco doctor` looks at the limits).
    init(_ path: String, isReplaced: Bool = false) throws {
        let descriptor = inotify_init1(Int32(IN_CLOEXEC))
        guard descriptor >= 0 else { throw SystemFailure.current("watch \(path) (inotify)") }
        var target = WatchedPath(path, isReplaced: isReplaced)
        let stop: KernelPipe
        do {
            try target.look(with: descriptor)
            stop = try KernelPipe()
        } catch {
            close(descriptor)
            throw error
        }
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.stream = stream
        self.continuation = continuation
        self.stop = stop
        Blocking.start { [target] in FileChanges.watch(descriptor, target, until: stop.readEnd, continuation) }
        continuation.yield()
    }

    func wake() { continuation.yield() }

    deinit {
        close(stop.writeEnd)
        continuation.finish()
    }

    private static func watch(
        _ descriptor: Int32, _ target: WatchedPath, until stop: Int32, _ continuation: AsyncStream<Void>.Continuation
    ) {
        var target = target
        var buffer = [UInt8](repeating: 0, count: 4096)
        var polled = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: stop, events: Int16(POLLIN), revents: 0)]
        while poll(&polled, 2, -1) >= 0 || errno == EINTR {
            if polled[1].revents != 0 { break }
            guard polled[0].revents != 0, read(descriptor, &buffer, buffer.count) > 0 else { continue }
            // The limits may have been reached meanwhile: whoever waits looks at what there is now, and is not woken any more.
            try? target.look(with: descriptor)
            continuation.yield()
        }
        close(descriptor)
        close(stop)
    }
}

/// A file that is watched, or as long as it is not there the nearest folder above it that is.
private struct WatchedPath: Sendable {
    let path: String
    private let isReplaced: Bool
    private var isThere = false
    private var folder: (path: String, number: Int32)?

    init(_ path: String, isReplaced: Bool) {
        self.path = path
        self.isReplaced = isReplaced
    }

    /// Has the kernel tell of the file, or of what appears in the folder.
    ///
    /// - Throws: `Failure` when the system gives no watch.
    mutating func look(with descriptor: Int32) throws {
        while !isThere {
            if !isReplaced {
                if inotify_add_watch(descriptor, path, UInt32(IN_MODIFY)) >= 0 {
                    isThere = true
                    leaveFolder(descriptor)
                    return
                }
                guard errno == ENOENT else { throw SystemFailure.current("watch \(path) (inotify)") }
            }
            let nearest = Self.nearestFolder(above: path)
            if nearest == folder?.path { return }
            let number = inotify_add_watch(descriptor, nearest, UInt32(IN_CREATE) | UInt32(IN_MOVED_TO) | UInt32(IN_ONLYDIR))
            // It may have gone in this very moment; then one above it is looked for.
            guard number >= 0 || errno == ENOENT else { throw SystemFailure.current("watch \(nearest) (inotify)") }
            guard number >= 0 else { continue }
            leaveFolder(descriptor)
            // What appeared in it before it was watched is found by the next look.
            folder = (nearest, number)
        }
    }

    private mutating func leaveFolder(_ descriptor: Int32) {
        guard let known = folder else { return }
        inotify_rm_watch(descriptor, known.number)
        folder = nil
    }

    private static func nearestFolder(above path: String) -> String {
        var folder = path[...]
        while let slash = folder.lastIndex(of: "/"), slash != folder.startIndex {
            folder = folder[..<slash]
            if access(String(folder), F_OK) == 0 { return String(folder) }
        }
        return "/"
    }
}
