import Engine
import Foundation
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
}
