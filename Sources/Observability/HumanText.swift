/// Durations, money and counts as people read them in reports.
package enum HumanText {
    /// `850 ms`, `42 s`, `3 min 05 s`, `1 h 03 min`, `2 d 04 h`: two units at most, rounded down.
    package static func duration(milliseconds: Int64) -> String {
        if milliseconds < 0 { return "-" + duration(milliseconds: milliseconds == .min ? .max : -milliseconds) }
        if milliseconds < 1_000 { return milliseconds == 0 ? "0 s" : "\(milliseconds) ms" }
        let seconds = milliseconds / 1_000
        switch seconds {
        case ..<60: return "\(seconds) s"
        case ..<3_600: return "\(seconds / 60) min \(padded(seconds % 60)) s"
        case ..<86_400: return "\(seconds / 3_600) h \(padded(seconds / 60 % 60)) min"
        default: return "\(seconds / 86_400) d \(padded(seconds / 3_600 % 24)) h"
        }
    }

    /// The same for a `Duration`.
    package static func duration(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        if overflow { return self.duration(milliseconds: seconds < 0 ? .min : .max) }
        return self.duration(milliseconds: whole.addingReportingOverflow(attoseconds / 1_000_000_000_000_000).partialValue)
    }

    /// US dollars and cents, rounded half up: `$0.42`, `$1,234.50`; `<$0.01` for less than a cent that is not nothing.
    package static func money(microdollars: Int64) -> String {
        let sign = microdollars < 0 ? "-" : ""
        let amount = microdollars.magnitude
        if amount > 0 && amount < 10_000 { return sign.isEmpty ? "<$0.01" : "-<$0.01" }
        let cents = (amount + 5_000) / 10_000
        return "\(sign)$\(grouped(cents / 100)).\(padded(Int64(cents % 100)))"
    }

    /// The same for an amount in dollars; `$?` for one that is not a number.
    package static func money(dollars: Double) -> String {
        guard let microdollars = Int64(exactly: (dollars * 1_000_000).rounded()) else { return "$?" }
        return money(microdollars: microdollars)
    }

    /// A count of tokens: `950`, `12.3k`, `4.0M`, `1.2G`; rounded down to one decimal.
    package static func tokens(_ count: Int64) -> String {
        let sign = count < 0 ? "-" : ""
        let amount = count.magnitude
        switch amount {
        case ..<1_000: return "\(sign)\(amount)"
        case ..<1_000_000: return "\(sign)\(amount / 1_000).\(amount / 100 % 10)k"
        case ..<1_000_000_000: return "\(sign)\(amount / 1_000_000).\(amount / 100_000 % 10)M"
        default: return "\(sign)\(amount / 1_000_000_000).\(amount / 100_000_000 % 10)G"
        }
    }

    /// `1 turn`, `2 turns`.
    package static func count(_ number: Int, _ noun: String) -> String { number == 1 ? "1 \(noun)" : "\(number) \(noun)s" }

    private static func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func grouped(_ number: UInt64) -> String {
        var groups: [String] = []
        var rest = number
        while rest >= 1_000 {
            let group = String(rest % 1_000)
            groups.append(String(repeating: "0", count: 3 - group.count) + group)
            rest /= 1_000
        }
        groups.append(String(rest))
        return groups.reversed().joined(separator: ",")
    }
}
