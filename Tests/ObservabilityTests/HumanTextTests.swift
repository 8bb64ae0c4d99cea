import Observability
import Testing

@Suite("Text for people")
struct HumanTextTests {
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
}
