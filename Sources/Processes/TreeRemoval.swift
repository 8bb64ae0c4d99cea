import Glibc

/// Removes files, and folders with all that they hold, also while a process that has outlived its cco still adds and removes entries
/// in them.
package enum TreeRemoval {
    /// Why something could not be removed.
    package struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// What was to go.
        package let path: String
        /// What in it stays; the same where it is that itself.
        package let obstacle: String
        /// The error number (errno).
        package let code: Int32

        package var description: String {
            let place = obstacle == path ? "" : " (\(obstacle))"
            let advice =
                TreeRemoval.passing.contains(code)
                ? "Something still writes there: end that, and remove it by hand." : "Remove it by hand, with the rights that this takes."
            return "\(path) could not be removed: \(String(cString: strerror(code)))\(place). \(advice)"
        }
    }

    /// Errors of a folder that somebody has changed since it was read.
    private static let passing: Set<Int32> = [ENOTEMPTY, EEXIST, EISDIR, ENOTDIR]

    /// Each removes what it finds, and takes a deep tree some levels further; who adds faster than that is not waited for.
    private static let mostRounds = 200

    /// Nothing there is fine. Links are removed, never followed; folders without permissions, such as a package cache, are made accessible.
    package static func remove(_ path: String) throws(Failure) {
        var failure: Failure?
        for _ in 0..<mostRounds {
            var round = Round()
            round.remove(path)
            guard let obstacle = round.obstacle else { return }
            failure = Failure(path: path, obstacle: obstacle.path, code: obstacle.code)
            guard round.hasProgress || passing.contains(obstacle.code) else { break }
        }
        if let failure { throw failure }
    }
}

/// One walk through a tree. What cannot be removed is noted, and keeps nothing else from going.
private struct Round {
    private(set) var hasProgress = false
    /// The first that stays. What lies below a folder comes before the folder.
    private(set) var obstacle: (path: String, code: Int32)?

    /// Levels below which a folder is put at the top of the tree, for the next round: each level takes a descriptor.
    private static let deepest = 64

    /// `.` and `..`.
    private static let dots: Set<[CChar]> = [[46, 0], [46, 46, 0]]

    mutating func remove(_ path: String) { remove(Array(path.utf8CString), path: path, in: AT_FDCWD, top: nil, depth: 0) }

    /// - Parameters:
    ///   - name: ends with a zero; of any bytes, as file systems have them.
    ///   - path: for messages.
    ///   - top: the folder that is to go as a whole, once it is open.
    private mutating func remove(_ name: [CChar], path: String, in folder: Int32, top: Int32?, depth: Int) {
        let inner = Self.opened(name, in: folder)
        let code = errno
        guard inner >= 0 else {
            if code == ENOTDIR || code == ELOOP {
                let result = unlinkat(folder, name, 0)
                // Otherwise there is a file in the place of a folder above, and nothing here.
                if result == 0 || errno != ENOTDIR { note(result, path) }
            } else if code != ENOENT {
                note(-1, path, code)
            }
            return
        }
        defer { close(inner) }
        Self.makeAccessible(inner)
        if let top, depth >= Self.deepest {
            let raised = ".removed-\(UInt64.random(in: .min ... .max))"
            return note(renameat(folder, name, top, raised), path)
        }
        guard let entries = Self.names(in: inner) else { return note(-1, path, errno) }
        for entry in entries {
            let text = String(decoding: entry.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            remove(entry, path: "\(path)/\(text)", in: inner, top: top ?? inner, depth: depth + 1)
        }
        note(unlinkat(folder, name, AT_REMOVEDIR), path)
    }

    /// Notes what a system call has come to; reads `errno` where no error number is given.
    private mutating func note(_ result: Int32, _ path: String, _ known: Int32? = nil) {
        let code = known ?? errno
        if result == 0 {
            hasProgress = true
        } else if code != ENOENT, obstacle == nil {
            obstacle = (path, code)
        }
    }

    private static func opened(_ name: [CChar], in folder: Int32) -> Int32 {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let inner = openat(folder, name, flags)
        guard inner < 0, errno == EACCES, fchmodat(folder, name, 0o700, AT_SYMLINK_NOFOLLOW) == 0 else { return inner }
        return openat(folder, name, flags)
    }

    /// What this does not help, removing the entries fails at, and says why.
    private static func makeAccessible(_ folder: Int32) {
        var status = stat()
        guard fstat(folder, &status) == 0, status.st_mode & 0o700 != 0o700 else { return }
        _ = fchmod(folder, (status.st_mode & 0o7777) | 0o700)
    }

    /// The entries but `.` and `..`, each with a zero at its end; `nil` with `errno` set when they cannot be read.
    private static func names(in folder: Int32) -> [[CChar]]? {
        // The stream takes its descriptor over, so it gets one of its own.
        let own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0 else { return nil }
        guard let stream = fdopendir(own) else {
            let code = errno
            close(own)
            errno = code
            return nil
        }
        defer { closedir(stream) }
        var names: [[CChar]] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { start in
                    Array(UnsafeBufferPointer(start: start, count: Int(strlen(start)) + 1))
                }
            }
            if !dots.contains(name) { names.append(name) }
        }
        return names
    }
}
