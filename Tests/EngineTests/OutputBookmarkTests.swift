import Agents
import Foundation
import Glibc
import Journal
import Observability
import Orchestration
import Processes
import Testing

@testable import Engine

@Suite("Where a turn's output is read on", .timeLimit(.minutes(2)))
struct OutputBookmarkTests {
    /// Writes 300 lines, waits for `go` in its home folder, and writes 50 more.
    private static let script = """
        lines() { i=$1; while [ $i -lt $2 ]; do echo "line-$i. \(String(repeating: "x", count: 990))"; i=$((i + 1)); done; }
        lines 0 300; read ignored < "$HOME/go"; lines 300 350
        """

    private func journal(_ folder: TemporaryFolder) throws -> Journal {
        try Journal(
            folder: folder.path + "/journal", identity: JournalIdentity(run: "run-1", created: ManualClock.begin, version: "1.0.0"))
    }

    /// The pipe on which the script waits, open for both ends so that nobody waits for the other to open it.
    private func gate(_ folder: TemporaryFolder) throws -> FileHandle {
        try #require(mkfifo(folder.path + "/go", 0o600) == 0)
        return FileHandle(fileDescriptor: open(folder.path + "/go", O_RDWR | O_CLOEXEC), closeOnDealloc: true)
    }

    private func logged(_ test: WorkplaceFixture) throws -> [String] {
        try String(contentsOfFile: test.resources.log.folder + "/combined.log", encoding: .utf8).split(separator: "\n").map(String.init)
    }

