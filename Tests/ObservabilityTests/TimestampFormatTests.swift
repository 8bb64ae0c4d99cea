import Foundation
import Observability
import Orchestration
import Testing

@Suite("Timestamps as text")
struct TimestampFormatTests {
    @Test(
        "known moments",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"), (1_795_342_503_123, "2026-11-22T10:15:03.123Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func known(milliseconds: Int64, expected: String) {
        #expect(TimestampFormat.iso8601(Timestamp(milliseconds: milliseconds)) == expected)
    }

    @Test("every day of eight hundred years is the calendar's")
    func calendar() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        // 1600-01-01 to 2400; the calendar is Gregorian for all of them.
        for day in stride(from: Int64(-135_140), to: 157_060, by: 13) {
            let parts = calendar.dateComponents([.year, .month, .day], from: Date(timeIntervalSince1970: Double(day) * 86_400))
            let expected = String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
            try #require(TimestampFormat.folderName(Timestamp(milliseconds: day * 86_400_000)) == expected + "-00-00-00")
        }
    }

    @Test("a folder's name is the second of the run's start")
    func folderName() {
        #expect(TimestampFormat.folderName(Timestamp(milliseconds: 1_795_384_085_999)) == "2026-11-22-21-48-05")
    }
}
