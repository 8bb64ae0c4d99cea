import CProcesses
import Glibc
import Synchronization

/// The few file operations that supervision needs, with private permissions and close-on-exec as a matter of course.
enum FileSystem {
    /// Reads a whole file; for small ones such as records and files of /proc.
    static func read(_ path: String) throws(SystemError) -> [UInt8] {
        let descriptor = cprocesses_open(path, O_RDONLY, 0)
        guard descriptor >= 0 else { throw .current("open \(path)") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 8 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .current("read \(path)") }
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer.prefix(count))
        }
    }

    /// The same, or nil when there is no such file.
    static func readIfPresent(_ path: String) throws(SystemError) -> [UInt8]? {
        do {
            return try read(path)
        } catch  where error.code == ENOENT {
            return nil
        }
    }

    /// The last `limit` bytes of a file; empty when there is no such file.
    static func readEnd(of path: String, limit: Int) throws(SystemError) -> [UInt8] {
        let descriptor = cprocesses_open(path, O_RDONLY | O_NOFOLLOW, 0)
        if descriptor < 0 && errno == ENOENT { return [] }
        guard descriptor >= 0 else { throw .current("open \(path)") }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        guard size >= 0 else { throw .current("seek \(path)") }
        var bytes = [UInt8](repeating: 0, count: min(limit, size))
        let count = pread(descriptor, &bytes, bytes.count, size - bytes.count)
        guard count >= 0 else { throw .current("read \(path)") }
        return Array(bytes.prefix(count))
    }

    /// Writes a file that only its owner can read, all or nothing. Durable means that it outlives a crash of the machine: temporary
    /// file, fsync, rename, fsync of the folder.
    static func write(_ bytes: [UInt8], to path: String, isDurable: Bool = true) throws(SystemError) {
        let temporary = try writeTemporary(bytes, for: path, isDurable: isDurable)
        guard rename(temporary, path) == 0 else { throw .current("rename \(temporary)") }
        if isDurable { try syncFolder(of: path) }
    }

    /// The same, but an existing file stays as it is.
    static func writeIfAbsent(_ bytes: [UInt8], to path: String) throws(SystemError) {
        let temporary = try writeTemporary(bytes, for: path, isDurable: true)
        defer { unlink(temporary) }
        guard link(temporary, path) == 0 || errno == EEXIST else { throw .current("link \(path)") }
        try syncFolder(of: path)
    }

    /// The same, written over a file that has room enough on disk already.
    ///
    /// - Returns: false when that file is not there (any more): somebody else has used it.
    static func writeIfAbsent(_ bytes: [UInt8], to path: String, using reserve: String) throws(SystemError) -> Bool {
        let temporary = temporaryName(for: path)
        // Whoever gets the name has the file for himself.
        guard rename(reserve, temporary) == 0 else {
            if errno == ENOENT { return exists(path) }
            throw .current("rename \(reserve)")
        }
        defer { unlink(temporary) }
        let descriptor = cprocesses_open(temporary, O_WRONLY | O_NOFOLLOW, 0)
        guard descriptor >= 0 else { throw .current("open \(temporary)") }
        defer { close(descriptor) }
        try writeAll(bytes, to: descriptor, name: temporary)
        guard ftruncate(descriptor, off_t(bytes.count)) == 0, fsync(descriptor) == 0 else { throw .current("fsync \(temporary)") }
        guard link(temporary, path) == 0 || errno == EEXIST else { throw .current("link \(path)") }
        try syncFolder(of: path)
        return true
    }

    private static func temporaryName(for path: String) -> String {
        "\(path).\(getpid()).\(temporaries.wrappingAdd(1, ordering: .relaxed).newValue).new"
    }

    private static let temporaries = Atomic<UInt64>(0)

    /// Writes a file beside `path` that nobody else uses.
    private static func writeTemporary(_ bytes: [UInt8], for path: String, isDurable: Bool) throws(SystemError) -> String {
        let temporary = temporaryName(for: path)
        let descriptor = cprocesses_open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .current("create \(temporary)") }
        defer { close(descriptor) }
        do throws(SystemError) {
            try writeAll(bytes, to: descriptor, name: temporary)
            guard !isDurable || fsync(descriptor) == 0 else { throw SystemError.current("fsync \(temporary)") }
        } catch {
            unlink(temporary)
            throw error
        }
        return temporary
    }

    private static func syncFolder(of path: String) throws(SystemError) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = cprocesses_open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY, 0)
        guard descriptor >= 0 else { throw .current("open \(folder)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .current("fsync \(folder)") }
    }

    static func writeAll(_ bytes: [UInt8], to descriptor: Int32, name: String) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .current("write \(name)") }
            written += count
        }
    }

    /// Makes the folder, private to its owner, unless it exists.
    static func makeFolder(_ path: String) throws(SystemError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .current("make folder \(path)") }
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The names in a folder, without "." and "..".
    static func names(in path: String) throws(SystemError) -> [String] {
        guard let folder = opendir(path) else { throw .current("list \(path)") }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}
