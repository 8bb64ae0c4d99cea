import Engine
import FoundationEssentials
import Glibc
import Journal
import Orchestration
import Processes

/// What a step of a run with many tasks costs: decided, encoded, durable, and its effects begun, by the engine itself. Against a program that
/// inserts the very same rows with a prepared statement, in the same commits, into a copy of the same database.
///
/// `transitions FOLDER TASKS WINDOW PAIRS ROWS-PROGRAM`
struct Transitions {
    private let folder: String
    private let tasks: Int
    private let window: Int
    private let pairs: Int
    private let rows: String

    private struct Report: Encodable {
        var tasks: Int
        var events: Int
        var bytes: Int
        var readings: [Reading] = []
    }

    private struct Reading: Encodable {
        var events: Int
        var commits: Int
        var seconds: Double
        var processorSeconds: Double
        var rowSeconds: Double
    }

    init(_ words: inout Words) throws {
        folder = try words.next("the folder")
        tasks = try words.number("the tasks")
        window = try words.number("the window")
        pairs = try words.number("the pairs")
        rows = try words.next("the program that inserts rows")
    }

    func measure() async throws {
        let identity = JournalIdentity(run: "bench", created: Timestamp(milliseconds: 0), version: "bench")
        var journal = try Journal(folder: folder, identity: identity)
        var growth = try Growth(tasks: tasks + window * pairs + 10_000)
        try growth.grow(until: tasks, into: journal)
        let events = Int(journal.lastSequence)
        try journal.close()
        let path = folder + "/journal.sqlite"
        var report = Report(tasks: tasks, events: events, bytes: try size(of: path))
        _ = try await command(["cp", path, path + ".rows"])
        journal = try Journal(existingIn: folder)
        var run = growth.run
        let world = growth.world
        for _ in 0..<pairs {
            let carrier = ImaginedCarrier(world, landings: window)
            let clock = SystemClock()
            let first = journal.lastSequence
            let engine = Engine(run: run, journal: journal, carrier: carrier, clock: clock, observer: carrier)
            let watch = Stopwatch()
            await engine.start(settings: ImaginedWorld.settings())
            try await carrier.landed()
            let (seconds, processorSeconds) = (watch.seconds, watch.processorSeconds)
            await engine.submit(.suspend("the window is over"))
            await engine.standstill()
            run = await engine.run
            let commits = carrier.commits
            let count = commits.reduce(0, +)
            try dump(try journal.events(after: first, limit: count), commits, to: folder + "/window")
            let answer = try await command([rows, "insert", path + ".rows", folder + "/window"])
            guard let rowSeconds = Double(answer.trimmed) else { throw Failure("\(rows) said \(answer)") }
            report.readings.append(
                Reading(
                    events: count, commits: commits.count, seconds: seconds, processorSeconds: processorSeconds, rowSeconds: rowSeconds))
        }
        try journal.close()
        try FileHandleOutput.json(report)
    }

    /// Commits one after the other: how many records, and of each the time, the kind and the body with their lengths.
    private func dump(_ events: [JournalEvent], _ commits: [Int], to path: String) throws {
        var bytes: [UInt8] = []
        func add<Value: FixedWidthInteger>(_ value: Value) { withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) } }
        var rest = events[...]
        for count in commits {
            add(UInt32(count))
            for event in rest.prefix(count) {
                add(event.sequence)
                add(event.record.time.milliseconds)
                add(UInt32(event.record.kind.utf8.count))
                bytes.append(contentsOf: event.record.kind.utf8)
                add(UInt32(event.record.body.count))
                bytes.append(contentsOf: event.record.body)
            }
            rest = rest.dropFirst(count)
        }
        try Data(bytes).write(to: URL(filePath: path))
    }

    private func size(of path: String) throws -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw Failure("there is no \(path)") }
        return Int(status.st_size)
    }
}

/// Runs a program that has to succeed, and returns what it printed.
func command(_ words: [String]) async throws -> String {
    let result = try await ChildCommand(
        words[0], Array(words.dropFirst()), environment: ["PATH": "/usr/bin:/bin"], timeout: .seconds(600)
    ).run()
    guard result.succeeded else { throw Failure("\(words.joined(separator: " ")): \(result.errorText)") }
    return result.outputText
}

extension String {
    var trimmed: String { String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()) }
}
