import Glibc
import Processes

/// Living git processes, read from /proc: who works on a git directory now, and so may own a lock file there.
///
/// Every git command of cco carries the git directory it was started for in its environment (``mark``), which its helpers inherit. A
/// git counts as working on a directory if it carries that mark, was told that directory by `--git-dir` or `GIT_DIR`, or has its
/// working directory at or below it. Any other program counts only by its working directory, and only in the folders that agents
/// work in. Processes of other users cannot be looked at and do not count.
package struct GitProcesses: Sendable {
    /// One living process.
    package struct Living: Sendable, Hashable {
        /// Which process.
        package var identity: ProcessIdentity
        /// Its arguments, joined by spaces, at most 200 characters; without secrets.
        package var command: String
        /// Whether cco started it (or its ancestor) for this git directory.
        var isMarked: Bool
        /// Whether it pushes or takes a push.
        var isPush: Bool
    }

    /// In the environment of every git command of cco: its git directory.
    static let mark = "CCO_GIT_DIRECTORY"

    /// Absolute paths of git directories.
    let gitDirectories: [String]
    /// Absolute paths of folders in which any program counts.
    var folders: [String] = []
    /// Absolute paths of folders; what cco started for any git directory below one counts.
    var roots: [String] = []

    /// The living processes, without this process itself and its sessions that are idle.
    ///
    /// - Throws: ``GitError`` when /proc cannot be listed.
    func living() throws(GitError) -> [Living] {
        let proc = try FolderHandle(path: "/proc")
        var found: [Living] = []
        for name in try proc.names() {
            guard let pid = Int32(name), pid != getpid(), !IdleGitSessions.contains(pid) else { continue }
            if let process = living(pid, in: proc) { found.append(process) }
        }
        return found
    }

    /// Nil if the process has ended, or is none of these folders' business. A process can end at any moment, and /proc then fails in
    /// many ways, so failures mean "has ended" here.
    private func living(_ pid: Int32, in proc: borrowing FolderHandle) -> Living? {
        // By far the most are told by one look at their name.
        guard let folder = try? proc.folder("\(pid)"), let name = try? folder.read("comm"),
            !folders.isEmpty || name.starts(with: "git".utf8)
        else { return nil }
        let environment = (try? folder.read("environ"))?.split(separator: 0) ?? []
        let arguments = ((try? folder.read("cmdline"))?.split(separator: 0) ?? []).map { String(decoding: $0, as: UTF8.self) }
        // Only git makes git's lock files; an ssh that stays for later connections or a cache of credentials does not.
        let isGit = name.starts(with: "git".utf8) && !arguments.contains { $0.hasPrefix("credential") }
        let isMarked = isGit && environment.contains(where: isMark)
        let isTold =
            isGit
            && gitDirectories.contains { path in
                environment.contains(ArraySlice("GIT_DIR=\(path)".utf8)) || arguments.contains("--git-dir=\(path)")
            }
        guard isMarked || isTold || Self.isInside(folder, folders + (isGit ? gitDirectories : [])),
            let identity = try? ProcessIdentity.of(pid: pid), identity.isAlive,
            // The folder is that of the process that was looked at: while it can be read, the number has passed to no other.
            (try? folder.read("comm")) != nil
        else { return nil }
        let isPush = arguments.dropFirst().contains { $0 == "push" || $0.contains("receive-pack") || $0 == "send-pack" }
        let command = String(Redaction.redacted(arguments.joined(separator: " ")).prefix(200))
        return Living(identity: identity, command: command, isMarked: isMarked, isPush: isPush)
    }

    /// Whether a variable with its value says that a process was started for one of these git directories.
    private func isMark(_ variable: ArraySlice<UInt8>) -> Bool {
        guard variable.starts(with: "\(Self.mark)=".utf8) else { return false }
        let place = String(decoding: variable.dropFirst(Self.mark.utf8.count + 1), as: UTF8.self)
        return gitDirectories.contains(place) || roots.contains { place.hasPrefix($0 + "/") }
    }

    private static func isInside(_ process: borrowing FolderHandle, _ folders: [String]) -> Bool {
        guard !folders.isEmpty, let place = process.target(of: "cwd") else { return false }
        return folders.contains { place == $0 || place.hasPrefix($0 + "/") }
    }

    /// The processes among `living` that no process of ours started: their own cco is dead.
    static func orphans(among living: [Living]) -> [Living] {
        living.filter { $0.isMarked && !isDescendant($0.identity.pid) }
    }

    private static func isDescendant(_ pid: Int32) -> Bool {
        var pid = pid
        // Bounded: a chain of parents can change while it is followed.
        for _ in 0..<64 where pid > 1 {
            guard let folder = try? FolderHandle(path: "/proc/\(pid)"), let stat = try? folder.read("stat"),
                let close = stat.lastIndex(of: UInt8(ascii: ")"))
            else { return false }
            // After the name come the state and the parent.
            let fields = String(decoding: stat[(close + 1)...], as: UTF8.self).split(separator: " ")
            guard fields.count > 1, let parent = Int32(fields[1]) else { return false }
            if parent == getpid() { return true }
            pid = parent
        }
        return false
    }

    /// Suspends until all of them have ended, or the time is over.
    ///
    /// - Returns: whether all have ended.
    static func untilEnded(_ processes: [Living], within limit: Duration) async -> Bool {
        await withTaskGroup(of: Bool.self) { tasks in
            tasks.addTask {
                // A process that cannot be watched (another user's) counts as alive.
                do {
                    for process in processes { try await process.identity.untilEnded() }
                    return true
                } catch {
                    return false
                }
            }
            tasks.addTask {
                // Cancelled as soon as the processes have ended.
                _ = try? await Alarm.wait(for: limit)
                return false
            }
            let ended = await tasks.next() ?? false
            tasks.cancelAll()
            return ended
        }
    }
}

extension FolderHandle {
    /// Where the symbolic link `name` points; nil if it is none or cannot be read.
    borrowing func target(of name: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = readlinkat(descriptor, name, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }
}
