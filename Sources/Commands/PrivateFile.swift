import FoundationEssentials
import Glibc

/// Small text files that only their owner can read.
enum PrivateFile {
    /// Writes a new file, making its folder if need be. It appears complete or not at all.
    ///
    /// - Returns: false when there is one already, which is left as it is.
    /// - Throws: `Failure`.
    static func create(_ path: String, with text: String) throws -> Bool {
        // Asked first: a folder that has the file need not take another one.
        if FolderRemoval.exists(path) { return false }
        let temporary = try written(text, beside: path)
        defer { unlink(temporary) }
        // A link, unlike a rename, fails when the name is taken.
        guard link(temporary, path) == 0 else {
            if errno == EEXIST { return false }
            throw SystemFailure.current("create \(path)")
        }
        return true
    }

    /// Writes a file in place of any earlier one.
    ///
    /// - Throws: `Failure`.
    static func replace(_ path: String, with text: String) throws {
        let temporary = try written(text, beside: path)
        guard rename(temporary, path) == 0 else {
            let failure = SystemFailure.current("rename \(temporary) to \(path)")
            unlink(temporary)
            throw failure
        }
    }

    /// The whole text under another name in the folder of `path`; where it cannot be written nothing is left.
    private static func written(_ text: String, beside path: String) throws -> String {
        let parts = path.split(separator: "/")
        let folder = "/" + parts.dropLast().joined(separator: "/")
        try makeFolder(folder)
        // Names with a dot are passed over where a folder's files mean something.
        let temporary = "\(folder)/.\(parts.last ?? "").\(getpid()).\(UInt32.random(in: 0 ... .max)).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemFailure.current("create \(path)") }
        do {
            try fill(descriptor, text, path)
        } catch {
            unlink(temporary)
            throw error
        }
        return temporary
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

    private static func makeFolder(_ folder: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Failure("the folder \(folder) cannot be made: \(error)", .cannotCreate)
        }
    }
}
