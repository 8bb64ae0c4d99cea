import CProcesses
import Glibc

extension FileLock {
    /// Waits until the lock is taken. The kernel says when somebody closes the file, as every holder does with its end; the descriptor that waits stays
    /// open, so that those who wait do not wake each other.
    ///
    /// - Returns: whether the lock was taken.
    static func wait(for path: String, _ descriptor: Int32, _ patience: Int32, _ onWait: () -> Void) throws(Failure) -> Bool {
        let deadline = ContinuousClock.now + .milliseconds(patience)
        let watch = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        guard watch >= 0 else { throw .system(.current("watch \(path)")) }
        defer { close(watch) }
        // The open file and not its path, where there may be another one by now, or none.
        guard inotify_add_watch(watch, "/proc/self/fd/\(descriptor)", UInt32(IN_CLOSE_WRITE)) >= 0 else {
            throw .system(.current("watch \(path)"))
        }
        var events = [UInt8](repeating: 0, count: 4_096)
        while true {
            // First of all: it may have been given back before the watch began.
            if cprocesses_try_lock(descriptor) == 0 { return true }
            guard errno == EWOULDBLOCK else { throw .system(.current("lock \(path)")) }
            if let holder = holder(of: path), !holder.isBrief, holder.isAlive { return false }
            onWait()
            let left = ContinuousClock.now.duration(to: deadline).components
            let milliseconds = left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000
            var polled = pollfd(fd: watch, events: Int16(POLLIN), revents: 0)
            guard milliseconds > 0, poll(&polled, 1, Int32(milliseconds)) != 0 else { return false }
            while read(watch, &events, events.count) > 0 {}
        }
    }
}

extension FileLock.Holder {
    /// Whether the process that wrote its name still lives.
    fileprivate var isAlive: Bool {
        do {
            return try ProcessStatus.of(pid: pid)?.startTime == startTime
        } catch {
            // What cannot be looked at counts as living.
            return true
        }
    }
}
