import ArgumentParser
import ControlAPI
import Engine
import Foundation
import Journal
import Orchestration
import Testing

@testable import Commands

@Suite("Following a run") struct RunFollowerTests {
    @Test(
        "a run that stands still is read once, however often it is looked after, and again when its log has grown",
        .timeLimit(.minutes(2)))
    func standing() async throws {
        let fixture = try await RunFixture(events: [.suspended("cco pause")])
        let log = "config/\(fixture.folder.id)/combined.log"
        try fixture.place.write(log, "2026-01-01T00:00:00.000Z [run] begins\n")
        let (status, isLive) = try await RunFinder(place: fixture.where_).status()
        let follower = try RunFollower(surroundings: fixture.surroundings, place: fixture.where_, status: status, isLive: isLive)
        let first = await follower.moment.version
        let following = Task { try await follower.run() }
        defer { following.cancel() }
        /// The follower's version once it has been answered so often.
        func version(after answers: Int) async -> Int? {
            for await _ in await follower.changes() where await follower.answers >= answers { return await follower.moment.version }
            return nil
        }
        // When it begins it looks after the log and after an engine: there is nothing new, and none.
        #expect(await version(after: 2) == first)
        let file = try FileHandle(forWritingTo: URL(filePath: fixture.place.path + "/" + log))
        try file.seekToEnd()
        try file.write(contentsOf: Data("2026-01-01T00:00:01.000Z [run] goes on\n".utf8))
        try file.close()
        for await _ in await follower.changes() where await follower.moment.version > first { break }
        #expect(await follower.moment.version > first)
    }

    @Test("what no line of the log tells is looked after as well: the journal's growth is enough", .timeLimit(.minutes(2)))
    func quiet() async throws {
        let fixture = try await RunFixture(events: [])
        try fixture.place.write("config/\(fixture.folder.id)/combined.log", "")
        let run = try #require(try RunHost.read(fixture.folder))
        try await EngineStandIn.serving(fixture, run) { engine in
            let (status, isLive) = try await RunFinder(place: fixture.where_).status()
            let follower = try RunFollower(surroundings: fixture.surroundings, place: fixture.where_, status: status, isLive: isLive)
            let following = Task { try await follower.run() }
            defer { following.cancel() }
            /// Looks after the log's first wake and the journal's first answer; there are no more until it grows.
            for await _ in await follower.changes() where await follower.answers >= 2 { break }
            await engine.growth.open()
            for await _ in await follower.changes() where await follower.answers >= 3 { break }
            #expect(await follower.moment.isLive)
        }
    }

    @Test("a run that was named is shown whatever begins after it, and what is meant for it reaches no other", .timeLimit(.minutes(2)))
    func named() async throws {
        let fixture = try await RunFixture(events: [.suspended("cco pause")])
        try fixture.place.write("config/\(fixture.folder.id)/combined.log", "")
        let named = fixture.folder.id
        // One that is the newest when it is named.
        let (status, isLive) = try await RunFinder(place: fixture.where_).status()
        let follower = try RunFollower(
            surroundings: fixture.surroundings, place: fixture.where_, status: status, isLive: isLive, only: named)
        let later = fixture.folder.workspace.folder(of: ID("2026-01-02-03-04-06"))
        _ = try fixture.place.folder("config/workspace/runs/\(later.id)")
        let now = Timestamp(milliseconds: 1_767_323_046_000)
        let journal = try Journal(folder: later.path, identity: JournalIdentity(run: later.id.name, created: now, version: "test"))
        _ = try journal.append([EventRecord.encode(.runStarted(later.id, RunFixture.settings(fixture.origin), seed: 1), at: now)])
        try journal.close()
        try fixture.folder.workspace.setCurrent(later.id)
        let run = try #require(try RunHost.read(later))
        try await EngineStandIn.serving(fixture, run) { engine in
            let following = Task { try await follower.run() }
            defer { following.cancel() }
            for await _ in await follower.changes() where await follower.answers >= 1 { break }
            let moment = await follower.moment
            #expect(moment.status.run == named.name && !moment.isLive && moment.status.suspension == "cco pause")
            await #expect(throws: ControlClientError.self) { try await follower.pause(with: "a test") }
            let pages = FollowedRun(follower: follower, place: fixture.where_, surroundings: fixture.surroundings)
            let order = #"{"id": "1", "kind": "tell", "agent": "director", "text": "Hurry."}"#
            await #expect { try await pages.order(Array(order.utf8)) } throws: { ($0 as? ControlProblem)?.code == "no-engine" }
            #expect(engine.orders.values.isEmpty)
            #expect(try await pages.cost().run == named.name)
            let page = try await pages.journal(after: 0, limit: 10)
            #expect(page.run == named.name && page.entries.count == 2)
            // An earlier one from the beginning.
            #expect(try RunFollower.earlier(named, at: fixture.where_)?.run == named.name)
        }
    }

    @Test("a run of which there is no journal is not shown: what there is is said", .timeLimit(.minutes(2)))
    func unknown() async throws {
        let fixture = try await RunFixture()
        let web = try #require(
            try Root.parseAsRoot(["web", "--run", "2020-01-01-00-00-00", "--config", fixture.place.path + "/config"]) as? Web)
        await #expect {
            try await Surroundings.$current.withValue(fixture.surroundings) { try await web.run() }
        } throws: {
            ($0 as? Failure)?.status == .usage && "\($0)".contains("no journal of a run") && "\($0)".contains(fixture.folder.id.name)
        }
    }
}
