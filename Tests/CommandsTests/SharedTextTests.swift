import ArgumentParser
import Engine
import Observability
import Orchestration
import Testing

@testable import Commands

/// Texts of a run that others get to see.
@Suite("Secrets in what is shown")
struct SharedTextTests {
    private static let secret = "s3cr3t-value-of-the-env-file"
    /// Written otherwise in HTML.
    private static let marked = #"<p&ss"w'rd>-of-the-database"#

    private func fixture() async throws -> RunFixture {
        let task = TeamTask(
            id: ID("task-1"), team: ID("team-1"), title: "Write \(Self.secret) with \(Self.marked)", description: "d", acceptance: "a",
            paths: ["a"], dependsOn: [], createdAt: Timestamp(milliseconds: 1))
        let fixture = try await RunFixture(events: [.taskAdded(task), .suspended("It was \(Self.secret).")])
        try fixture.place.write("config/.env", "SERVICE_TOKEN=\(Self.secret)\nDATABASE_PASSWORD=\(Self.marked)\n", mode: 0o600)
        try fixture.place.write("config/\(fixture.folder.id)/combined.log", "")
        return fixture
    }

    private func run(_ arguments: [String], _ fixture: RunFixture) async throws {
        let command = try Root.parseAsRoot(arguments + ["--config", fixture.place.path + "/config"])
        guard var command = command as? any AsyncParsableCommand else { throw Failure("not asynchronous", .unexpected) }
        try await Surroundings.$current.withValue(fixture.surroundings) { try await command.run() }
    }

    private static let commands = [
        ["report", "--html", "-"], ["report"], ["report", "--json"], ["replay"], ["replay", "--at", "2", "--json"], ["status"],
        ["status", "--json"], ["task", "list"], ["task", "list", "--json"], ["task", "show", "task-1"],
        ["task", "show", "task-1", "--json"],
    ]

    @Test("a report, a replay and what is printed of a run without an engine have none", arguments: commands)
    func free(_ command: [String]) async throws {
        let fixture = try await fixture()
        try await run(command, fixture)
        #expect(fixture.console.text.contains("redacted:") && !fixture.console.text.contains(Self.secret), "\(fixture.console.text)")
        #expect(!fixture.console.text.contains("-of-the-database"), "\(fixture.console.text)")
    }

    @Test("when they cannot all be known nothing is shown, and why is said", arguments: commands)
    func unknown(_ command: [String]) async throws {
        let fixture = try await fixture()
        try fixture.place.write("config/api-keys.json", "{ no", mode: 0o600)
        await #expect {
            try await run(command, fixture)
        } throws: {
            "\($0)".contains("api-keys.json")
        }
        #expect(fixture.console.text.isEmpty)
    }

    @Test("a view of a run that stands still has none in its state, and reads no past while they are not known")
    func view() async throws {
        let fixture = try await fixture()
        let (place, surroundings) = (fixture.where_, fixture.surroundings)
        let (status, isLive) = try await RunFinder(place: place).status()
        let follower = try RunFollower(
            surroundings: surroundings, place: place, status: status, isLive: isLive, redactor: { try place.redactor(surroundings) })
        #expect(await follower.moment.status.suspension == "It was <redacted:.env-SERVICE_TOKEN>.")
        let past = FollowedPast(surroundings: surroundings, place: place, run: status.run, follower: follower)
        #expect(try await past.timeline(after: 0, limit: 100).marks.isEmpty == false)
        try fixture.place.write("config/api-keys.json", "{ no", mode: 0o600)
        let later = FollowedPast(surroundings: surroundings, place: place, run: status.run, follower: follower)
        await #expect(throws: (any Error).self) { try await later.timeline(after: 0, limit: 100) }
        #expect(throws: (any Error).self) {
            try RunFollower(
                surroundings: surroundings, place: place, status: status, isLive: false, redactor: { try place.redactor(surroundings) })
        }
    }
}
