import Observability
import Orchestration
import Testing

@Suite("The timeline")
struct TimelineTests {
    private func timeline(_ fixture: RunReportFixture, limit: Int = Timeline.limit) -> Timeline {
        var timeline = Timeline(limit: limit)
        for one in fixture.recorded { timeline.take(one.event, at: one.time, sequence: one.sequence) }
        return timeline
    }

    /// A task is worked on, merged, red at the gate, merged again, and lands.
    private var fixture: RunReportFixture {
        var fixture = RunReportFixture()
        fixture.add(1, "Parse dates")
        fixture.finish(1, by: 1, turn: 1, cost: 0.25)
        let candidate: CandidateID = ID("candidate", 1)
        fixture.apply(.taskApproved(ID("task", 1)), fixture.queued(1, candidate: 1))
        fixture.apply(.effectIntended(ID("effect", 1), .merge(candidate)), .effectDone(ID("effect", 1)))
        let gate = Effect.gate(candidate, commit: .number(101), tree: .number(201), command: "make check", slot: nil)
        fixture.apply(.effectIntended(ID("effect", 2), gate))
        fixture.apply(
            .gateRed(candidate, GateExcerpt(command: "make check", exitCode: 2, ending: "exit code 2", tail: "", logPath: "/log")))
        fixture.apply(.effectDone(ID("effect", 2)), .effectIntended(ID("effect", 3), gate), .effectDone(ID("effect", 3)))
        fixture.apply(.candidatePublished(candidate, commit: .number(101), tree: .number(201)))
        return fixture
    }

    @Test("turns, merges and gates are spans with their ends, and a red verdict colours the gate's")
    func spans() {
        let update = timeline(fixture).update(after: 0)
        let spans = update.spans.map(\.value)
        #expect(spans.map(\.kind) == [.turn, .merge, .gate, .gate])
        #expect(spans.map(\.lane) == ["worker-1", "merge main", "gate main", "gate main"])
        #expect(spans.map(\.end) == ["done", "done", "red", "done"])
        #expect(spans.allSatisfy { span in span.task == "task-1" && (span.to ?? 0) > span.from })
        #expect(spans[0].purpose == "work")
        let landed = update.marks.map(\.value).filter { $0.kind == .landed }
        #expect(landed.map(\.about) == ["task-1"] && landed[0].commit == ObjectID.number(101).hex && landed[0].target == "main")
        #expect(update.marks.map(\.value.kind).contains(.red))
        #expect(update.sequence == Int64(fixture.recorded.count))
    }

    @Test("a reader is told what is new and what has changed, and both together are the whole")
    func incremental() {
        let whole = timeline(fixture).update(after: 0)
        var growing = Timeline()
        var spans: [Int: Timeline.Span] = [:]
        var marks: [Int: Timeline.Mark] = [:]
        var revision = 0
        for one in fixture.recorded {
            growing.take(one.event, at: one.time, sequence: one.sequence)
            let update = growing.update(after: revision)
            #expect(update.spans.count <= 1 && update.marks.count <= 1)
            for span in update.spans { spans[span.number] = span.value }
            for mark in update.marks { marks[mark.number] = mark.value }
            revision = update.revision
        }
        #expect(spans == Dictionary(uniqueKeysWithValues: whole.spans.map { ($0.number, $0.value) }))
        #expect(marks == Dictionary(uniqueKeysWithValues: whole.marks.map { ($0.number, $0.value) }))
        #expect(growing.update(after: revision).spans.isEmpty)
    }

    @Test("what fails and is tried again is a span for each try")
    func retried() {
        var fixture = RunReportFixture()
        fixture.add(1, "Parse dates")
        fixture.finish(1, by: 1, turn: 1, cost: 0.25)
        let (candidate, effect): (CandidateID, EffectID) = (ID("candidate", 1), ID("effect", 1))
        fixture.apply(.taskApproved(ID("task", 1)), fixture.queued(1, candidate: 1), .effectIntended(effect, .merge(candidate)))
        fixture.apply(.effectDelayed(effect, until: fixture.now, reason: "no network"))
        #expect(timeline(fixture).update(after: 0).spans.map(\.value.end).last == "failed" && timeline(fixture).openCount == 0)
        fixture.apply(.effectRetried(effect))
        #expect(timeline(fixture).openCount == 1)
        fixture.apply(.effectDone(effect))
        let merges = timeline(fixture).update(after: 0).spans.map(\.value).filter { $0.kind == .merge }
        #expect(merges.map(\.end) == ["failed", "done"] && merges.map(\.lane) == ["merge main", "merge main"])
        #expect(merges[1].from > (merges[0].to ?? .max) && merges[1].sequence > merges[0].sequence && merges[1].task == "task-1")
        #expect(timeline(fixture).openCount == 0)
    }

