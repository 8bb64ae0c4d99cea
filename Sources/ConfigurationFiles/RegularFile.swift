import Glibc

/// A regular file read whole, with what the file system says about the very file that was read.
struct RegularFile: Sendable {
    let bytes: [UInt8]

    /// Why a file could not be read, in words that fit after its name.
    enum Failure: Error, Equatable, Sendable {
        case missing
        case isFolder
        case notRegular
        case tooLarge(size: Int, limit: Int)
        case unreadable(String)
        /// The caller's inspection refused it before a byte was read.
        case refused(String, suggestion: String)

        var message: String {
            switch self {
            case .missing: "the file does not exist"
            case .isFolder: "this is a folder, not a file"
            case .notRegular: "this is not a regular file"
            case .tooLarge(let size, let limit): "the file has \(size) bytes; at most \(limit) are read"
            case .unreadable(let reason): "the file can't be read: \(reason)"
            case .refused(let message, _): message
            }
        }

        var suggestion: String? {
            if case .refused(_, let suggestion) = self { suggestion } else { nil }
        }

        /// The problem that this failure is for whoever named the file.
        func problem(file: String) -> ConfigurationProblem {
            ConfigurationProblem(file: file, message, suggestion: suggestion)
        }
    }

    /// Reads `path`.
    ///
    /// - Parameters:
    ///   - limit: the most bytes that are read.
    ///   - followsLinks: whether `path` itself may be a symbolic link.
    ///   - inspect: looks at the opened file's status before anything is read, so nobody can swap the file in between.
    init(
        reading path: String, limit: Int, followsLinks: Bool = true, inspect: (stat) throws(Failure) -> Void = { _ throws(Failure) in }
    ) throws(Failure) {
        // Without O_NONBLOCK a named pipe would block the open for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (followsLinks ? 0 : O_NOFOLLOW))
        guard descriptor >= 0 else { throw Self.failure(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure(errno) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw .isFolder
        default: throw .notRegular
        }
        try inspect(status)
        guard status.st_size <= limit else { throw .tooLarge(size: Int(status.st_size), limit: limit) }
        bytes = try Self.contents(of: descriptor, limit: limit)
    }

    private static func contents(of descriptor: Int32, limit: Int) throws(Failure) -> [UInt8] {
        var contents: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return contents }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(errno)
            }
            contents.append(contentsOf: chunk[..<count])
            // It may have grown since its size was looked at.
            if contents.count > limit { throw .tooLarge(size: contents.count, limit: limit) }
        }
    }

    private static func failure(_ code: Int32) -> Failure {
        code == ENOENT ? .missing : .unreadable(SystemError.text(code))
    }
}

/// The system's words for an error number.
enum SystemError {
    static func text(_ code: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
        let text = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: text, as: UTF8.self)
    }
}
