import FoundationEssentials
import Glibc
import Processes
import SystemPackage

/// Small files and folders that only their owner may read, written whole or not at all.
enum PrivateFiles {
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Makes a folder with its parents, mode 0700; an existing one is left as it is.
    ///
    /// - Throws: `SystemError` with the folder that cannot be made.
    static func makeFolder(_ path: String) throws {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
        if mkdir(path, 0o700) == 0 { return }
        // Somebody else may have made it meanwhile.
        if errno == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            throw SystemError(code: errno, operation: "make the folder \(path)")
        }
        try makeFolder(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw SystemError(code: errno, operation: "make the folder \(path)") }
    }

    static func names(in folder: String) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder) }

    /// How the name of a file ends that is being written.
    static let unfinished = ".new"

    /// Writes through a temporary file and a rename, mode 0600.
    ///
    /// - Parameter isSynced: whether it outlives a crash of the machine; needless for what is of no use after one.
    static func write(_ bytes: [UInt8], to path: String, isSynced: Bool = true) throws {
        let temporary = path + unfinished
        let file = try FileDescriptor.open(
            FilePath(temporary), .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite])
        try file.closeAfter {
            _ = try file.writeAll(bytes)
            guard !isSynced || fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
        }
        guard rename(temporary, path) == 0 else { throw Errno(rawValue: errno) }
    }

    /// The text of a file; `nil` when there is none.
    static func text(_ path: String) throws -> String? {
        guard exists(path) else { return nil }
        return String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }

    /// Removes a file or a folder with all it holds; nothing to remove is fine.
    static func remove(_ path: String) throws { try TreeRemoval.remove(path) }
}

extension PrivateFiles {
    /// Removes a folder that holds nothing; anything else stays.
    static func removeIfEmpty(_ path: String) throws {
        guard rmdir(path) == 0 || [ENOENT, ENOTEMPTY, EEXIST].contains(errno) else {
            throw SystemError(code: errno, operation: "remove \(path)")
        }
    }
}
