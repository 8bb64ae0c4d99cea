import Orchestration
import Processes

extension AgentRepository {
    /// Fills the folders of the checked-out commit's submodules, which ``checkOut(branch:at:date:)`` leaves empty.
    ///
    /// This fetches from the addresses in `.gitmodules` with the user's configuration and credentials (so `protocol.file` and the like
    /// are as the user set them), and is therefore only done when the caller says that the run may, and only if `.gitmodules` is the
    /// same as in a commit that no agent wrote. Submodules are cloned anew each time: an agent could have changed the configuration of
    /// an older clone. Changes that agents make inside a submodule are not saved by cco.
    /// - Parameter base: a commit of the origin's.
    /// - Throws: ``GitError``; of kind `invalidInput` if `.gitmodules` differs from that of `base`.
    package func updateSubmodules(trusting base: ObjectID) async throws(GitError) {
        _ = try ensureLayout()
        guard let head = try await agentHead() else {
            throw .invalid("filling submodules", "nothing is checked out in \(worktreePath)")
        }
        let modules = [".gitmodules"]
        let now = try await git.run(["ls-tree", "-z", head.hex, "--"] + modules, at: control).standardOutput
        let then = try await git.run(["ls-tree", "-z", base.hex, "--"] + modules, at: control).standardOutput
        let onDisk = try await git.run(["ls-files", "-z", "--modified", "--"] + modules, at: control).standardOutput
        guard now == then, onDisk.isEmpty else {
            throw .invalid("filling submodules", "an agent changed .gitmodules, so its addresses are not trusted; merge it first")
        }
        guard !now.isEmpty else { return }
        try await emptySubmodules()
        let place = GitLocation(gitDirectory: "\(gitDirectory)/worktrees/\(Self.worktreeName)", workTree: worktreePath)
        let arguments = ["submodule", "--quiet", "update", "--init", "--recursive"]
        let settings = [GitSetting(name: "remote.origin.url", value: hub.origin.location)]
        let result = try await hub.originAttempt(arguments, timeout: .seconds(1_800), at: place, settings: settings)
        guard result.succeeded else { throw Git.failure(of: arguments, result) }
    }

    /// Whether the folder of some submodule may hold something: those of the checked-out commit are filled by nobody else.
    package func hasFilledSubmodules() throws(GitError) -> Bool {
        try FolderHandle(path: gitDirectory).descend(["worktrees", Self.worktreeName])?.kind(of: "modules") != nil
    }

    /// Empties the folders of the checked-out commit's submodules, which neither a checkout nor `git clean` touches: what is in them belongs to a
    /// commit that was there before.
    ///
    /// - Throws: ``GitError``.
    package func emptySubmodules() async throws(GitError) {
        _ = try ensureLayout()
        try FolderHandle(path: gitDirectory).descend(["worktrees", Self.worktreeName])?.removeTree("modules")
        for path in try await submodulePaths() {
            let parts = path.split(separator: "/").map(String.init)
            // The parent is opened without following links, so that nothing outside the worktree is emptied.
            guard let last = parts.last, let parent = try FolderHandle(path: worktreePath).descend(Array(parts.dropLast())) else {
                continue
            }
            try await FolderTree.remove(parent.path + "/" + last, environment: git.localEnvironment)
            _ = try parent.makingFolder(last)
        }
    }

    private func submodulePaths() async throws(GitError) -> [String] {
        let entries = try await git.run(["ls-files", "-z", "--stage"], at: control, limit: 256 << 20).standardOutput
        return entries.split(separator: 0).filter { $0.starts(with: "160000 ".utf8) }.compactMap { record in
            record.firstIndex(of: 0x09).map { String(decoding: record[(record.index(after: $0))...], as: UTF8.self) }
        }
    }
}
