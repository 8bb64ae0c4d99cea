import ArgumentParser
import Orchestration
import Testing

@testable import Commands

@Suite("The moment of a replay")
struct ReplayMomentTests {
    @Test("an event's number, a time of day, a whole time")
    func kinds() {
        #expect(ReplayMoment("12") == .event(12))
        #expect(ReplayMoment("14:05") == .timeOfDay(50_700_000))
        #expect(ReplayMoment("14:05:30.5") == .timeOfDay(50_730_500))
        #expect(ReplayMoment("2026-11-22T10:15:03.123Z") == .time(Timestamp(milliseconds: 1_795_342_503_123)))
        #expect(ReplayMoment("2026-11-22 10:15:03") == .time(Timestamp(milliseconds: 1_795_342_503_000)))
        #expect(ReplayMoment("1970-01-01T00:00:00Z") == .time(Timestamp(milliseconds: 0)))
        #expect(ReplayMoment("9999-12-31T23:59:59Z") == .time(Timestamp(milliseconds: 253_402_300_799_000)))
        for year in ["1969", "10000", "9223372036854775807", "-9223372036854775808"] {
            #expect(ReplayMoment("\(year)-01-01T00:00:00Z") == nil, "\(year)")
        }
        for text in ["", "-1", "noon", "25:00", "12:60", "2026-13-01T00:00:00Z", "2026-11-22T", "12:00:00:00"] {
            #expect(ReplayMoment(text) == nil, "\(text)")
        }
    }

    @Test("a time of day is the first one that is not before the run's beginning")
    func timeOfDay() {
        let start = Timestamp(milliseconds: 1_795_342_503_000)  // 10:15:03
        #expect(ReplayMoment("10:15:03")?.time(startedAt: start) == start)
        #expect(ReplayMoment("10:15:04")?.time(startedAt: start) == start.advanced(byMilliseconds: 1_000))
        #expect(ReplayMoment("10:15:02")?.time(startedAt: start) == start.advanced(byMilliseconds: 86_399_000))
    }

    @Test("what every event says is printed for as long as somebody reads it")
    func printing() async throws {
        let fixture = try await RunFixture()
        let (whole, begun) = (ScriptedConsole(), ScriptedConsole(linesRead: 1))
        for console in [whole, begun] {
            let replay = try #require(try Root.parseAsRoot(["replay", "--config", fixture.place.path + "/config"]) as? Replay)
            try await Surroundings.$current.withValue(fixture.place.surroundings(console)) { try await replay.run() }
        }
        #expect(whole.output.count > 1)
        #expect(begun.output == Array(whole.output.prefix(1)))
    }
}
