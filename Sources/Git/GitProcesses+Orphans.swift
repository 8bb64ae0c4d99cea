import Glibc
import Processes

extension GitProcesses {
    /// Ends the git commands that a cco which is gone left at work on any repository below a folder: before the folder is removed.
    ///
    /// - Parameter folder: absolute.
    /// - Throws: ``GitError`` when /proc cannot be listed.
    package static func endOrphans(below folder: String) async throws(GitError) -> [RepositoryFinding] {
        try await GitProcesses(gitDirectories: [], roots: [folder]).endOrphans()
    }

    /// Ends the git commands that an engine which is gone left at work here, so that none of them moves a ref or writes a file later.
    /// Killing git is safe: what it leaves is what ``StaleLocks`` clears.
    ///
    /// A push gets ten seconds to end by itself, because a lock that it holds at an origin on this machine is not ours to clear.
    /// - Throws: ``GitError`` when /proc cannot be listed.
    func endOrphans() async throws(GitError) -> [RepositoryFinding] {
        var findings: [String: RepositoryFinding] = [:]
        // A command that is killed can just have started another one.
        for _ in 0..<5 {
            let orphans = Self.orphans(among: try living())
            guard !orphans.isEmpty else { break }
            if orphans.contains(where: \.isPush) { _ = await Self.untilEnded(orphans, within: .seconds(10)) }
            var isRefused = false
            for orphan in orphans {
                do {
                    try orphan.identity.signal(SIGKILL)
                } catch {
                    isRefused = true
                }
            }
            let haveEnded = await Self.untilEnded(orphans, within: .seconds(5))
            for orphan in orphans { findings[orphan.command] = .orphan(command: orphan.command, hasEnded: haveEnded && !isRefused) }
            if isRefused { break }
        }
        return findings.sorted { $0.key < $1.key }.map(\.value)
    }
}
