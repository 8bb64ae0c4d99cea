import Foundation
import Orchestration
import Simulation
import Testing

@testable import Telemetry

/// Spans of simulated runs.
@Suite("A run as spans")
struct RunTraceTests {
    private static let settings = RunSettings(
        repository: "r", branch: "main", targetBranch: "main", workerCount: 2, engineerManagerGroupSize: 4, maxRunMinutes: 60,
        maxBudgetUsd: nil, taskTimeoutMinutes: 10, review: .em, promotion: .auto, push: true, maxTaskAttempts: 3, verifyCommand: "true",
        verifyTimeoutMinutes: 5, gateSlots: 1, credentials: [])
    private static let commit = id("1")
    private static let tree = id("2")

    private static func id(_ digit: String) -> ObjectID {
        guard let id = ObjectID(String(repeating: digit, count: 40)) else { preconditionFailure("these are hexadecimal digits") }
        return id
    }

    /// A run of one task: merged, red, red once more, back, merged again, green, published.
    private static let story: [(Int64, Event)] = {
        let red = GateExcerpt(command: "true", exitCode: 1, ending: "exit code 1", tail: "", logPath: "/log")
        func candidate(_ number: Int) -> Candidate {
            Candidate(
                id: ID("candidate", number), target: .base, kind: .task(ID("task", 1)), head: commit, readyAt: Timestamp(milliseconds: 0))
        }
        func gate(_ number: Int) -> Effect {
            .gate(ID("candidate", number), commit: commit, tree: tree, command: "true", slot: nil)
        }
        let merged = Candidate.State.merged(commit: commit, tree: tree, onto: commit)
        return [
            (0, .runStarted(ID("run-1"), settings, seed: 7)),
            (
                10,
                .taskAdded(
                    TeamTask(
                        id: ID("task", 1), team: ID("team", 1), title: "Parse", description: "", acceptance: "", paths: ["a"],
                        dependsOn: [],
                        createdAt: Timestamp(milliseconds: 10)))
            ),
            (20, .candidateQueued(candidate(1))), (20, .effectIntended(ID("effect", 1), .merge(ID("candidate", 1)))),
            (25, .effectDone(ID("effect", 1))), (25, .candidateEntered(ID("candidate", 1), merged)),
            (25, .effectIntended(ID("effect", 2), gate(1))), (50, .effectDone(ID("effect", 2))), (50, .gateRed(ID("candidate", 1), red)),
            (50, .candidateReturned(ID("candidate", 1), .red)), (60, .candidateQueued(candidate(2))),
            (60, .effectIntended(ID("effect", 3), gate(2))), (90, .effectDone(ID("effect", 3))),
            (90, .treeVerified(tree: tree, command: "true", milliseconds: 30)),
            (90, .effectIntended(ID("effect", 4), .publish(ID("candidate", 2), commit: commit, onto: commit))),
            (95, .effectDone(ID("effect", 4))), (95, .candidatePublished(ID("candidate", 2), commit: commit, tree: tree)),
            (95, .taskSettled(ID("task", 1), .landed(commit))), (99, .ended(.complete)),
        ]
    }()

    private func spans(_ story: [(Int64, Event)]) -> [Span] {
        var trace = RunTrace()
        return story.flatMap { trace.take($0.1, at: Timestamp(milliseconds: $0.0)) } + trace.settled()
    }

    @Test("steps hang below their task, the task below the run, and each says how it ended")
    func story() throws {
        let spans = spans(Self.story)
        #expect(spans.map(\.name) == ["merge", "gate", "gate", "task task-1", "publish", "run run-1"])
        let run = try #require(spans.last), task = try #require(spans.first { $0.name == "task task-1" })
        #expect(run.parent == nil && task.parent == run.id)
        for span in spans where ["merge", "gate", "publish"].contains(span.name) { #expect(span.parent == task.id, "\(span.name)") }
        #expect(
            spans.compactMap { $0.attributes["cco.outcome"] } == [.text("clean"), .text("red"), .text("green"), .text("published")])
        #expect(spans.map { $0.end - $0.start } == [5, 25, 30, 85, 5, 99])
        #expect(spans[1].failure == "red" && spans[2].failure == nil && run.failure == nil)
    }

