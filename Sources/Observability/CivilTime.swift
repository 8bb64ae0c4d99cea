import Orchestration

/// A point in time in the proleptic Gregorian calendar, UTC.
///
/// The conversion is Howard Hinnant's `civil_from_days` (https://howardhinnant.github.io/date_algorithms.html).
struct CivilTime: Hashable, Sendable {
    let year: Int64
    /// 1 to 12.
    let month: Int64
    /// 1 to 31.
    let day: Int64
    let hour: Int64
    let minute: Int64
    let second: Int64
    let millisecond: Int64

    init(_ timestamp: Timestamp) {
        let (days, remainder) = Self.floorDivision(timestamp.milliseconds, 86_400_000)
        hour = remainder / 3_600_000
        minute = remainder / 60_000 % 60
        second = remainder / 1_000 % 60
        millisecond = remainder % 1_000

        // Days since 0000-03-01: years that begin in March have the leap day at their end. An era is 400 years, 146,097 days.
        let (era, dayOfEra) = Self.floorDivision(days + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// The quotient rounded down, and a remainder that is never negative.
    private static func floorDivision(_ value: Int64, _ divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
