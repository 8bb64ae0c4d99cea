import FoundationEssentials
import Observability
import Orchestration
import Testing

@Suite("Text for people")
struct HumanTextTests {
    private func decoded<Value: Decodable>(_ type: Value.Type, _ json: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(json.utf8))
    }

    @Test("what an agent's turn waits for, in few words")
    func doing() throws {
        func doing(_ fields: String) throws -> String? {
            let json = #"{"id":"worker-1","role":"worker","state":"working","turns":0,"costUsd":0\#(fields)}"#
            return HumanText.doing(try decoded(RunStatus.AgentStatus.self, json))
        }
        let since = #""since":{"iso":"x","ms":1}"#
        #expect(try doing(#","doing":"tool","tool":{"name":"Bash","argument":"swift test",\#(since),"others":2}"#) == "Bash swift test +2")
        #expect(try doing(#","doing":"tool","tool":{"name":"TodoWrite",\#(since)}"#) == "TodoWrite")
        #expect(try doing(#","doing":"thinking""#) == "thinks")
        #expect(try doing(#","doing":"starting""#) == "starts")
        // The engine of an earlier version says nothing of it.
        #expect(try doing("") == nil)
    }

    @Test("what a running turn has taken, and of how much")
    func taken() throws {
        func taken(_ fields: String) throws -> String? {
            let json = #"{"id":"worker-1","role":"worker","state":"working","turns":0,"costUsd":0\#(fields)}"#
            return HumanText.taken(try decoded(RunStatus.AgentStatus.self, json))
        }
        let tokens = #"{"measure":"tokens","taken":12300,"ceiling":50000}"#
        let money = #"{"measure":"usd","taken":0.0349,"ceiling":0.25}"#
        #expect(try taken("") == nil)
        #expect(try taken(#","turnTokens":12300"#) == "12.3k tokens")
        #expect(
            try taken(#","turnTokens":12300,"turnCeilings":[\#(money),\#(tokens)]"#)
                == "$0.03 of $0.25 (13 %), 12.3k of 50.0k tokens (24 %)")
        #expect(try taken(#","turnTokens":12300,"turnCeilings":[\#(money)]"#) == "12.3k tokens, $0.03 of $0.25 (13 %)")
        // A journal tells no more than the bound, and a last request may pass it.
        #expect(try taken(#","turnCeilings":[{"measure":"usd","ceiling":0.25}]"#) == "at most $0.25")
        #expect(
            try taken(#","turnCeilings":[{"measure":"tokens","taken":1200,"ceiling":1000}]"#) == "1.2k of 1.0k tokens (120 %)")
    }

    @Test("which end comes first, in a sentence")
    func pace() throws {
        func pace(_ fields: String) throws -> String {
            HumanText.pace(
                try decoded(RunStatus.Pace.self, #"{"landed":4,"open":3,"perHour":6.04,"recentPerHour":12\#(fields)}"#))
        }
        #expect(try pace("") == "4 landed, 6.0 an hour, lately 12.0; 3 open")
        #expect(
            try pace(#","first":"work","workMilliseconds":900500"#) == "4 landed, 6.0 an hour, lately 12.0; 3 open: about 15 min 00 s")
        #expect(
            try pace(#","first":"time","timeMilliseconds":600000"#)
                == "4 landed, 6.0 an hour, lately 12.0; 3 open, and nothing has landed lately; the time ends first, in 10 min 00 s")
        #expect(
            try pace(#","first":"budget","workMilliseconds":900000,"budgetMilliseconds":60000"#).hasSuffix(
                "; the budget ends first, in about 1 min 00 s"))
    }

    @Test(
        "durations have two units at most",
        arguments: [
            (0, "0 s"), (850, "850 ms"), (999, "999 ms"), (1_000, "1 s"), (42_999, "42 s"), (59_999, "59 s"), (60_000, "1 min 00 s"),
            (185_000, "3 min 05 s"), (3_599_999, "59 min 59 s"), (3_780_000, "1 h 03 min"), (86_400_000, "1 d 00 h"),
            (187_200_000, "2 d 04 h"),
            (-42_000, "-42 s"),
        ] as [(Int64, String)])
    func durations(milliseconds: Int64, expected: String) {
        #expect(HumanText.duration(milliseconds: milliseconds) == expected)
        #expect(HumanText.duration(.milliseconds(milliseconds)) == expected)
    }

    @Test("durations beyond all measure do not crash")
    func extremeDurations() {
        #expect(HumanText.duration(milliseconds: .min).hasPrefix("-106751991167 d"))
        #expect(HumanText.duration(.seconds(Int64.max)) == HumanText.duration(milliseconds: .max))
    }

    @Test(
        "money is rounded to cents",
        arguments: [
            (0, "$0.00"), (1, "<$0.01"), (9_999, "<$0.01"), (10_000, "$0.01"), (420_000, "$0.42"), (424_999, "$0.42"), (425_000, "$0.43"),
            (1_234_500_000, "$1,234.50"), (1_000_005_000_000, "$1,000,005.00"), (-420_000, "-$0.42"),
        ] as [(Int64, String)])
    func money(microdollars: Int64, expected: String) {
        #expect(HumanText.money(microdollars: microdollars) == expected)
    }

    @Test("money may come in dollars, even in impossible amounts")
    func dollars() {
        #expect(HumanText.money(dollars: 0.42) == "$0.42")
        #expect(HumanText.money(dollars: 3.284999) == "$3.28")
        #expect(HumanText.money(dollars: .nan) == "$?")
        #expect(HumanText.money(dollars: .infinity) == "$?")
    }

    @Test(
        "token counts are short",
        arguments: [
            (0, "0"), (950, "950"), (1_000, "1.0k"), (12_345, "12.3k"), (999_999, "999.9k"), (4_000_000, "4.0M"), (1_290_000_000, "1.2G"),
            (-12_345, "-12.3k"),
        ] as [(Int64, String)])
    func tokens(count: Int64, expected: String) {
        #expect(HumanText.tokens(count) == expected)
    }

    @Test("points in time are told in UTC, with the day where it is not today's, and nothing else is changed")
    func times() {
        let noon = Timestamp(milliseconds: 1_795_348_800_000)
        let text = "the earliest opens at 2026-11-22T14:05:30.123Z, the next at 2026-11-23T00:00:00Z (é)"
        #expect(HumanText.times(in: text) == "the earliest opens at 2026-11-22 14:05:30 UTC, the next at 2026-11-23 00:00:00 UTC (é)")
        #expect(
            HumanText.times(in: text, today: noon.milliseconds)
                == "the earliest opens at 14:05:30 UTC, the next at 2026-11-23 00:00:00 UTC (é)")
        #expect(HumanText.time(Moment(noon)) == "2026-11-22 12:00:00 UTC")
        for plain in ["", "Z", "2026-11-22T14:05:30", "2026-11-22T14:05:30.Q", "2026-11-22 14:05:30Z", "A 2026-11-2ZT14:05:30Z"] {
            #expect(HumanText.times(in: plain) == plain)
        }
    }
}
