import FoundationEssentials
import Glibc

/// Small text files that only their owner can read.
enum PrivateFile {
    /// Writes a new file, making its folder if need be.
    ///
    /// - Returns: false when there is one already, which is left as it is.
    /// - Throws: `Failure`.
    static func create(_ path: String, with text: String) throws -> Bool {
        try makeFolder(of: path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST { return false }
            throw SystemFailure.current("create \(path)")
        }
        try fill(descriptor, text, path)
        return true
    }

    /// Writes a file in place of any earlier one.
    ///
    /// - Throws: `Failure`.
    static func replace(_ path: String, with text: String) throws {
        try makeFolder(of: path)
        let temporary = "\(path).\(getpid()).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemFailure.current("create \(temporary)") }
        try fill(descriptor, text, temporary)
        guard rename(temporary, path) == 0 else { throw SystemFailure.current("rename \(temporary) to \(path)") }
    }

    private static func fill(_ descriptor: Int32, _ text: String, _ path: String) throws {
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SystemFailure.current("write \(path)") }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw SystemFailure.current("sync \(path)") }
    }

    private static func makeFolder(of path: String) throws {
        let folder = "/" + path.split(separator: "/").dropLast().joined(separator: "/")
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Failure("the folder \(folder) cannot be made: \(error)", .cannotCreate)
        }
    }
}
