import Glibc

/// An open folder. Everything below it is reached one component at a time and never through a symbolic link, so that what an agent
/// planted in a folder it can write leads cco nowhere else.
struct FolderHandle: ~Copyable {
    /// What a name stands for, without following it.
    enum EntryKind: Sendable, Equatable {
        case file, folder, link, other
    }

    /// The open folder's descriptor.
    let descriptor: Int32
    /// For messages.
    let path: String

    private init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { _ = Glibc.close(descriptor) }

    /// Opens an existing folder, which must not be a symbolic link itself.
    init(path: String) throws(GitError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("opening the folder \(path)") }
        self.init(descriptor: descriptor, path: path)
    }

    /// What `name` is; nil if there is nothing.
    borrowing func kind(of name: String) throws(GitError) -> EntryKind? {
        var status = stat()
        guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return nil }
            throw .system("looking at \(path)/\(name)")
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        case S_IFLNK: return .link
        default: return .other
        }
    }

    /// Opens the folder `name`; nil if there is no such entry, or it is not a real folder.
    borrowing func folder(_ name: String) throws(GitError) -> FolderHandle? {
        let next = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard next >= 0 else {
            if errno == ENOENT || errno == ENOTDIR || errno == ELOOP { return nil }
            throw .system("opening the folder \(path)/\(name)")
        }
        return FolderHandle(descriptor: next, path: path + "/" + name)
    }

    /// Opens the folder `name` and makes it first where it is missing. A link in its place is unlinked, a file only if `replacingFiles`.
    borrowing func makingFolder(_ name: String, replacingFiles: Bool = false) throws(GitError) -> FolderHandle {
        if let existing = try folder(name) { return existing }
        if let kind = try kind(of: name) {
            guard kind == .link || replacingFiles else {
                throw GitError(kind: .wouldLoseWork, command: "making the folder \(path)/\(name)", detail: "a file is in its place")
            }
            try unlink(name)
        }
        guard mkdirat(descriptor, name, 0o700) == 0 || errno == EEXIST else { throw .system("making the folder \(path)/\(name)") }
        guard let made = try folder(name) else { throw .system("opening the folder \(path)/\(name)") }
        return made
    }

    /// The entries except `.` and `..`, sorted.
    borrowing func names() throws(GitError) -> [String] {
        // fdopendir takes the descriptor over, so it gets one of its own, with its own read position.
        let own = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0, let stream = fdopendir(own) else {
            let error = GitError.system("listing \(path)")
            if own >= 0 { _ = Glibc.close(own) }
            throw error
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: UInt8.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Gives `name` another name in this folder; what has that name is replaced.
    borrowing func move(_ name: String, to other: String) throws(GitError) {
        guard renameat(descriptor, name, descriptor, other) == 0 else { throw .system("renaming \(path)/\(name)") }
    }

    /// Removes the file or link `name`; nothing there is fine.
    borrowing func unlink(_ name: String) throws(GitError) {
        guard unlinkat(descriptor, name, 0) == 0 || errno == ENOENT else { throw .system("removing \(path)/\(name)") }
    }
}

extension GitError {
    /// The error for the system call that just failed; reads `errno`.
    static func system(_ operation: String) -> GitError {
        let code = errno
        return GitError(
            kind: code == ENOSPC || code == EDQUOT ? .diskFull : .other, command: operation, detail: String(cString: strerror(code)))
    }
}
