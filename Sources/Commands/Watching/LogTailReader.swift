import Glibc
import Observability

/// Reads the end of a growing log into a view's memory.
final class LogTailReader {
    let path: String
    private let descriptor: Int32
    private(set) var tail = LogTail()

    /// Bytes of what is there already that are read.
    private static let reach: off_t = 512 << 10

    /// - Throws: `Failure` when the log cannot be opened.
    init(_ path: String) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFailure.current("open \(path)") }
        self.path = path
        let size = lseek(descriptor, 0, SEEK_END)
        lseek(descriptor, max(0, size - Self.reach), SEEK_SET)
    }

    deinit { close(descriptor) }

    /// Takes what was added since.
    ///
    /// - Throws: `Failure` when the log cannot be read.
    func catchUp() throws {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SystemFailure.current("read \(path)") }
            if count == 0 { return }
            tail.take(buffer[..<count])
        }
    }
}
