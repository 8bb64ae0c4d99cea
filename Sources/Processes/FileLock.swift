import CProcesses
import Glibc

/// An exclusive lock on a file, held until the value is gone or the process ends, however it ends.
///
/// The file says who holds it, so that somebody who comes second can say so too. Who takes it only for a look says that as well, and is
/// waited for. Only who holds it may remove it: whoever had opened it before that finds, once it is locked, that it is not the file at its
/// path any more, and takes the one that is there.
package final class FileLock: Sendable {
    /// Who holds a lock.
    package struct Holder: Sendable, Hashable, CustomStringConvertible {
        package var pid: Int32
        /// Clock ticks since boot, as in ``ProcessIdentity``.
        package var startTime: UInt64
        /// Whether it holds the lock for a look only, and gives it back at once.
        package var isBrief: Bool

        package init(pid: Int32, startTime: UInt64, isBrief: Bool = false) {
            self.pid = pid
            self.startTime = startTime
            self.isBrief = isBrief
        }

        package var description: String { "process \(pid)" }
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

    /// How often it may be removed in the moment in which it is taken.
    private static let tries = 100

    /// The locked file.
    package let path: String
    private let descriptor: Int32

    /// Takes the lock, or fails at once when somebody holds it for long. Who has it for a look is waited for, and so is a holder that has ended or has not
    /// written its name yet. The file is made (0600) when missing.
    ///
    /// - Parameters:
    ///   - isBrief: whether it is held for a look only, well below the patience of others.
    ///   - patience: milliseconds that are waited at most; the thread stands still for so long.
    ///   - onWait: called each time before it is waited.
    package init(path: String, isBrief: Bool = false, patience: Int32 = 5_000, onWait: () -> Void = {}) throws(Failure) {
        self.path = path
        descriptor = try FileLock.take(path, patience, onWait)
        // From here on deinit closes the descriptor, also when the initialiser throws.
        do throws(SystemError) {
            guard let status = try ProcessStatus.of(pid: getpid()) else { throw SystemError(code: ESRCH, operation: "read /proc") }
            guard ftruncate(descriptor, 0) == 0 else { throw .current("write \(path)") }
            try FileSystem.writeAll(Array("\(getpid()) \(status.startTime)\(isBrief ? " brief" : "")\n".utf8), to: descriptor, name: path)
        } catch {
            throw .system(error)
        }
    }

    /// Opens the file and locks it.
    private static func take(_ path: String, _ patience: Int32, _ onWait: () -> Void) throws(Failure) -> Int32 {
        for _ in 0..<tries {
            let descriptor = cprocesses_open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw .system(.current("open \(path)")) }
            do throws(Failure) {
                if cprocesses_try_lock(descriptor) != 0 {
                    guard errno == EWOULDBLOCK else { throw Failure.system(.current("lock \(path)")) }
                    guard try wait(for: path, descriptor, patience, onWait) else { throw Failure.held(path: path, by: holder(of: path)) }
                }
                if try isAtItsPath(descriptor, path) { return descriptor }
            } catch {
                close(descriptor)
                throw error
            }
            // Somebody has removed it meanwhile: nobody who comes later would see that it is locked.
            _ = cprocesses_unlock(descriptor)
            close(descriptor)
        }
        throw .held(path: path, by: holder(of: path))
    }

    /// Whether the open file is the one that is at the path now.
    private static func isAtItsPath(_ descriptor: Int32, _ path: String) throws(Failure) -> Bool {
        var (own, present) = (stat(), stat())
        guard fstat(descriptor, &own) == 0 else { throw .system(.current("look at \(path)")) }
        guard lstat(path, &present) == 0 else {
            if errno == ENOENT { return false }
            throw .system(.current("look at \(path)"))
        }
        return own.st_dev == present.st_dev && own.st_ino == present.st_ino
    }

    deinit {
        // Closing alone would leave the lock to a child that was forked a moment ago and has not run its program yet.
        _ = cprocesses_unlock(descriptor)
        close(descriptor)
    }

    /// Who wrote their name into the lock file last; nil when nobody has. Only while it is locked is that the holder.
    package static func holder(of path: String) -> Holder? {
        // An unreadable lock file has no known holder.
        guard let bytes = try? FileSystem.read(path) else { return nil }
        let fields = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard fields.count == 2 || fields.count == 3 && fields[2] == "brief", let pid = Int32(fields[0]), let startTime = UInt64(fields[1])
        else { return nil }
        return Holder(pid: pid, startTime: startTime, isBrief: fields.count == 3)
    }
}
