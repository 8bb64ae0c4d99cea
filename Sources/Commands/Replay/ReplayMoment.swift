import Observability
import Orchestration

/// Which moment of a run a person means: the number of an event, a time of day in UTC as in the log, or a whole timestamp.
enum ReplayMoment: Sendable, Equatable {
    case event(Int64)
    /// Milliseconds since midnight, UTC.
    case timeOfDay(Int64)
    case time(Timestamp)

    /// - Returns: `nil` for a text that is none of them.
    init?(_ text: String) {
        if let number = Int64(text) {
            guard number >= 0 else { return nil }
            self = .event(number)
        } else if let time = Self.iso(text) {
            self = .time(time)
        } else if let milliseconds = Self.clock(text[...]) {
            self = .timeOfDay(milliseconds)
        } else {
            return nil
        }
    }

    /// `14:05` or `14:05:30`, also with a fraction.
    private static func clock(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let hours = Int64(parts[0]), let minutes = Int64(parts[1]), (0...23).contains(hours),
            (0...59).contains(minutes)
        else { return nil }
        guard parts.count == 3 else { return (hours * 60 + minutes) * 60_000 }
        guard let seconds = Double(parts[2]), (0..<60).contains(seconds) else { return nil }
        return (hours * 60 + minutes) * 60_000 + Int64((seconds * 1_000).rounded())
    }

    /// Years that a run can be of: beyond, days and milliseconds would not be numbers any more.
    private static let years: ClosedRange<Int64> = 1_970...9_999

    /// `2026-11-22T10:15:03Z`, also with a fraction and without the `Z`; always UTC.
    private static func iso(_ text: String) -> Timestamp? {
        let parts = text.split(whereSeparator: { $0 == "T" || $0 == " " })
        guard parts.count == 2 else { return nil }
        let date = parts[0].split(separator: "-").compactMap { Int64($0) }
        let time = parts[1].hasSuffix("Z") ? parts[1].dropLast() : parts[1]
        guard date.count == 3, years.contains(date[0]), (1...12).contains(date[1]), (1...31).contains(date[2]), let clock = clock(time)
        else { return nil }
        return Timestamp(milliseconds: days(date[0], date[1], date[2]) * 86_400_000 + clock)
    }

    /// Days since 1970-01-01 in the Gregorian calendar.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The time that is meant in a run that began at a time: of a time of day the first one that is not before it.
    func time(startedAt start: Timestamp) -> Timestamp? {
        switch self {
        case .event: return nil
        case .time(let time): return time
        case .timeOfDay(let milliseconds):
            let midnight = start.milliseconds - start.milliseconds % 86_400_000
            let time = midnight + milliseconds
            return Timestamp(milliseconds: time + 999 < start.milliseconds ? time + 86_400_000 : time)
        }
    }
}
