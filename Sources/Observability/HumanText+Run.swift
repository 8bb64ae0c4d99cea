import Orchestration

/// What views say of a run's present, in the same words everywhere.
extension HumanText {
    /// `Bash swift test +1`: what an agent's turn waits for; `nil` where nothing is known of it.
    package static func doing(_ agent: RunStatus.AgentStatus) -> String? {
        guard let tool = agent.tool else {
            return switch agent.doing {
            case "starting": "starts"
            case "thinking": "thinks"
            case "retrying": "waits for the API, and asks again"
            default: nil
            }
        }
        return tool.name + (tool.argument.map { " " + $0 } ?? "") + (tool.others.map { " +\($0)" } ?? "")
    }

    /// What the running turn has taken, and of how much where it is bounded: `12.3k of 50.0k tokens (24 %), $0.03 of $0.25 (12 %)`, or only
    /// `12.3k tokens`; `nil` when nothing is known of it.
    package static func taken(_ agent: RunStatus.AgentStatus) -> String? {
        let ceilings = agent.turnCeilings ?? []
        let isBounded = ceilings.contains { $0.measure == SpendingMeasure.tokens.rawValue }
        let tokens = isBounded ? nil : agent.turnTokens.map { SpendingMeasure.tokens.words(Double($0)) }
        let parts = [tokens].compactMap(\.self) + ceilings.map(\.words)
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// `4 landed, 6.0 an hour, lately 12.0; 3 open: about 15 min 00 s; the time ends first, in 10 min 00 s`.
    package static func pace(_ pace: RunStatus.Pace) -> String {
        var text = "\(pace.landed) landed, \(rate(pace.perHour)) an hour, lately \(rate(pace.recentPerHour)); \(pace.open) open"
        guard pace.first != nil else { return text }
        text += pace.workMilliseconds.map { ": about \(span($0))" } ?? ", and nothing has landed lately"
        switch pace.first {
        case "time": text += "; the time ends first" + (pace.timeMilliseconds.map { ", in \(span($0))" } ?? "")
        case "budget": text += "; the budget ends first" + (pace.budgetMilliseconds.map { ", in about \(span($0))" } ?? "")
        default: break
        }
        return text
    }

    /// `5h 87 % used, until 2026-11-29 14:00:00 UTC`.
    package static func window(_ window: RunStatus.WindowStatus) -> String {
        "\(window.name) \(Int(window.utilization * 100)) % used, until \(time(window.resetsAt))"
    }

    /// In whole seconds: nobody knows it better.
    private static func span(_ milliseconds: Int64) -> String { duration(milliseconds: milliseconds / 1_000 * 1_000) }

    /// With one decimal.
    private static func rate(_ value: Double) -> String {
        let tenths = Int64(max(0, min(1e15, value * 10)).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
