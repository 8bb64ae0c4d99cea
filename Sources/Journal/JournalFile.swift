import Glibc

/// The journal's place in the file system: makes the folder and the file private before SQLite sees them.
///
/// POSIX locks have a trap: closing *any* descriptor of a file drops the process's locks on it. So an existing file is only
/// ever looked at by path here, and never opened.
struct JournalFile {
    let folder: String
    var path: String { folder + "/" + Journal.fileName }

    /// Makes sure that folder and file exist, 0700 and 0600, and that the new names survive a power failure.
    func create() throws(JournalError) {
        if mkdir(folder, 0o700) == 0 {
            try synchronise(parent(of: folder))
        } else if errno != EEXIST {
            throw failure("cannot make the folder")
        }
        guard chmod(folder, 0o700) == 0 else { throw failure("cannot make the folder private") }
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor >= 0 {
            close(descriptor)
            try synchronise(folder)
        } else if errno != EEXIST {
            throw failure("cannot make the file")
        }
        try secure()
    }

    /// Makes sure that the file is there, a regular file, and readable by its owner only. Throws `.missing` when it is not there.
    func secure() throws(JournalError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR {
                throw JournalError(.missing, path: path, detail: String(cString: strerror(errno)))
            }
            throw failure("cannot look at the file")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw JournalError(.foreign, path: path, detail: "it is not a regular file")
        }
        guard status.st_mode & 0o777 == 0o600 || chmod(path, 0o600) == 0 else { throw failure("cannot make the file private") }
    }

    private func synchronise(_ directory: String) throws(JournalError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot open \(directory)") }
        let result = fsync(descriptor)
        let number = errno
        close(descriptor)
        // Some file systems cannot synchronise a folder and say EINVAL; there is nothing more to be done on those.
        guard result == 0 || number == EINVAL else {
            throw JournalError(.io, path: path, detail: "cannot synchronise \(directory): \(String(cString: strerror(number)))")
        }
    }

    private func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private func failure(_ what: String) -> JournalError {
        let number = errno
        let kind: JournalError.Kind = number == ENOSPC || number == EDQUOT ? .diskFull : .io
        return JournalError(kind, path: path, detail: "\(what): \(String(cString: strerror(number)))")
    }
}
