import Orchestration
import Processes

/// What the agent put away with `git stash`. Only the newest entry has a ref, the others are in its log alone; and a stash belongs to no
/// branch, so that the next task could pop what another one left.
extension AgentRepository {
    private static let stash = "refs/stash"

    /// The commits of all entries, newest first, as far as they are there.
    func stashed() async throws(GitError) -> [ObjectID] {
        var ids: [ObjectID] = []
        if let newest = try AgentRefs(gitDirectory: gitDirectory).read(Self.stash) { ids.append(newest) }
        if let log = try FolderHandle(path: gitDirectory).descend(["logs", "refs"])?.read("stash", limit: 4 << 20) {
            // Each line: the old id, the new id, who, when and why.
            let entries = log.split(separator: 0x0A).compactMap { line in
                line.split(separator: 0x20, maxSplits: 2).dropFirst().first.flatMap { ObjectID(String(decoding: $0, as: UTF8.self)) }
            }
            ids += entries.reversed()
        }
        ids = ids.uniqued
        guard !ids.isEmpty else { return [] }
        let input = Array(ids.map { "\($0)\n" }.joined().utf8)
        let answer = try await git.run(["cat-file", "--batch-check=%(objectname) %(objecttype)"], at: control, input: input)
        return answer.outputText.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ")
            return parts.count == 2 && parts[1] == "commit" ? ObjectID(parts[0]) : nil
        }
    }

    /// Empties the stash, and has a ref below `refs/cco-moved/` lead to each entry, where it is still found when the agent's work is kept.
    func clearStash() async throws(GitError) {
        let refs = AgentRefs(gitDirectory: gitDirectory)
        let logs = try FolderHandle(path: gitDirectory).descend(["logs", "refs"])
        let hasLog = try logs?.kind(of: "stash") != nil
        let newest = try refs.read(Self.stash)
        guard hasLog || newest != nil else { return }
        for id in try await stashed() { try refs.keepAside(id, as: "stash") }
        try refs.delete(Self.stash)
        try logs?.removeTree("stash")
    }

    /// The name that an entry of the stash gets when it is kept.
    static func stashRef(_ id: ObjectID) -> String { AgentRefs.asideName(id, as: "stash") }
}
