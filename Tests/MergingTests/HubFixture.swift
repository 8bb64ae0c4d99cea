import Foundation
import Git
import Orchestration
import Processes

/// A bare origin with one commit on `main` and a hub beside it, in a temporary folder that goes away at the end.
struct HubFixture: Sendable {
    let folder: String
    let hub: HubRepository
    /// The commit that `main` has at the origin and in the hub.
    let start: ObjectID

    static let ours = GitIdentity(name: "cco", email: "cco@test.invalid")
    static let agent = GitIdentity(name: "worker-1", email: "worker-1@test.invalid")
    static let main = "refs/heads/main"

    var originPath: String { folder + "/origin.git" }

    /// The files of the first commit.
    static let files = [
        "TEAM_STRUCTURE.md": "the team\n", "PROJECT_DIRECTION.md": "the goal\n", "readme.txt": "one\ntwo\nthree\n",
    ]

    static func with(_ body: (HubFixture) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "cco-merging-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }  // A left-over temporary folder is no failure of the test.
        _ = try await run(["init", "-q", "--bare", "-b", "main", folder + "/origin.git"], in: folder)
        let hub = try await open("hub", in: folder)
        let root = try await hub.rootCommit(message: "Start", author: ours, date: 1)
        let tree = try await hub.replacingFiles(in: root, files.mapValues { Array($0.utf8) })
        let start = try await hub.commitTree(tree, parents: [], message: "Start", author: agent, date: 1)
        guard try await hub.push(start, toBranch: "main", alsoNotes: false).branch == .pushed else { throw CocoaError(.fileWriteUnknown) }
        try await hub.setRef(main, to: start)
        try await body(HubFixture(folder: folder, hub: hub, start: start))
    }

    private static var environment: [String: String] {
        ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"]
    }

    private static func open(_ name: String, in folder: String) async throws -> HubRepository {
        try await HubRepository.createOrOpen(
            at: "\(folder)/\(name).git", origin: RemoteURL(folder + "/origin.git", relativeTo: folder),
            git: Git(environment: environment.merging(["HOME": folder]) { $1 }))
    }

    @discardableResult
    private static func run(_ arguments: [String], in folder: String) async throws -> String {
        let result = try await ChildCommand(
            "git", arguments, environment: environment.merging(["HOME": folder]) { $1 }, workingDirectory: folder
        ).run()
        guard result.succeeded else { throw CocoaError(.executableLoad, userInfo: [NSLocalizedDescriptionKey: result.errorText]) }
        return result.outputText.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// What `main` is at the origin.
    func originMain() async throws -> String {
        try await Self.run(["--git-dir", originPath, "rev-parse", Self.main], in: folder)
    }

    /// Somebody else pushes a change to the origin's `main`.
    func pushFromOutside() async throws -> ObjectID {
        let other = try await Self.open("other", in: folder)
        guard let head = try await other.fetchOrigin(branch: "main") else { throw CocoaError(.fileNoSuchFile) }
        let tree = try await other.replacingFiles(in: head, ["outside.txt": Array("outside\n".utf8)])
        let commit = try await other.commitTree(tree, parents: [head], message: "From outside", author: Self.agent, date: 50)
        guard try await other.push(commit, toBranch: "main", alsoNotes: false).branch == .pushed else {
            throw CocoaError(.fileWriteUnknown)
        }
        return commit
    }

    /// Has the origin run a script before it takes a push.
    func installHook(_ script: String) throws {
        let path = originPath + "/hooks/pre-receive"
        try FileManager.default.createDirectory(atPath: originPath + "/hooks", withIntermediateDirectories: true)
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    /// A commit on top of `base` with some files changed; `nil` deletes.
    func commit(_ files: [String: String?], on base: ObjectID, _ message: String = "Work", by author: GitIdentity = agent) async throws
        -> ObjectID
    {
        let tree = try await hub.replacingFiles(in: base, files.mapValues { $0.map { Array($0.utf8) } })
        return try await hub.commitTree(tree, parents: [base], message: message, author: author, date: 10)
    }

    /// A commit on top of the first one with a file in a folder whose name is not UTF-8.
    func commitOfOddFolder(holding name: String) async throws -> ObjectID {
        let git = "git --git-dir '\(hub.path)'"
        let script = """
            blob=$(echo plain | \(git) hash-object -w --stdin)
            inner=$(printf '100644 blob %s\\t\(name)\\n' "$blob" | \(git) mktree)
            { \(git) ls-tree \(start); printf '040000 tree %s\\tcaf\\351\\n' "$inner"; } | \(git) mktree
            """
        let result = try await ChildCommand(
            "/bin/sh", ["-ec", script], environment: Self.environment.merging(["HOME": folder]) { $1 }, workingDirectory: folder
        ).run()
        guard let tree = ObjectID(result.outputText.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw CocoaError(.executableLoad, userInfo: [NSLocalizedDescriptionKey: result.errorText])
        }
        return try await hub.commitTree(tree, parents: [start], message: "Odd", author: Self.agent, date: 10)
    }

    func text(_ path: String, at commit: ObjectID) async throws -> String? {
        try await hub.file(at: commit, path: path, limit: 1 << 20).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Every path that any commit of `head`'s history since `base` adds or changes, and every text they add.
    func history(of head: ObjectID, since base: ObjectID) async throws -> String {
        try await Self.run(["--git-dir", hub.path, "log", "-p", "-m", "--format=%H %s", "\(base)..\(head)"], in: folder)
    }

    /// The parents of a commit.
    func parents(of commit: ObjectID) async throws -> [String] {
        try await Self.run(["--git-dir", hub.path, "show", "-s", "--format=%P", commit.hex], in: folder).split(separator: " ").map(
            String.init)
    }
}
