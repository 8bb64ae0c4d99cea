import Glibc
import Orchestration
import Processes

extension HubRepository {
    /// Finds the refs that point to nothing usable, and sets those back whose earlier value the caller knows.
    ///
    /// One look at the refs' files and two commands, however many refs there are.
    /// - Parameter lastKnown: by full name.
    /// - Throws: ``GitError``.
    func mendRefs(lastKnown: [String: ObjectID]) async throws(GitError) -> [RepositoryFinding] {
        var findings: [RepositoryFinding] = []
        for (name, reason) in try await brokenRefs().sorted(by: { $0.key < $1.key }) {
            guard let id = lastKnown[name], try await contains(id) else {
                findings.append(.refBroken(name: name, reason: reason))
                continue
            }
            try removeMalformed(name)
            try await setRef(name, to: id)
            findings.append(.refReset(name: name, to: id))
        }
        return findings
    }

    /// The refs that point to nothing usable, with the reason.
    ///
    /// - Throws: ``GitError``.
    func brokenRefs() async throws(GitError) -> [String: String] {
        var broken: [String: String] = [:]
        for name in try AgentRefs(gitDirectory: path).malformed() { broken[name] = "its file holds no object id" }
        let refs = try await listRefs("refs/")
        guard !refs.isEmpty else { return broken }
        let input = refs.map { $0.id.hex + "\n" }.joined()
        // One line for each id that was asked for, in order.
        let answers = try await git.run(
            ["cat-file", "--batch-check=%(objecttype)"], at: location, input: Array(input.utf8), limit: 1 << 30
        ).outputText.split(separator: "\n")
        guard answers.count == refs.count else {
            throw GitError(
                kind: .other, command: "git cat-file --batch-check", detail: "\(answers.count) answers to \(refs.count) questions")
        }
        for (ref, answer) in zip(refs, answers) where answer.hasSuffix(" missing") {
            broken[ref.name] = "object \(ref.id) is missing or unreadable"
        }
        return broken
    }

    /// Git refuses to replace a ref whose file is not whole.
    private func removeMalformed(_ name: String) throws(GitError) {
        guard try AgentRefs(gitDirectory: path).malformed().contains(name) else { return }
        let parts = name.split(separator: "/").map(String.init)
        guard let last = parts.last else { return }
        try FolderHandle(path: path).descend(Array(parts.dropLast()))?.unlink(last)
    }
}
