import FoundationEssentials
import Glibc
import Observability
import Orchestration
import Terminal
import Testing

@testable import Commands

/// Wake-ups are awaited; without them a test does not end.
@Suite("Changes of a file", .timeLimit(.minutes(5)))
struct FileChangesTests {
    @Test("a file is told of that comes later, with its folders, and then whenever it grows")
    func later() async throws {
        let place = try TemporaryPlace()
        let path = place.path + "/gates/one/stdout"
        let changes = try FileChanges(path)
        var wakes = changes.stream.makeAsyncIterator()
        await wakes.next()
        try place.write("gates/one/stdout", "begins\n")
        repeat { await wakes.next() } while FileManager.default.contents(atPath: path) != Data("begins\n".utf8)
        for number in 1...3 {
            let file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
            #expect(write(file, "line \(number)\n", 7) == 7)
            close(file)
            await wakes.next()
        }
        withExtendedLifetime(changes) {}
    }

    @Test("a gate's output that is not there yet is no failure")
    func beginning() async throws {
        let fixture = try await RunFixture(events: [])
        let reader = DocumentReader(surroundings: fixture.surroundings, place: fixture.where_)
        var status = try await RunFinder(place: fixture.where_).status().status
        let queue = #"""
            {"target": "main", "candidates": [{"id": "candidate-1", "kind": "task", "task": "task-1", "what": "task-1", "why": "", "head": "a", "state": "gating", "gateRun": "gate-1",
            "since": {"iso": "1970-01-01T00:00:00.000Z", "ms": 0}}]}
            """#
        status.queues = [try JSONDecoder().decode(RunStatus.QueueStatus.self, from: Data(queue.utf8))]
        let early = await reader.document(.gateLog("task-1"), status)
        #expect("\(early)".contains("It begins, and has printed nothing yet."))
        let output = try #require(reader.output(.gateLog("task-1"), status))
        try FileManager.default.createDirectory(
            atPath: String(output.path.dropLast("/stdout".count)), withIntermediateDirectories: true)
        try Data("checking\n".utf8).write(to: URL(filePath: output.path))
        #expect("\(await reader.document(.gateLog("task-1"), status))".contains("[\"checking\"]"))
    }
}
