import Glibc
import Orchestration
import Processes

@testable import Git

/// An origin, a clone to write to it from, and places for a hub and agents: all in one temporary folder that goes away at the end.
struct TemporaryRepository: Sendable {
    let folder: String
    let environment: [String: String]

    static let author = GitIdentity(name: "Test", email: "test@example.invalid")

    var originPath: String { folder + "/origin.git" }
    var seedPath: String { folder + "/seed" }
    var git: Git { Git(environment: environment) }

    /// The same repositories in another process.
    init(existingIn folder: String) {
        self.folder = folder
        environment = [
            "PATH": getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin", "HOME": folder + "/home", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@example.invalid", "GIT_COMMITTER_NAME": "Test",
            "GIT_COMMITTER_EMAIL": "test@example.invalid", "LC_ALL": "C",
        ]
    }

    /// Runs `body` with a fresh folder. The origin is bare and, unless `isEmpty`, has one commit with `readme.txt` on `main`.
    static func with(isEmpty: Bool = false, _ body: (TemporaryRepository) async throws -> Void) async throws {
        var template = Array("/tmp/cco-git-test-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw GitError.system("mkdtemp") }
        let folder = String(cString: made)
        let repository = TemporaryRepository(existingIn: folder)
        let environment = repository.environment
        do {
            try FolderTree.make(folder + "/home")
            try await repository.run("init", "-q", "--bare", "-b", "main", repository.originPath)
            try await repository.run("init", "-q", "-b", "main", repository.seedPath)
            try await repository.seed("remote", "add", "origin", repository.originPath)
            if !isEmpty { try await repository.commit(["readme.txt": "one\ntwo\nthree\n"], "first") }
            try await body(repository)
            try await FolderTree.remove(folder, environment: environment)
        } catch {
            try await FolderTree.remove(folder, environment: environment)
            throw error
        }
    }

    /// Runs git as a user or an agent would, in a folder.
    @discardableResult
    func run(_ arguments: String..., in place: String? = nil) async throws -> String {
        let command = ChildCommand("git", arguments, environment: environment, workingDirectory: place ?? folder)
        let result = try await command.run()
        guard result.succeeded else { throw Git.failure(of: arguments, result) }
        return result.outputText.trimmed
    }

    @discardableResult
    func seed(_ arguments: String...) async throws -> String {
        let result = try await ChildCommand("git", arguments, environment: environment, workingDirectory: seedPath).run()
        guard result.succeeded else { throw Git.failure(of: arguments, result) }
        return result.outputText.trimmed
    }

    @discardableResult
    func shell(_ script: String, in place: String? = nil) async throws -> String {
        let result = try await ChildCommand("sh", ["-ec", script], environment: environment, workingDirectory: place ?? folder).run()
        guard result.succeeded else { throw Git.failure(of: ["sh", script], result) }
        return result.outputText.trimmed
    }

    /// Commits files in the seed clone (nil deletes) and pushes its HEAD to the origin's branch.
    @discardableResult
    func commit(_ files: [String: String?], _ message: String, branch: String = "main") async throws -> ObjectID {
        for (path, content) in files { try write(path, content, in: seedPath) }
        try await seed("add", "-A")
        try await seed("commit", "-q", "--allow-empty", "-m", message)
        try await seed("push", "-q", "origin", "HEAD:refs/heads/\(branch)")
        return try await head(seedPath)
    }

    func head(_ place: String, _ ref: String = "HEAD") async throws -> ObjectID {
        let text = try await run("rev-parse", "--verify", ref, in: place)
        guard let id = ObjectID(text) else { throw GitError.invalid("rev-parse", text) }
        return id
    }

    func write(_ path: String, _ content: String?, in place: String) throws {
        let root = try FolderHandle(path: place)
        let parts = path.split(separator: "/").map(String.init)
        let parent = try root.makingFolders(Array(parts.dropLast()))
        if let content {
            try parent.write(parts[parts.count - 1], Array(content.utf8), mode: 0o644)
        } else {
            try parent.unlink(parts[parts.count - 1])
        }
    }

    func read(_ path: String, in place: String) throws -> String? {
        let parts = path.split(separator: "/").map(String.init)
        let parent = try FolderHandle(path: place).descend(Array(parts.dropLast()))
        return try parent?.read(parts[parts.count - 1], limit: 8 << 20).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The hub of this folder, with `main` fetched if there is one.
    func hub(_ options: [String] = [], origin: String? = nil) async throws -> HubRepository {
        let hub = try await HubRepository.createOrOpen(
            at: folder + "/run/hub.git", origin: RemoteURL(origin ?? originPath, relativeTo: folder), git: git,
            cloneOptions: CloneOptions(options))
        _ = try await hub.fetchOrigin(branch: "main")
        return hub
    }

    func agent(_ name: String, _ hub: HubRepository) throws -> AgentRepository {
        try AgentRepository.create(
            hub: hub, directory: "\(folder)/run/agents/\(name)", worktreePath: "\(folder)/run/worktrees/\(name)", identity: Self.author)
    }

    /// A commit in the hub: `base` with some files changed.
    func change(_ hub: HubRepository, _ base: ObjectID, _ files: [String: [UInt8]?], _ message: String = "change") async throws -> ObjectID
    {
        let tree = try await hub.replacingFiles(in: base, files)
        return try await hub.commitTree(tree, parents: [base], message: message, author: Self.author, date: 1_700_000_000)
    }
}

extension String {
    var bytes: [UInt8] { Array(utf8) }
}