    @Test(
        "the next engine reads on from the byte that the journal has, comes to the same as if it read everything, and logs each line once")
    func readsOn() async throws {
        let whole = try await WorkplaceFixture(Self.script)
        let open = try gate(whole.folder)
        try open.write(contentsOf: Data("\n".utf8))
        let expected = try await whole.outcome()
        #expect(expected.account.modelTurns == 350)

        let test = try await WorkplaceFixture(Self.script)
        let gate = try gate(test.folder)
        let journal = try journal(test.folder)
        let first = _Concurrency.Task { try await test.outcome(journal) }
        // Wherever it is by then: what is taken up is the journal's place, and the log's is further on.
        while try journal.position(of: WorkplaceFixture.turn.name) == nil { await _Concurrency.Task.yield() }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        let place = try #require(try journal.position(of: WorkplaceFixture.turn.name))
        #expect(place.offset >= OutputBookmark.interval)

        try gate.write(contentsOf: Data("\n".utf8))
        let outcome = try await test.outcome(journal)
        // A pipe that nobody holds open forgets what was written to it.
        withExtendedLifetime((open, gate)) {}
        #expect(outcome.account == expected.account)
        let log = try logged(test)
        // The first engine may still have been writing a later place.
        let places = log.compactMap { $0.firstMatch(of: /turn-1's output is read on from byte (\d+)/).flatMap { Int64($0.1) } }
        #expect(try #require(places.first) >= place.offset)
        for number in 0..<350 {
            let count = log.count { $0.contains("line-\(number).") }
            #expect(count == 1, "line \(number) was logged \(count) times")
        }
    }

    @Test("without a place that fits it is read from the beginning")
    func fitsNot() async throws {
        let test = try await WorkplaceFixture("i=0; while [ $i -lt 100 ]; do echo \"line $i\"; i=$((i + 1)); done")
        let journal = try journal(test.folder)
        _ = try await test.outcome()
        let process = try #require(try test.resources.launcher.attach(directory: test.resources.folder.turn(WorkplaceFixture.turn)))
        let other = try await WorkplaceFixture("exit 0")
        _ = try await other.outcome()
        let stranger = try #require(try other.resources.launcher.attach(directory: other.resources.folder.turn(WorkplaceFixture.turn)))

        var known = ScriptReader()
        for number in 0..<10 { _ = known.take(Data("line \(number)".utf8)) }
        let progress = TurnProgress(limits: test.resources.progressLimits)
        func memory(_ reader: any TurnReading, of process: SupervisedProcess, program: String = RunSnapshot.thisProgram) throws -> [UInt8] {
            try TurnMemory(reader, progress: progress, gaveUp: true, of: process, program: program).encoded()
        }
        func takenUp(_ offset: Int64, _ body: [UInt8]) throws -> (offset: Int64, gaveUp: Bool, reader: any TurnReading) {
            try journal.writePosition(.init(turn: WorkplaceFixture.turn.name, offset: offset, body: body))
            let bookmark = OutputBookmark(of: WorkplaceFixture.turn, process, journal: journal, log: test.resources.log)
            var reader: any TurnReading = ScriptReader()
            let watch = ProgressWatch(limits: test.resources.progressLimits, clock: test.resources.clock) { _ in }
            let start = bookmark.takeUp(&reader, watch)
            return (start.offset, start.gaveUp, reader)
        }
        // Ten lines of seven bytes.
        let good = try takenUp(70, memory(known, of: process))
        #expect(good.offset == 70 && good.gaveUp && good.reader as? ScriptReader == known)
        let bad: [(String, Int64, [UInt8])] = [
            ("not at a line's end", 71, try memory(known, of: process)),
            ("behind the end of the output", 100_000, try memory(known, of: process)),
            ("before the beginning", -1, try memory(known, of: process)),
            ("another program's", 70, try memory(known, of: process, program: "an older one")),
            ("another process's", 70, try memory(known, of: stranger)),
            ("another kind of reader", 70, try memory(OtherReader(), of: process)),
            ("torn", 70, try memory(known, of: process).dropLast(5)),
            ("empty", 70, []),
        ]
        for (name, offset, body) in bad {
            let start = try takenUp(offset, body)
            #expect(start.offset == 0 && !start.gaveUp && start.reader as? ScriptReader == ScriptReader(), "\(name)")
        }
    }

    @Test("a gigabyte of output makes fewer than a hundred commits")
    func fewPlaces() {
        var (offset, count): (Int64, Int) = (0, 0)
        while offset < 1 << 30 { (offset, count) = (OutputBookmark.next(after: offset), count + 1) }
        #expect(count < 100)
    }

    @Test("when a turn has ended its place is forgotten")
    func forgotten() async throws {
        let test = try await WorkplaceFixture()
        let journal = try journal(test.folder)
        for turn in ["turn-1", "turn-2"] { try journal.writePosition(.init(turn: turn, offset: 1, body: [])) }
        let narrator = Narrator(resources: test.resources, journal: journal, run: test.run) { _ in }
        let event = Event.turnEnded(WorkplaceFixture.turn, TurnOutcome(end: .silent))
        _ = try journal.append([try EventRecord.encode(event, at: ManualClock.begin)])
        await narrator.drain()
        #expect(try journal.turnsWithPosition() == ["turn-2"])
    }

    @Test("what a turn has left on the disk goes even when the journal can write nothing, and its place at the next start")
    func clearedFirst() async throws {
        let test = try await WorkplaceFixture()
        let journal = try journal(test.folder)
        try journal.writePosition(.init(turn: "turn-1", offset: 1, body: []))
        let folder = test.resources.folder.turn(WorkplaceFixture.turn)
        try PrivateFiles.makeFolder(folder)
        try PrivateFiles.write(Array("output".utf8), to: folder + "/stdout", isSynced: false)
        // What is in memory by now is still told; nothing else can be read or written.
        let narrator = Narrator(resources: test.resources, journal: journal, run: test.run) { _ in try? journal.close() }
        let event = Event.turnEnded(WorkplaceFixture.turn, TurnOutcome(end: .silent))
        _ = try journal.append([try EventRecord.encode(event, at: ManualClock.begin)])
        await narrator.drain()
        #expect(!PrivateFiles.exists(folder))
        let again = try Journal(existingIn: test.folder.path + "/journal")
        #expect(try again.turnsWithPosition() == ["turn-1"])
        var run = test.run
        run.apply(event, at: ManualClock.begin)
        _ = try OutputPositions(journal: again, run: run).reconcile()
        #expect(try again.turnsWithPosition().isEmpty)
        try again.close()
    }
}

private struct OtherReader: TurnReading {
    private var words = "of its own"
    var tokensSoFar: Int { 0 }
    var needsConversation: Bool { false }

    mutating func take(_ line: Data) -> Observation { Observation() }
    mutating func take(stored line: Data) {}

    func conclusion(exit: AgentExit, stopped: StopCause?, errorTail: String) -> TurnConclusion {
        TurnConclusion(end: .silent, sessionExists: true)
    }
}
