import Orchestration

/// Writes a `Timestamp` as text, in UTC, without a date library.
package enum TimestampFormat {
    /// ISO 8601 with milliseconds: `2026-11-22T10:15:03.123Z`.
    package static func iso8601(_ timestamp: Timestamp) -> String {
        let time = CivilTime(timestamp)
        return "\(padded(time.year, 4))-\(padded(time.month, 2))-\(padded(time.day, 2))T\(padded(time.hour, 2)):\(padded(time.minute, 2))"
            + ":\(padded(time.second, 2)).\(padded(time.millisecond, 3))Z"
    }

    /// The name of a run's folder, which sorts by time: `2026-11-22-21-48-05`.
    package static func folderName(_ timestamp: Timestamp) -> String {
        let time = CivilTime(timestamp)
        return "\(padded(time.year, 4))-\(padded(time.month, 2))-\(padded(time.day, 2))-\(padded(time.hour, 2))-\(padded(time.minute, 2))"
            + "-\(padded(time.second, 2))"
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number.magnitude)
        let zeros = String(repeating: "0", count: max(0, width - digits.count))
        return (number < 0 ? "-" : "") + zeros + digits
    }
}
