import ConfigurationFiles
import Engine
import FoundationEssentials
import Git
import Glibc
import Journal
import Orchestration
import Processes

@testable import Commands

/// A folder of one test, gone with the value.
final class TemporaryPlace: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/cco-commands-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { $0.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } }
        guard let made else { throw SystemFailure.current("make a folder") }
        path = made
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var git: [String: String] {
        [
            "PATH": "/usr/bin:/bin", "HOME": path, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "A",
            "GIT_AUTHOR_EMAIL": "a@example.invalid",
            "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.invalid",
        ]
    }

    func folder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
        return "\(path)/\(name)"
    }

    func write(_ name: String, _ text: String, mode: Int = 0o644) throws {
        let slash = name.lastIndex(of: "/")
        if let slash { _ = try folder(String(name[..<slash])) }
        try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: "\(path)/\(name)")
    }

    func read(_ name: String) throws -> String { String(decoding: try Data(contentsOf: URL(filePath: "\(path)/\(name)")), as: UTF8.self) }

    /// Runs a shell script in the folder and returns its output without the last line feed.
    @discardableResult
    func shell(_ script: String) async throws -> String {
        let result = try await ChildCommand("/bin/sh", ["-ec", script], environment: git, workingDirectory: path).run()
        guard result.succeeded else { throw Failure("\(script): \(result.errorText)", .unexpected) }
        return result.outputText.hasSuffix("\n") ? String(result.outputText.dropLast()) : result.outputText
    }

    func surroundings(_ console: ScriptedConsole = ScriptedConsole(), environment: [String: String] = [:], executable: String? = nil)
        -> Surroundings
    {
        Surroundings(
            environment: ["PATH": "/usr/bin:/bin", "HOME": path].merging(environment) { $1 }, currentFolder: path, console: console.console,
            executable: executable ?? "\(path)/bin/cco")
    }
}

/// A configuration, an origin and a workspace with one run in it, as an engine leaves them.
struct RunFixture {
    let place: TemporaryPlace
    let console = ScriptedConsole()
    let folder: RunFolder
    let origin: String
    let start: ObjectID

    /// - Parameter events: what follows the run's start.
    init(events: [Event] = [.ended(.complete)]) async throws {
        place = try TemporaryPlace()
        try await place.shell(
            "git init -q -b main seed; cd seed; echo hello > a.txt; git add .; git commit -qm start; cd ..; git clone -q --bare seed origin.git"
        )
        origin = place.path + "/origin.git"
        guard let id = ObjectID(try await place.shell("git -C seed rev-parse HEAD")) else { throw Failure("no commit", .unexpected) }
        start = id
        try place.write("config/orchestrator.json", #"{"repositoryUrl": "../origin.git", "workerCount": 1}"#)
        let workspace = Workspace(path: place.path + "/config/workspace")
        try workspace.prepare()
        // Processes are found by the run's id, so every test has its own.
        folder = workspace.folder(of: ID("2026-01-02-03-04-05-\(UInt32.random(in: 2 ... .max))"))
        _ = try place.folder("config/workspace/runs/\(folder.id)")
        let now = Timestamp(milliseconds: 1_767_323_045_000)
        let journal = try Journal(folder: folder.path, identity: JournalIdentity(run: folder.id.name, created: now, version: "test"))
        let all: [Event] = [.runStarted(folder.id, RunFixture.settings(origin), seed: 1)] + events
        _ = try journal.append(all.map { try EventRecord.encode($0, at: now) })
        try journal.close()
        try workspace.setCurrent(folder.id)
    }

    var surroundings: Surroundings { place.surroundings(console) }
    var where_: Place { Place(config: place.path + "/config", workspace: nil, surroundings: surroundings) }

    func hub() async throws -> HubRepository {
        try await HubRepository.createOrOpen(
            at: folder.hub, origin: try RemoteURL(origin, relativeTo: "/"), git: Git(environment: place.git))
    }

    static func settings(_ repository: String) -> RunSettings {
        RunSettings(
            repository: repository, branch: "main", targetBranch: "main", workerCount: 1, engineerManagerGroupSize: 4, maxRunMinutes: 10,
            maxBudgetUsd: nil, taskTimeoutMinutes: 10, review: .em, promotion: .director, push: true, maxTaskAttempts: 3,
            verifyCommand: "true",
            verifyTimeoutMinutes: 5, gateSlots: 1, credentials: [CredentialSlot(id: ID("key-1"), tier: 0)])
    }
}
