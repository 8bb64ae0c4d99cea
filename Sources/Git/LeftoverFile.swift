import Glibc

/// One file as it was seen, to tell later whether it is still the same.
struct LeftoverFile: Sendable {
    /// A file by its device and number, whatever its name is.
    struct Identity: Sendable, Hashable {
        var device: UInt64
        var number: UInt64

        init(_ status: stat) {
            device = UInt64(status.st_dev)
            number = UInt64(status.st_ino)
        }
    }

    let path: String
    let kind: Leftover.Kind
    let identity: Identity
    /// When its content last changed, since 1970.
    let milliseconds: Int64
    private let isFolder: Bool
    private let size: Int64
    private let changed: Int64

    /// Nil if there is nothing at `path`.
    init?(path: String, kind: Leftover.Kind) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        self.init(path: path, kind: kind, status)
    }

    init(path: String, kind: Leftover.Kind, _ status: stat) {
        self.path = path
        self.kind = kind
        identity = Identity(status)
        milliseconds = status.st_mtim.milliseconds
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        size = Int64(status.st_size)
        changed = Int64(status.st_ctim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_ctim.tv_nsec)
    }

    /// - Returns: false if it is gone or another file by now.
    func removeIfUnchanged() throws(GitError) -> Bool {
        guard let now = LeftoverFile(path: path, kind: kind), now.identity == identity, now.size == size, now.changed == changed else {
            return false
        }
        guard isFolder, let slash = path.lastIndex(of: "/") else {
            guard unlink(path) == 0 || errno == ENOENT else { throw .system("removing \(path)") }
            return true
        }
        // An agent can make a folder of a lock's name, which stops git as well as a file does.
        try FolderHandle(path: String(path[..<slash])).removeTree(String(path[path.index(after: slash)...]))
        return true
    }
}

/// Which processes have files open, read from /proc.
enum OpenFiles {
    /// The processes that have these files open. Those of other users cannot be looked at.
    static func holders(of files: Set<LeftoverFile.Identity>) throws(GitError) -> [LeftoverFile.Identity: [Int32]] {
        var holders: [LeftoverFile.Identity: [Int32]] = [:]
        let proc = try FolderHandle(path: "/proc")
        for name in try proc.names() {
            guard let pid = Int32(name) else { continue }
            // A process can end at any moment, and its folder then fails in many ways.
            guard let folder = try? proc.folder(name)?.folder("fd"), let descriptors = try? folder.names() else { continue }
            for descriptor in descriptors {
                var status = stat()
                guard fstatat(folder.descriptor, descriptor, &status, 0) == 0 else { continue }
                let file = LeftoverFile.Identity(status)
                if files.contains(file) { holders[file, default: []].append(pid) }
            }
        }
        return holders
    }
}
