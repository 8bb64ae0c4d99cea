import Foundation
import Git
import Orchestration
import Processes
import Testing

@testable import Engine

@Suite("Watching origin", .timeLimit(.minutes(1)))
struct OriginWatchTests {
    private static let main = "refs/heads/main"
    private static let identity = GitIdentity(name: "Test", email: "test@test.invalid")
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func hub(_ name: String) async throws -> HubRepository {
        let environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder.path, "GIT_CONFIG_NOSYSTEM": "1",
        ]
        let origin = folder.path + "/origin.git"
        let made = try await ChildCommand("git", ["init", "-q", "--bare", "-b", "main", origin], environment: environment).run()
        try #require(made.succeeded)
        return try await HubRepository.createOrOpen(
            at: "\(folder.path)/\(name).git", origin: RemoteURL(origin, relativeTo: folder.path), git: Git(environment: environment))
    }

    private func commit(_ hub: HubRepository, on parent: ObjectID?, _ message: String) async throws -> ObjectID {
        let root = try await hub.rootCommit(message: message, author: Self.identity, date: 1)
        let tree = try await hub.replacingFiles(in: root, ["PROJECT_DIRECTION.md": Array(message.utf8)])
        return try await hub.commitTree(tree, parents: parent.map { [$0] } ?? [], message: message, author: Self.identity, date: 1)
    }

    /// What the decisions note when origin refuses the run's branch.
    private static func fallback() throws -> PushFallback {
        try JSONDecoder().decode(PushFallback.self, from: Data(#"{"branch": "elsewhere", "reason": "protected"}"#.utf8))
    }

    private func run(push: Bool = true) -> Run {
        var settings = EngineFixture.settings
        settings.push = push
        return Run(id: ID("run-1"), settings: settings, seed: 1, at: ManualClock.begin)
    }

    @Test("what somebody pushed to origin is the hub's target branch afterwards; without pushing, the hub stays by itself")
    func follows() async throws {
        let hub = try await hub("hub")
        let first = try await commit(hub, on: nil, "first")
        #expect(try await hub.push(first, toBranch: "main", alsoNotes: false).branch == .pushed)
        try await hub.setRef(Self.main, to: first)
        let second = try await commit(hub, on: first, "second")
        #expect(try await hub.push(second, toBranch: "main", alsoNotes: false).branch == .pushed)
        let watch = OriginWatch(hub: hub)
        #expect(try await watch.look(run(push: false)).head == first)
        var diverted = run()
        diverted.fallback = try Self.fallback()
        #expect(try await watch.look(diverted).head == first)
        #expect(diverted.pushBranch == "elsewhere")
        let facts: BaseFacts = try await watch.look(run())
        #expect(facts.head == second)
        #expect(facts.tree == (try await hub.tree(of: second)))
        #expect(facts.direction == (try await hub.blobID(at: second, path: "PROJECT_DIRECTION.md")))
        #expect(try await hub.resolve(Self.main) == second)
    }

    @Test("an origin that is behind the hub, or went another way, moves nothing")
    func behind() async throws {
        let hub = try await hub("hub")
        let first = try await commit(hub, on: nil, "first")
        #expect(try await hub.push(first, toBranch: "main", alsoNotes: false).branch == .pushed)
        for message in ["ahead", "another way"] {
            let own = try await commit(hub, on: message == "ahead" ? first : nil, message)
            try await hub.setRef(Self.main, to: own)
            #expect(try await OriginWatch(hub: hub).look(run()).head == own)
            #expect(try await hub.resolve(Self.main) == own)
        }
    }

    @Test("a branch that neither origin nor the hub has is an error that names it")
    func noBranch() async throws {
        let watch = OriginWatch(hub: try await hub("hub"))
        await #expect {
            _ = try await watch.look(run())
        } throws: { $0 is BaseError && "\($0)".contains("main") }
    }
}