    @Test("what an engine has left undone ends with it, and is a span of its own from the next one's start")
    func interrupted() {
        var fixture = RunReportFixture()
        fixture.add(1, "Parse dates")
        fixture.finish(1, by: 1, turn: 1, cost: 0.25)
        let (candidate, effect): (CandidateID, EffectID) = (ID("candidate", 1), ID("effect", 1))
        let gate = Effect.gate(candidate, commit: .number(101), tree: .number(201), command: "make check", slot: nil)
        fixture.apply(.taskApproved(ID("task", 1)), fixture.queued(1, candidate: 1), .effectIntended(effect, gate))
        fixture.apply(.suspended("for the night"))
        let paused = fixture.now
        fixture.apply(.engineStarted(fixture.run.settings))
        let resumed = fixture.now
        #expect(timeline(fixture).openCount == 1)
        fixture.apply(.effectDone(effect))
        var gates: [Timeline.Span] { timeline(fixture).update(after: 0).spans.map(\.value).filter { $0.kind == .gate } }
        #expect(gates.map(\.end) == ["stopped", "done"])
        #expect(gates.map(\.to) == [paused.milliseconds, fixture.now.milliseconds] && gates[1].from == resumed.milliseconds)

        // One that waits for another try is tried at once.
        fixture.apply(.effectIntended(ID("effect", 2), gate), .effectDelayed(ID("effect", 2), until: fixture.now, reason: "no room"))
        fixture.apply(.engineStarted(fixture.run.settings), .effectDone(ID("effect", 2)))
        #expect(gates.map(\.end) == ["stopped", "done", "failed", "done"] && timeline(fixture).openCount == 0)
    }

    @Test("it can be had in pieces that come to the whole, and for one task alone")
    func pieces() {
        let all = timeline(fixture)
        var revision = 0
        var spans: [Int: Timeline.Span] = [:]
        var marks: [Int: Timeline.Mark] = [:]
        var count = 0
        repeat {
            let piece = all.update(after: revision, limit: 2)
            #expect(piece.spans.count + piece.marks.count <= 3 && piece.revision > revision)
            for span in piece.spans { spans[span.number] = span.value }
            for mark in piece.marks { marks[mark.number] = mark.value }
            revision = piece.revision
            count += 1
            if piece.revision == piece.newest { break }
        } while count < 100
        let whole = all.update(after: 0)
        #expect(count > 2 && spans.count == whole.spans.count && marks.count == whole.marks.count)
        #expect(spans == Dictionary(uniqueKeysWithValues: whole.spans.map { ($0.number, $0.value) }))
        let own = all.update(on: "task-1")
        #expect(own.spans == whole.spans && own.marks.map(\.value.kind) == [.red, .landed])
        #expect(all.update(on: "task-2").spans.isEmpty)
    }

    @Test("what goes on has no end, and the run's end ends it")
    func open() {
        var fixture = RunReportFixture()
        fixture.add(1, "Parse dates")
        fixture.begin(.work(ID("task", 1)), of: ID("worker", 1), role: .worker, turn: 1)
        #expect(timeline(fixture).update(after: 0).spans.map(\.value.to) == [nil])
        fixture.apply(.ended(.timeOver))
        #expect(timeline(fixture).update(after: 0).spans.map(\.value.end) == ["stopped"])
    }

    @Test("of more than it may keep the oldest are forgotten, and the numbers say so")
    func bounded() {
        var fixture = RunReportFixture()
        fixture.add(1, "Parse dates")
        for turn in 1...100 {
            fixture.begin(.work(ID("task", 1)), of: ID("worker", 1), role: .worker, turn: turn)
            fixture.apply(.turnEnded(ID("turn", turn), RunReportFixture.outcome(cost: 0)))
        }
        let update = timeline(fixture, limit: 16).update(after: 0)
        #expect((16...18).contains(update.spans.count) && update.firstSpan == 100 - update.spans.count)
        #expect(update.spans.last?.value.id == "turn-100" && update.spans.map(\.number) == Array(update.firstSpan..<100))
    }
}
