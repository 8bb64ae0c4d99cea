import Orchestration

/// What a campaign of simulated runs found, and how much of everything it exercised.
package struct CampaignReport: Sendable {
    package var runs = 0
    /// Wall time.
    package var seconds = 0.0
    package var steps = 0
    package var engines = 0
    package var crashes = 0
    package var strays = 0
    /// Virtual time in which agents worked.
    package var agentMilliseconds: Int64 = 0
    /// How runs ended, by the reason's word.
    package var ends: [String: Int] = [:]
    /// How often each kind of fault struck. A kind that never strikes proves nothing.
    package var faults: [FaultKind: Int] = [:]
    /// The first failure, made small.
    package var failure: SimulationFailure?

    package init() {}

    mutating func add(_ run: RunStatistics) {
        runs += 1
        steps += run.steps
        engines += run.engines
        crashes += run.crashes
        strays += run.strays
        agentMilliseconds += run.agentMilliseconds
        ends[run.endReason, default: 0] += 1
        for fault in run.faults { faults[fault.kind, default: 0] += 1 }
    }

    package var runsPerSecond: Double { seconds > 0 ? Double(runs) / seconds : 0 }

    /// Hours that simulated agents worked, for each second of real time.
    package var agentHoursPerSecond: Double { seconds > 0 ? Double(agentMilliseconds) / 3_600_000 / seconds : 0 }

    /// Kinds of faults that no run met.
    package var faultsThatNeverStruck: [FaultKind] { FaultKind.allCases.filter { faults[$0] == nil } }

    /// The report for people: speed, ends, faults, and the failure if there is one.
    package var text: String {
        var lines = [
            "\(runs) runs in \(Decimals.text(seconds, 1)) s: \(Decimals.text(runsPerSecond, 0)) runs/s, "
                + "\(Decimals.text(agentHoursPerSecond, 0)) simulated agent-hours/s",
            "\(steps) decisions, \(engines) engines, \(crashes) crashes, \(strays) stray results",
            "ends: " + ends.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }.joined(separator: ", "),
            "faults that struck:",
        ]
        let counts = FaultKind.allCases.filter { faults[$0] != nil }.map { "\($0.name) \(faults[$0] ?? 0)" }
        lines += Columns.text(counts, width: 110).map { "  " + $0 }
        if !faultsThatNeverStruck.isEmpty {
            lines.append("faults that never struck: " + faultsThatNeverStruck.map(\.name).joined(separator: ", "))
        }
        lines.append(failure?.text ?? "no rule was broken")
        return lines.joined(separator: "\n")
    }
}

/// Numbers with a fixed count of digits after the point.
enum Decimals {
    static func text(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite else { return "–" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int64((abs(value) * scale).rounded())
        let whole = "\(scaled / Int64(scale))"
        let sign = value < 0 && scaled != 0 ? "-" : ""
        guard digits > 0 else { return sign + whole }
        let rest = "\(scaled % Int64(scale))"
        return sign + whole + "." + String(repeating: "0", count: digits - rest.count) + rest
    }
}

/// Short texts in as many columns as fit.
enum Columns {
    static func text(_ items: [String], width: Int) -> [String] {
        let longest = (items.map(\.count).max() ?? 0) + 2
        let columns = max(1, width / longest)
        return stride(from: 0, to: items.count, by: columns).map { start in
            items[start..<min(start + columns, items.count)]
                .map { $0 + String(repeating: " ", count: longest - $0.count) }.joined()
        }
    }
}
