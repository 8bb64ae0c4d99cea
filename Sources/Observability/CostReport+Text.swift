import Orchestration

extension CostReport {
    /// Columns that the text takes at most.
    private static let width = 80
    /// Tasks that the text names; CSV and JSON have all of them.
    private static let longestList = 20

    /// The report for a terminal of 80 columns.
    package var text: String {
        var lines = [
            "Run \(OneLine.text(run, limit: 40)): \(HumanText.money(dollars: total.costUsd)), \(tokens(total.tokens.total)) tokens"
        ]
        lines[0] += ", \(total.turns ?? 0) turns" + (hasEnded ? "" : " so far")
        for ceiling in ceilings { lines.append("  " + ceiling.words) }
        lines += ["", "  coordination \(words(of: coordination))", "  rework       \(words(of: rework))"]
        lines.append("  conflicts    \(words(of: conflicts))")
        if let costPerChangeUsd {
            lines.append(
                "  landed       \(landed == 1 ? "1 task" : "\(landed) tasks"), \(HumanText.money(dollars: costPerChangeUsd)) each with everything"
            )
        }
        for part in parts where !part.lines.isEmpty {
            lines += ["", head(of: part.title)]
            let shown = part.title == "task" ? Array(part.lines.sorted { $0.costUsd > $1.costUsd }.prefix(Self.longestList)) : part.lines
            lines += shown.map(row)
            if shown.count < part.lines.count { lines.append("  … and \(part.lines.count - shown.count) more (--csv has all)") }
        }
        return lines.joined(separator: "\n")
    }

    /// The breakdowns, each under the word for its parts.
    var parts: [(title: String, lines: [Line])] {
        [
            ("role", byRole), ("purpose", byPurpose), ("team", byTeam), ("agent", byAgent), ("model", byModel),
            ("credential", byCredential), ("task", byTask),
        ]
    }

    private func words(of share: Share) -> String {
        "\(Self.percent(share.ofCost)) of the cost, \(Self.percent(share.ofInputTokens)) of the input tokens"
    }

    private func head(of title: String) -> String {
        Self.columns(title, "turns", "cost", "share", "input", "written", "read", "output")
    }

    private func row(_ line: Line) -> String {
        let share = total.costUsd > 0 ? Self.percent(line.costUsd / total.costUsd) : "-"
        let name = line.note.map { "\(line.name) \($0)" } ?? line.name
        return Self.columns(
            "  " + OneLine.text(name, limit: 24), line.turns.map(String.init) ?? "", HumanText.money(dollars: line.costUsd), share,
            tokens(line.tokens.input), tokens(line.tokens.cacheWrite), tokens(line.tokens.cacheRead), tokens(line.tokens.output))
    }

    private static func columns(_ name: String, _ cells: String...) -> String {
        let widths = [6, 10, 6, 7, 8, 7, 7]
        let padded = name.count < 26 ? name + String(repeating: " ", count: 26 - name.count) : name
        return zip(cells, widths).reduce(padded) { $0 + String(repeating: " ", count: max(1, $1.1 - $1.0.count)) + $1.0 }
    }

    private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

    private func tokens(_ count: Int) -> String { HumanText.tokens(Int64(count)) }
}

extension CostReport {
    /// The columns of the table for programs.
    package static let csvHead = "breakdown,name,note,turns,cost_usd,input,cache_write,cache_read,output"

    /// The report as comma-separated values (RFC 4180): a row for each part of each breakdown, and one for the whole.
    package var csv: String {
        let rows = [("total", [total])] + parts.map { ($0.title, $0.lines) }
        let lines = rows.flatMap { title, lines in
            lines.map { line in
                let cells = [
                    title, line.name, line.note ?? "", line.turns.map(String.init) ?? "", Self.plain(line.costUsd), "\(line.tokens.input)",
                    "\(line.tokens.cacheWrite)", "\(line.tokens.cacheRead)", "\(line.tokens.output)",
                ]
                return cells.map(Self.quoted).joined(separator: ",")
            }
        }
        return ([Self.csvHead] + lines).joined(separator: "\r\n")
    }

    /// US dollars to the billionth: what a sum of binary fractions has behind that is noise.
    static func plain(_ usd: Double) -> String { "\((usd * 1e9).rounded() / 1e9)" }

    /// A cell. One that a spreadsheet would take for a formula gets an apostrophe before it: titles are words of agents.
    static func quoted(_ cell: String) -> String {
        var text = ControlSequences.sanitised(cell)
        if let first = text.first, "=+-@\t\r".contains(first), Double(text) == nil { text = "'" + text }
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}

extension RequestRow {
    /// The columns of the table for programs.
    package static let csvHead =
        "time,turn,agent,role,team,task,purpose,credential,session,request,model,cost_usd,input,cache_write,cache_read,output"

    /// The row as comma-separated values.
    package var csv: String {
        let names = [at.iso, turn, agent, role, team ?? "", task ?? "", purpose, credential, session, request ?? "", model]
        let counts = [tokens.input, tokens.cacheWrite, tokens.cacheRead, tokens.output]
        return (names.map(CostReport.quoted) + [CostReport.plain(costUsd)] + counts.map(String.init)).joined(separator: ",")
    }
}

extension CostReport.Ceiling {
    /// `the run: $4.10 of $10.00 (41 %), turns under way may take $2.00`
    package var words: String {
        let measure = SpendingMeasure(rawValue: measure) ?? .usd
        let percent = Int((spent / ceiling * 100).rounded(.down))
        let rest = held > 0 ? ", turns under way may take \(measure.words(held))" : ""
        return "\(scope): \(measure.words(spent)) of \(measure.words(ceiling)) (\(percent) %)\(rest)"
    }
}

extension RunStatus.TurnCeiling {
    /// `12.3k of 50.0k tokens (24 %)`, `$0.03 of $0.25 (12 %)`; where it is not known what was taken, `at most $0.25`.
    package var words: String {
        let measure = SpendingMeasure(rawValue: measure) ?? .usd
        guard let taken, let share else { return "at most \(measure.words(ceiling))" }
        let amount = measure == .tokens ? HumanText.tokens(SpendingMeasure.whole(taken)) : measure.words(taken)
        return "\(amount) of \(measure.words(ceiling)) (\(SpendingMeasure.whole(share * 100)) %)"
    }
}

extension SpendingMeasure {
    /// Without its fraction, and within what can be counted.
    fileprivate static func whole(_ amount: Double) -> Int64 { Int64(min(max(amount, 0), 1e18)) }

    /// An amount for people: `$4.10`, `1.2M tokens`.
    package func words(_ amount: Double) -> String {
        switch self {
        case .usd: HumanText.money(dollars: amount)
        case .tokens: "\(HumanText.tokens(Self.whole(amount))) tokens"
        }
    }
}