    @Test("told again, every span has the number that it had; another run's have others")
    func identity() throws {
        let first = spans(Self.story)
        #expect(first == spans(Self.story))
        #expect(Set(first.map(\.id)).count == first.count)
        var other = Self.story
        other[0] = (0, .runStarted(ID("run-1"), Self.settings, seed: 8))
        #expect(Set(spans(other).map(\.id)).isDisjoint(with: first.map(\.id)))
        #expect(TraceIdentity(run: ID("run-1"), seed: 7).trace.count == 32)
    }

    private func tally(_ story: [(Int64, Event)]) -> GateTally {
        var tally = GateTally()
        for (number, (time, event)) in story.enumerated() {
            if GateTally.kinds.contains(event.kind) {
                tally.take(event, at: Timestamp(milliseconds: time), sequence: Int64(number + 1))
            } else {
                tally.pass(Int64(number + 1))
            }
        }
        tally.settle()
        return tally
    }

    /// A run of one gate, ended by `events`.
    private static func gated(from begin: Int64, _ events: [(Int64, Event)]) -> [(Int64, Event)] {
        let gate = Effect.gate(ID("candidate", 1), commit: commit, tree: tree, command: "true", slot: nil)
        return [(0, .runStarted(ID("run-1"), settings, seed: 7)), (begin, .effectIntended(ID("effect", 1), gate))] + events
    }

    @Test("a night without an engine and the wait for another try are no part of a gate's time")
    func interrupted() {
        let (evening, morning): (Int64, Int64) = (22 * 3_600_000, 32 * 3_600_000)
        let done = Event.effectDone(ID("effect", 1))
        let red = Event.gateRed(
            ID("candidate", 1), GateExcerpt(command: "true", exitCode: 1, ending: "exit code 1", tail: "", logPath: "/log"))
        let paused = Self.gated(
            from: evening,
            [
                (evening + 60_000, .suspended("for the night")), (morning, .engineStarted(Self.settings)), (morning + 300_000, done),
                (morning + 300_000, .treeVerified(tree: Self.tree, command: "true", milliseconds: 300_000)),
            ])
        #expect(tally(paused).counts == [.init(gate: "gate", verdict: "green"): .init(runs: 1, milliseconds: 300_000)])
        let retried = Self.gated(
            from: evening,
            [
                (evening + 1, .effectDelayed(ID("effect", 1), until: Timestamp(milliseconds: morning), reason: "no room")),
                (morning, .effectRetried(ID("effect", 1))), (morning + 200_000, done), (morning + 200_000, red),
            ])
        #expect(tally(retried).counts == [.init(gate: "gate", verdict: "red"): .init(runs: 1, milliseconds: 200_000)])
        // Its engine was killed, and it has ended under its shim.
        let outlived = Self.gated(
            from: evening,
            [
                (morning, .engineStarted(Self.settings)), (morning + 5, done),
                (morning + 5, .treeVerified(tree: Self.tree, command: "true", milliseconds: 250_000)),
            ])
        #expect(tally(outlived).counts == [.init(gate: "gate", verdict: "green"): .init(runs: 1, milliseconds: 250_000)])
    }

    @Test("gates are counted by verdict with the time they took")
    func gates() {
        let tally = tally(Self.story)
        #expect(
            tally.counts == [
                .init(gate: "gate", verdict: "red"): .init(runs: 1, milliseconds: 25),
                .init(gate: "gate", verdict: "green"): .init(runs: 1, milliseconds: 30),
            ])
        #expect(tally.sequence == Int64(Self.story.count) && tally.run == ID("run-1"))
    }

    @Test("a task that is begun anew is a span of its own")
    func reopened() {
        var story = Self.story.dropLast()
        story += [(100, .taskReopened(ID("task", 1))), (120, .taskSettled(ID("task", 1), .dropped("no")))]
        let tasks = spans(Array(story)).filter { $0.name == "task task-1" }
        #expect(tasks.map { [$0.start, $0.end] } == [[10, 95], [100, 120]] && tasks[0].id != tasks[1].id)
    }
}
