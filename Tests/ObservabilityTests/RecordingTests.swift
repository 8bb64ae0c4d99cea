import Observability
import Orchestration
import Testing

@Suite("A recording of a run")
struct RecordingTests {
    /// A run with many events.
    private var fixture: RunReportFixture {
        var fixture = RunReportFixture()
        for number in 1...60 {
            fixture.add(number, "Task \(number)")
            fixture.finish(number, by: 1, turn: number, cost: 0.1)
            fixture.land(number, candidate: number)
        }
        return fixture
    }

    @Test("every moment is the fold of the events up to it, wherever it starts from")
    func moments() throws {
        let events = fixture.recorded
        var recording = Recording()
        recording.take(events[..<100])
        // What comes twice is taken once.
        recording.take(events[50...])
        #expect(recording.last == Int64(events.count) && recording.run == fixture.run)
        var folded: Run?
        for event in events {
            Recording.fold(event, into: &folded)
            guard event.sequence % 37 == 0 else { continue }
            let checkpoint = recording.checkpoint(before: event.sequence)
            #expect(checkpoint.sequence <= event.sequence && event.sequence - checkpoint.sequence <= 64)
            var playback = Playback(from: checkpoint)
            for one in events where one.sequence > checkpoint.sequence && one.sequence <= event.sequence { playback.take(one) }
            #expect(playback.run == folded && playback.time == event.time)
        }
    }

    @Test("the states that are kept are few, however many events there are")
    func bounded() {
        var recording = Recording()
        let event = RecordedEvent(sequence: 1, time: Timestamp(milliseconds: 1), event: fixture.recorded[0].event)
        recording.take([event])
        recording.take(
            (2...20_000).map { RecordedEvent(sequence: $0, time: Timestamp(milliseconds: $0), event: .suspended("\($0)")) })
        let near = [1, 5_000, 10_000, 19_999].map { $0 - recording.checkpoint(before: $0).sequence }
        #expect(near.allSatisfy { $0 <= 512 }, "\(near)")
        #expect(recording.sequence(at: Timestamp(milliseconds: 777)) == 777 && recording.time(of: 777).milliseconds == 777)
        #expect(recording.sequence(at: Timestamp(milliseconds: 0)) == 0)
    }

    @Test("of large states fewer are kept, so that together they stay within bounds")
    func large() {
        var recording = Recording()
        recording.take([RecordedEvent(sequence: 1, time: Timestamp(milliseconds: 1), event: fixture.recorded[0].event)])
        let count: Int64 = 20_000
        recording.take(
            (2...count).map {
                RecordedEvent(sequence: $0, time: Timestamp(milliseconds: $0), event: .taskAdded(RunReportFixture.task(Int($0), "Task")))
            })
        let kept = Set((1...count).map { recording.checkpoint(before: $0).sequence })
        let entries = kept.compactMap { recording.checkpoint(before: $0).run?.tasks.count }.reduce(0, +)
        #expect(kept.count > 2 && entries <= Recording.mostEntries, "\(kept.sorted()) \(entries)")
        #expect(kept.count < 16)
    }

    @Test("a moment far from its checkpoint is the same, whether all of the way is told or only the last of it")
    func passing() {
        var (told, passed) = (Playback(from: .init(sequence: 0, run: nil)), Playback(from: .init(sequence: 0, run: nil)))
        let events = fixture.recorded
        for event in events {
            told.take(event)
            if event.sequence + 40 > Int64(events.count) { passed.take(event) } else { passed.pass(event) }
        }
        #expect(told.run == passed.run && told.time == passed.time && !passed.log.entries.isEmpty)
        #expect(told.log.entries.suffix(passed.log.entries.count).map(\.text) == passed.log.entries.map(\.text))
    }

    @Test("a clock that was set back moves no event before an earlier one")
    func clock() {
        var recording = Recording()
        for (index, time) in [1_000, 5_000, 2_000, 6_000].enumerated() {
            recording.take([
                RecordedEvent(sequence: Int64(index) + 1, time: Timestamp(milliseconds: Int64(time)), event: .suspended("x"))
            ])
        }
        #expect(recording.sequence(at: Timestamp(milliseconds: 4_000)) == 1 && recording.sequence(at: Timestamp(milliseconds: 5_000)) == 3)
    }

    @Test("a moment comes with what was said before it, as the log has it")
    func log() {
        var playback = Playback(from: Recording.Checkpoint(sequence: 0, run: nil))
        for event in fixture.recorded { playback.take(event) }
        #expect(playback.log.entries.map(\.text).suffix(1) == fixture.lines.map(\.text).suffix(1))
        #expect(playback.log.entries.allSatisfy { $0.isEvent && $0.time.count == 8 })
    }
}
