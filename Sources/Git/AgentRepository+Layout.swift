import Glibc
import Orchestration
import Processes

extension AgentRepository {
    /// Makes the agent's repository and its empty worktree, or repairs what is there. Starts no process, shares nothing with other
    /// agents, and so can run for any number of agents at once.
    ///
    /// Nothing is checked out: see ``checkOut(branch:at:date:)`` and ``detach(at:cleaningIgnored:date:)``.
    /// - Parameters:
    ///   - hub: whose objects are borrowed.
    ///   - directory: for the two git directories; absolute, not inside the worktree.
    ///   - worktreePath: for the files; absolute.
    ///   - identity: who the agent's commits are from.
    ///   - owners: processes that may own a lock of the agent's, such as those that carry the run's marker. Those that work in its
    ///     folders are found without it. A lock with a living owner stays.
    /// - Throws: ``GitError``.
    package static func create(
        hub: HubRepository, directory: String, worktreePath: String, identity: GitIdentity,
        owners: @escaping @Sendable () throws -> [ProcessIdentity] = { [] }
    ) throws(GitError) -> AgentRepository {
        guard directory.hasPrefix("/"), worktreePath.hasPrefix("/"), !(directory + "/").hasPrefix(worktreePath + "/"),
            !directory.contains("\n"), !worktreePath.contains("\n")
        else {
            throw .invalid(
                "making an agent's repository", "\(directory) and \(worktreePath) must be absolute, and the first outside the second")
        }
        let repository = AgentRepository(hub: hub, directory: directory, worktreePath: worktreePath, identity: identity, owners: owners)
        _ = try repository.ensureLayout()
        return repository
    }

    /// The synchronous part of a repair. Returns whether the worktree's folder was missing.
    func ensureLayout() throws(GitError) -> Bool {
        try setRemovalAside()
        try FolderTree.make(directory)
        let root = try FolderHandle(path: directory)
        let agent = try root.makingFolder("repository.git", replacingFiles: true)
        let control = try root.makingFolder("control.git", replacingFiles: true)
        let hubFolder = try FolderHandle(path: hub.path)
        for folder in ["objects/info", "objects/pack", "refs/heads", "refs/tags", "info"] {
            let components = folder.split(separator: "/").map(String.init)
            _ = try agent.makingFolders(components, replacingFiles: true)
            _ = try control.makingFolders(components, replacingFiles: true)
        }
        try ensureControl(control)
        try ensureAgent(agent, excludes: try control.descend(["info"])?.read("exclude") ?? [])
        // The commits that a shallow clone of the origin ends at are not in any object; each borrower needs the list.
        if let shallow = try hubFolder.read("shallow", limit: 16 << 20) {
            if try control.read("shallow", limit: 16 << 20) == nil {
                try control.write("shallow", shallow)
            }
            if try agent.read("shallow", limit: 16 << 20) == nil { try agent.write("shallow", shallow, mode: 0o644) }
        }
        let wasMissing = try ensureWorktree(control)
        try clearHalfWritten()
        for locks in staleLocks { _ = try locks.clear() }
        return wasMissing
    }

    private func ensureControl(_ control: borrowing FolderHandle) throws(GitError) {
        if try !Self.isUsableHead(control) { try control.ensure("HEAD", "ref: \(Self.nothing)\n") }
        // The agent can plant files beside its objects that speed git up and could lie; they are not read.
        try control.ensure(
            "config",
            configuration(
                "\tcommitGraph = false\n\tmultiPackIndex = false\n\tlogAllRefUpdates = false\n\(try sparseSettings())[uploadpack]\n\tallowAnySHA1InWant = true\n"
            ))
        // The hub comes first, so that its objects win over anything of the same name.
        try control.descend(["objects", "info"])?.ensure("alternates", "\(hub.objectsPath)\n\(gitDirectory)/objects\n")
        let halfWritten = FolderHandle.temporaryPrefix + "*"
        if let info = try control.descend(["info"]) {
            let patterns = (try info.read("exclude") ?? []).split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
            if !patterns.contains(halfWritten) { try info.ensure("exclude", ([halfWritten] + patterns).map { $0 + "\n" }.joined()) }
            // For the length of one command only: see `setUnencoded`.
            try info.unlink("attributes")
        }
    }

