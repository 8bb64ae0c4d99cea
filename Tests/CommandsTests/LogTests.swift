import Processes
import Testing

@testable import Commands

@Suite("Printing logs") struct LogTests {
    private static let log = """
        2026-01-01T00:00:00.000Z [run] started
        2026-01-01T00:00:01.000Z [worker-1] turn-1 two
            lines
        2026-01-01T00:00:02.000Z [worker-10] turn-2 other
        2026-01-01T00:00:03.000Z [worker-1] turn-1 end

        """

    private func printed(_ path: String, source: String? = nil, last: Int? = nil) async throws -> [String] {
        let lines = Recorder<String>()
        try await LogPrinter(path: path, source: source, lastLines: last, write: { lines.add($0) }).run(following: nil)
        return lines.values
    }

    @Test("a log is printed whole, by source with the lines that belong together, and by its end")
    func printing() async throws {
        let place = try TemporaryPlace()
        try place.write("combined.log", Self.log)
        let path = place.path + "/combined.log"
        #expect(try await printed(path).count == 5)
        #expect(try await printed(path, source: "worker-1").map { String($0.suffix(5)) } == ["1 two", "lines", "1 end"])
        #expect(try await printed(path, last: 2).map { String($0.suffix(5)) } == ["other", "1 end"])
        #expect(try await printed(path, source: "worker-1", last: 1).map { String($0.suffix(5)) } == ["1 end"])
        #expect(try await printed(path, last: 0).isEmpty)
        #expect(try await printed(path, last: 100).count == 5)
    }

    @Test("it is known whose lines a log has")
    func sources() throws {
        let place = try TemporaryPlace()
        try place.write("combined.log", Self.log)
        let printer = LogPrinter(path: place.path + "/combined.log", source: nil, lastLines: nil, write: { _ in })
        #expect(try printer.sources() == ["run", "worker-1", "worker-10"])
    }

    @Test("following prints what is added and ends with the writer")
    func following() async throws {
        let place = try TemporaryPlace()
        try place.write("combined.log", "t [a] first\n")
        let path = place.path + "/combined.log"
        let writer = try StrayProcess(["/bin/sh", "-c", "read line; echo \"t [a] $line\" >> \(path)"], variable: "X=1")
        let identity = try #require(try ProcessIdentity.of(pid: writer.pid))
        let (lines, continuation) = AsyncStream<String>.makeStream(bufferingPolicy: .unbounded)
        let following = Task {
            try await LogPrinter(path: path, source: nil, lastLines: nil, write: { continuation.yield($0) }).run(following: identity)
            continuation.finish()
        }
        var seen: [String] = []
        for await line in lines {
            seen.append(line)
            if seen.count == 1 { writer.say("second") }
        }
        try await following.value
        #expect(seen == ["t [a] first", "t [a] second"])
    }

    @Test("printing and following end when nobody reads any more, though the writer lives", .timeLimit(.minutes(1)))
    func abandoned() async throws {
        let place = try TemporaryPlace()
        try place.write("combined.log", "t [a] first\n")
        let path = place.path + "/combined.log"
        let writer = try StrayProcess(
            ["/bin/sh", "-c", "while read line; do echo \"t [a] $line\" >> \(path); done"], variable: "X=1")
        let identity = try #require(try ProcessIdentity.of(pid: writer.pid))
        let printed = Recorder<String>()
        let (lines, continuation) = AsyncStream<String>.makeStream(bufferingPolicy: .unbounded)
        let following = Task {
            defer { continuation.finish() }
            let printer = LogPrinter(
                path: path, source: nil, lastLines: nil,
                write: { line in
                    printed.add(line)
                    continuation.yield(line)
                }, hasReader: { printed.values.count < 2 })
            try await printer.run(following: identity)
        }
        for await line in lines where line == "t [a] first" { writer.say("second") }
        try await following.value
        #expect(printed.values == ["t [a] first", "t [a] second"])
        #expect(writer.ending() == nil)
        // What is longer than one read is not gone through for nobody.
        try place.write("long.log", String(repeating: "t [a] line\n", count: 100_000))
        let few = Recorder<String>()
        let printer = LogPrinter(
            path: place.path + "/long.log", source: nil, lastLines: nil, write: { few.add($0) }, hasReader: { few.values.isEmpty })
        try await printer.run(following: nil)
        #expect(few.values.count < 100_000)
    }

    @Test("the newest run is found by its name, also after a cleanup")
    func newest() throws {
        let place = try TemporaryPlace()
        try place.write("config/orchestrator.json", #"{"repositoryUrl": "/x", "workerCount": 1, "logDirectory": "../logs"}"#)
        for name in ["2026-01-02-03-04-05", "2026-01-02-03-04-05-2", "2026-01-01-23-00-00", "notes"] {
            try place.write("logs/\(name)/combined.log", "x")
        }
        _ = try place.folder("logs/2027-01-01-00-00-00")
        let surroundings = place.surroundings()
        let config = Place(config: place.path + "/config", workspace: nil, surroundings: surroundings)
        #expect(try RunLogs.find(nil, at: config, surroundings).run == "2026-01-02-03-04-05-2")
        #expect(try RunLogs.find("2026-01-01-23-00-00", at: config, surroundings).folder == place.path + "/logs/2026-01-01-23-00-00")
        #expect(throws: Failure.self) { try RunLogs.find("../config", at: config, surroundings) }
        #expect(throws: Failure.self) { try RunLogs.find("2020-01-01-00-00-00", at: config, surroundings) }
    }
}
