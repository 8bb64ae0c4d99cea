import ControlAPI
import Dashboard
import Engine
import FoundationEssentials
import Journal
import Observability
import Orchestration
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Commands

/// `cco export otlp`, with journals that cannot always be read.
@Suite("Exporting a run as it goes", .timeLimit(.minutes(1)))
struct TraceExportTests {
    /// A journal that a test tells what to answer next.
    private final class Feed: RunFeed {
        enum Answer {
            case events([Event])
            case fails
        }

        private struct State {
            var answers: [Answer]
            var known: [JournalPage.Entry] = []
            var isLive: Bool
        }

        private let state: Mutex<State>
        private let wakes: Int
        private let run: Run

        /// - Parameters:
        ///   - answers: one for each time that the journal is asked for something new; nothing new after them.
        ///   - wakes: how often it says that there may be something.
        init(_ answers: [Answer], wakes: Int, isLive: Bool) {
            state = Mutex(State(answers: answers, isLive: isLive))
            self.wakes = wakes
            run = Run(id: ID("2026-01-02-03-04-05"), settings: RunFixture.settings("r"), seed: 1, at: Timestamp(milliseconds: 1))
        }

        func journal(after sequence: Int64, limit: Int) async throws(ControlProblem) -> JournalPage {
            let answer: Result<JournalPage, ControlProblem> = state.withLock { state in
                if Int64(state.known.count) == sequence, !state.answers.isEmpty {
                    switch state.answers.removeFirst() {
                    case .fails: return .failure(ControlProblem(code: "unavailable", message: "Not now.", remedy: "", status: 503))
                    case .events(let events):
                        for event in events {
                            let number = Int64(state.known.count) + 1
                            let text = (try? EventRecord.encode(event, at: Timestamp(milliseconds: number * 1_000)).body) ?? []
                            state.known.append(
                                .init(sequence: number, time: number * 1_000, kind: "k", event: String(decoding: text, as: UTF8.self)))
                        }
                    }
                }
                return .success(
                    JournalPage(
                        run: run.id.name, last: Int64(state.known.count), entries: state.known.filter { $0.sequence > sequence }))
            }
            return try answer.get()
        }

        func journalChanges() async -> AsyncStream<Void> {
            let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingOldest(8))
            for _ in 0..<wakes { continuation.yield() }
            continuation.finish()
            return stream
        }

        func moment() async -> RunMoment {
            RunMoment(
                status: RunStatus(run: run, at: Timestamp(milliseconds: 1)), isLive: state.withLock(\.isLive), log: LogTail(), now: 1)
        }

        func changes() async -> AsyncStream<Void> { await journalChanges() }
        func redactor() throws -> Redactor { Redactor(secrets: []) }
        func pause() async throws {}
        func cost() async throws(ControlProblem) -> CostReport { CostReport(run: run, at: Timestamp(milliseconds: 1)) }
        func order(_ body: [UInt8]) async throws(ControlProblem) -> OrderReceipt { OrderReceipt(id: "1", by: "", subject: nil, words: "") }
    }

    private static let start = Event.runStarted(ID("2026-01-02-03-04-05"), RunFixture.settings("r"), seed: 1)
    private static let added = Event.taskAdded(
        TeamTask(
            id: ID("task-1"), team: ID("team-1"), title: "T", description: "d", acceptance: "a", paths: ["a"], dependsOn: [],
            createdAt: Timestamp(milliseconds: 1)))
    private static let settled = Event.taskSettled(ID("task-1"), .dropped("x"))

    private func sent(_ feed: Feed, follows: Bool) async throws -> (count: Int, spans: Int) {
        try await LoopbackReceiver.serving { collector, port in
            let settings = try OTLPSettings(endpoint: "http://127.0.0.1:\(port)", environment: [:])
            let export = TraceExport(feed: feed, exporter: OTLPExporter(settings, version: "1", pauses: []), follows: follows)
            let count = try await export.run()
            return (count, collector.received.map { $0.body.split(separator: "\"endTimeUnixNano\"").count - 1 }.reduce(0, +))
        }
    }

    @Test("what a read that fails has left is sent with the next one, and nothing is left out at the end")
    func failedRead() async throws {
        let live = Feed([.events([Self.start, Self.added, Self.settled]), .fails, .events([.ended(.complete)])], wakes: 3, isLive: true)
        let sent = try await sent(live, follows: true)
        #expect(sent.count == 2 && sent.spans == 2)
    }

    @Test("a journal that cannot be read to its end is no success", arguments: [true, false])
    func unreadable(follows: Bool) async throws {
        let gone = Feed([.events([Self.start, Self.added, Self.settled]), .fails, .fails], wakes: 1, isLive: false)
        await #expect(throws: Failure.self) { try await sent(gone, follows: follows) }
        let silent = Feed([.events([Self.start]), .fails, .fails], wakes: 1, isLive: true)
        await #expect(throws: Failure.self) { try await sent(silent, follows: follows) }
    }
}