    private static func isUsableHead(_ folder: borrowing FolderHandle) throws(GitError) -> Bool {
        guard let content = try folder.read("HEAD", limit: 4_096) else { return false }
        return AgentRefs.id(content) != nil || AgentRefs.symbolicTarget(content)?.hasPrefix("refs/") == true
    }

    private func ensureAgent(_ agent: borrowing FolderHandle, excludes: [UInt8]) throws(GitError) {
        try agent.ensure("HEAD", "ref: \(Self.nothing)\n", mode: 0o644)
        try agent.ensure(
            "config",
            configuration(
                "\tlogAllRefUpdates = true\n\(try sparseSettings())[user]\n\tname = \"\(identity.name)\"\n\temail = \"\(identity.email)\"\n"
            ),
            mode: 0o644)
        for name in ["hooks", "commondir", "gitdir", "config.worktree", "index"] { try agent.removeTree(name) }
        if let info = try agent.folder("info") {
            for name in try info.names() where name != "exclude" { try info.removeTree(name) }
            try info.ensure("exclude", String(decoding: excludes, as: UTF8.self), mode: 0o644)
        }
        try agent.descend(["objects", "info"])?.ensure("alternates", "\(hub.objectsPath)\n\(controlDirectory)/objects\n", mode: 0o644)
        try agent.descend(["objects", "info"])?.unlink("http-alternates")
        try AgentRefs(gitDirectory: gitDirectory).mendPacked()
        let tree = try agent.makingFolders(["worktrees", Self.worktreeName], replacingFiles: true)
        try tree.ensure("commondir", "../..\n", mode: 0o644)
        try tree.ensure("gitdir", "\(worktreePath)/.git\n", mode: 0o644)
        try tree.removeTree("config.worktree")
        if try !Self.isUsableHead(tree) { try tree.ensure("HEAD", "ref: \(Self.nothing)\n", mode: 0o644) }
    }

    private func ensureWorktree(_ control: borrowing FolderHandle) throws(GitError) -> Bool {
        let isFolder = FolderTree.isFolder(worktreePath)
        if !isFolder {
            try setUnfilled(true)
            if FolderTree.exists(worktreePath), unlink(worktreePath) != 0 { throw .system("removing \(worktreePath)") }
            try FolderTree.make(worktreePath)
        }
        let tree = try FolderHandle(path: worktreePath)
        if try tree.kind(of: ".git") == .folder {
            // A repository that the agent made for itself may hold work, so it is moved out of the way.
            let root = try FolderHandle(path: directory)
            let name = "set-aside-\(UInt64.random(in: .min ... .max)).git"
            if renameat(tree.descriptor, ".git", root.descriptor, name) != 0 {
                guard renameat(tree.descriptor, ".git", tree.descriptor, name) == 0 else { throw .system("moving \(worktreePath)/.git") }
            }
        }
        try tree.ensure(".git", "gitdir: \(gitDirectory)/worktrees/\(Self.worktreeName)\n", mode: 0o644)
        return !isFolder
    }

    private func configuration(_ more: String) -> String {
        let extensions = hub.objectFormat == "sha256" ? "[extensions]\n\tobjectFormat = sha256\n" : ""
        return """
            \(extensions)[gc]
            \tauto = 0
            [maintenance]
            \tauto = false
            [core]
            \trepositoryFormatVersion = \(hub.objectFormat == "sha256" ? 1 : 0)
            \tfileMode = true
            \tbare = true
            \t\(HubRepository.durability)
            \(more)
            """
    }

    /// While this mark is there, the worktree's files are not an agent's work but half a checkout: they are never saved as a commit.
    func setUnfilled(_ isUnfilled: Bool) throws(GitError) {
        let control = try FolderHandle(path: controlDirectory)
        if isUnfilled { try control.ensure("cco-unfilled", "") } else { try control.unlink("cco-unfilled") }
    }

    func isUnfilled() throws(GitError) -> Bool {
        try FolderHandle(path: controlDirectory).kind(of: "cco-unfilled") != nil
    }
}
