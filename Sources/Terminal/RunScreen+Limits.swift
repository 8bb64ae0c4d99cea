import Observability
import Orchestration

/// Limits and cost: what each credential may still carry, what has been spent of what, and which end comes first.
extension RunScreen {
    var limits: [Row] {
        var rows = [Row([Span("Pace", .bold)])]
        rows += wrapped(status.pace.map(HumanText.pace) ?? "there are no tasks yet", width: max(8, size.columns - 2)).map {
            Row([Span("  \($0)")])
        }
        rows += [Row([]), Row([Span("Spending", .bold)])] + spending
        rows += [Row([]), Row([Span("Credentials", .bold)])] + status.credentials.flatMap(row)
        return rows
    }

    private var spending: [Row] {
        let spending = status.spending
        let budget = spending.budgetUsd.map { " of \(HumanText.money(dollars: $0))" } ?? ", no budget"
        let tokens = "\(HumanText.tokens(Int64(spending.tokens.total))) tokens"
        var rows = [
            Row([Span("  \(HumanText.money(dollars: spending.costUsd))\(budget), \(tokens), \(spending.turns) turns")])
        ]
        if let since = spending.sinceLandingUsd {
            rows.append(Row([Span("  \(HumanText.money(dollars: since)) since a change landed", .dim)]))
        }
        rows += (spending.ceilings ?? []).map { ceiling in
            let share = ceiling.ceiling > 0 ? ceiling.spent / ceiling.ceiling : 1
            return Row([Span("  "), Self.gauge(share), Span(" \(Self.safe(ceiling.words))")])
        }
        return rows
    }

    private func row(of credential: RunStatus.CredentialStatus) -> [Row] {
        let isFine = credential.state == "usable" && credential.why == nil
        let budget = credential.budgetUsd.map { " of \(HumanText.money(dollars: $0))" } ?? ""
        let limit = credential.limit.map { " of at most \($0)" } ?? ""
        let until = credential.benchedUntil.map { " until \(HumanText.time($0, today: now)), for \(left($0))" } ?? ""
        let why = (credential.rejection ?? credential.why).map { "  \(said($0))" } ?? ""
        let row = Row([
            Span("  "), Span(Self.pad(Self.safe(credential.name), 16), .bold),
            Span(Self.pad(credential.state + until, 10), isFine ? .green : .yellow),
            Span(
                "\(HumanText.money(dollars: credential.costUsd))\(budget), in \(credential.activeTurns) turn\(credential.activeTurns == 1 ? "" : "s")\(limit)",
                .dim),
            Span(why, .yellow),
        ])
        return [row]
            + (credential.windows ?? []).map { window in
                Row([
                    Span("    "), Self.gauge(window.utilization), Span(" \(Self.safe(window.name))"),
                    Span("  resets in \(left(window.resetsAt))", .dim),
                    Span(size.columns >= 100 ? ", at \(HumanText.time(window.resetsAt, today: now))" : "", .dim),
                ])
            }
    }

    private func left(_ moment: Moment) -> String { HumanText.duration(milliseconds: max(0, moment.ms - now) / 1_000 * 1_000) }

    /// A share from 0 to 1 as a bar with its percents.
    static func gauge(_ share: Double) -> Span {
        let percent = Int((max(0, min(9.99, share)) * 100).rounded(.down))
        let full = min(10, percent / 10)
        let style: CellStyle = percent >= 95 ? .red : percent >= 75 ? .yellow : .green
        let number = String(percent)
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: 10 - full)
        return Span(bar + String(repeating: " ", count: max(0, 4 - number.count)) + number + " %", style)
    }

    /// What is nearly used up, for the summary: the fullest usage window of a credential that is in use, and the fullest ceiling.
    /// Each as a whole, and shorter where there is less room.
    var nearLimits: [[String]] {
        var limits: [[String]] = []
        let windows = status.credentials.filter { $0.state == "usable" }.flatMap { credential in
            (credential.windows ?? []).map { (credential.name, $0) }
        }
        if let (name, window) = windows.max(by: { $0.1.utilization < $1.1.utilization }), window.utilization >= 0.75 {
            let percent = Int(window.utilization * 100)
            let used = "\(Self.safe(window.name)) \(percent) %"
            limits.append(["\(Self.safe(name)) \(used), \(left(window.resetsAt)) left", used])
        }
        let ceilings = (status.spending.ceilings ?? []).filter { $0.ceiling > 0 && $0.spent >= 0.8 * $0.ceiling }
        if let ceiling = ceilings.max(by: { $0.spent / $0.ceiling < $1.spent / $1.ceiling }) {
            let measure = ceiling.measure == SpendingMeasure.usd.rawValue ? "budget" : ceiling.measure
            limits.append(["\(Self.safe(ceiling.scope)) \(Int(ceiling.spent / ceiling.ceiling * 100)) % of its \(measure)"])
        }
        return limits
    }
}
