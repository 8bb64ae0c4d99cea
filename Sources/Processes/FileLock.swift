import CProcesses
import Glibc

/// An exclusive lock on a file, held until the value is gone or the process ends, however it ends.
///
/// The file says who holds it, so that somebody who comes second can say so too. It is never removed: removing a lock file lets two
/// processes hold "the" lock.
package final class FileLock: Sendable {
    /// Who holds a lock.
    package struct Holder: Sendable, Hashable, CustomStringConvertible {
        package var pid: Int32
        /// Clock ticks since boot, as in ``ProcessIdentity``.
        package var startTime: UInt64

        package init(pid: Int32, startTime: UInt64) {
            self.pid = pid
            self.startTime = startTime
        }

        package var description: String { "process \(pid) (started at tick \(startTime))" }
    }

    /// Why the lock was not taken.
    package enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// Somebody else has it; `by` is nil when they have not written their name yet.
        case held(path: String, by: Holder?)
        /// The file cannot be made or locked.
        case system(SystemError)

        package var description: String {
            switch self {
            case .held(let path, let holder):
                "\(path) is locked by \(holder?.description ?? "another process"); end it or wait for it"
            case .system(let error): error.description
            }
        }
    }

    /// The locked file.
    package let path: String
    private let descriptor: Int32

    /// Takes the lock at once or not at all. The file is made (0600) when missing.
    package init(path: String) throws(Failure) {
        let descriptor = cprocesses_open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .system(.current("open \(path)")) }
        self.path = path
        self.descriptor = descriptor
        // From here on deinit closes the descriptor, also when the initialiser throws.
        guard cprocesses_try_lock(descriptor) == 0 else {
            throw errno == EWOULDBLOCK ? .held(path: path, by: Self.holder(of: path)) : .system(.current("lock \(path)"))
        }
        do throws(SystemError) {
            guard let status = try ProcessStatus.of(pid: getpid()) else { throw SystemError(code: ESRCH, operation: "read /proc") }
            guard ftruncate(descriptor, 0) == 0 else { throw .current("write \(path)") }
            try FileSystem.writeAll(Array("\(getpid()) \(status.startTime)\n".utf8), to: descriptor, name: path)
        } catch {
            throw .system(error)
        }
    }

    deinit {
        // Closing alone would leave the lock to a child that was forked a moment ago and has not run its program yet. Where the lock
        // was never taken, there is nothing of ours to free and this does nothing.
        _ = cprocesses_unlock(descriptor)
        close(descriptor)
    }

    /// Who wrote their name into the lock file last; nil when nobody has. Only while it is locked is that the holder.
    package static func holder(of path: String) -> Holder? {
        // An unreadable lock file has no known holder.
        guard let bytes = try? FileSystem.read(path) else { return nil }
        let fields = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard fields.count == 2, let pid = Int32(fields[0]), let startTime = UInt64(fields[1]) else { return nil }
        return Holder(pid: pid, startTime: startTime)
    }
}
