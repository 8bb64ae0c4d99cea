import Glibc

extension FolderHandle {
    /// The content of the regular file `name`, at most `limit` bytes; nil if there is no such file. Links are not followed.
    borrowing func read(_ name: String, limit: Int = 1 << 20) throws(GitError) -> [UInt8]? {
        let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT || errno == ELOOP || errno == ENXIO { return nil }
            throw .system("reading \(path)/\(name)")
        }
        defer { _ = Glibc.close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .system("reading \(path)/\(name)") }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while content.count < limit {
            let wanted = min(buffer.count, limit - content.count)
            let count = buffer.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, wanted) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .system("reading \(path)/\(name)") }
            if count == 0 { break }
            content.append(contentsOf: buffer[..<count])
        }
        return content
    }

    /// What the names of files begin with that are not complete yet. A crash can leave one, which may hold a secret.
    static var temporaryPrefix: String { ".cco-new-" }

    /// Puts a new file in the place of `name` in one step. An older file or link of that name is replaced, not written through.
    ///
    /// - Parameters:
    ///   - durable: whether the content is on the disk before the name points to it.
    ///   - modified: the time of its last change; nil means now.
    borrowing func write(
        _ name: String, _ content: [UInt8], mode: mode_t = 0o600, durable: Bool = false, modified: timespec? = nil
    ) throws(GitError) {
        let temporary = "\(Self.temporaryPrefix)\(UInt64.random(in: .min ... .max))"
        let file = openat(descriptor, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard file >= 0 else { throw .system("writing \(path)/\(name)") }
        do throws(GitError) {
            defer { _ = Glibc.close(file) }
            var written = 0
            while written < content.count {
                let count = content[written...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw .system("writing \(path)/\(name)") }
                written += count
            }
            // The umask may have taken bits away.
            guard fchmod(file, mode) == 0 else { throw .system("setting the mode of \(path)/\(name)") }
            if let modified, futimens(file, [modified, modified]) != 0 { throw .system("setting the time of \(path)/\(name)") }
            if durable, fsync(file) != 0 { throw .system("writing \(path)/\(name)") }
            guard renameat(descriptor, temporary, descriptor, name) == 0 else { throw .system("replacing \(path)/\(name)") }
        } catch {
            _ = unlinkat(descriptor, temporary, 0)
            throw error
        }
    }

    /// Writes `name` only where its content differs, so that a repair changes no time stamp for nothing. Returns whether it wrote.
    @discardableResult
    borrowing func ensure(_ name: String, _ content: String, mode: mode_t = 0o600) throws(GitError) -> Bool {
        let bytes = Array(content.utf8)
        let kind = try kind(of: name)
        if kind == .file, try read(name, limit: bytes.count + 1) == bytes { return false }
        if kind == .folder { try removeTree(name) }
        try write(name, bytes, mode: mode)
        return true
    }

    /// Removes `name` and everything below it, for the few small folders of a git directory. Links are removed, not followed.
    borrowing func removeTree(_ name: String) throws(GitError) {
        if let inner = try folder(name) {
            for entry in try inner.names() { try inner.removeTree(entry) }
            guard unlinkat(descriptor, name, AT_REMOVEDIR) == 0 || errno == ENOENT else { throw .system("removing \(path)/\(name)") }
        } else {
            try unlink(name)
        }
    }

    /// Opens the folder at `components`; nil where one is missing or not a real folder.
    borrowing func descend(_ components: [String]) throws(GitError) -> FolderHandle? {
        guard let first = components.first else { return try folder(".") }
        guard let next = try folder(first) else { return nil }
        if components.count == 1 { return next }
        return try next.descend(Array(components.dropFirst()))
    }

    /// Opens the folder at `components` and makes what is missing, as ``makingFolder(_:replacingFiles:)`` does.
    borrowing func makingFolders(_ components: [String], replacingFiles: Bool = false) throws(GitError) -> FolderHandle {
        guard let first = components.first else {
            guard let same = try folder(".") else { throw .system("opening the folder \(path)") }
            return same
        }
        let next = try makingFolder(first, replacingFiles: replacingFiles)
        if components.count == 1 { return next }
        return try next.makingFolders(Array(components.dropFirst()), replacingFiles: replacingFiles)
    }
}
