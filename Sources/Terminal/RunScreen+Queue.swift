import Observability
import Orchestration

/// The merge queue: for each branch what is verified together, as a chain, and every candidate.
extension RunScreen {
    var queue: [Row] {
        var rows: [Row] = []
        for queue in status.queues {
            rows.append(Row([Span("into \(queue.target)", .bold)]))
            if let batch = queue.batch { rows += chain(batch, queue) }
            rows += queue.candidates.map(row)
        }
        rows += status.openQuestions.filter { $0.kind == "promotion" }.map { question in
            Row([Span("waits for your approval: \(question.id)", .yellow), Span("  \(Self.safe(question.text))")], .question(question.id))
        }
        if rows.isEmpty { rows.append(Row([Span("Nothing waits to be merged.", .dim)])) }
        return rows + [Row([])] + gate
    }

    private func row(of candidate: RunStatus.CandidateStatus) -> Row {
        let place = candidate.place.map { "\($0)" } ?? ""
        return Row(
            [
                Span("  "), Span(Self.pad(place, 3), Self.style(ofVerdict: candidate.verdict)),
                Span(Self.pad(candidate.state, 13), candidate.state.hasPrefix("gating") ? .cyan : .plain),
                Span(Self.pad(since(candidate.since), 13), .dim), Span(Self.safe(candidate.what)),
                Span("  \(said(candidate.why))", .dim),
            ], .candidate(candidate.id))
    }

    /// `✓1 → ✓2 → ?3 → ?4 ◀gate → 5`: the candidates of a batch as each holds what is before it, with the prefixes that a gate runs on.
    private func chain(_ batch: RunStatus.BatchStatus, _ queue: RunStatus.QueueStatus) -> [Row] {
        let verdicts = Dictionary(queue.candidates.map { ($0.id, $0.verdict) }) { first, _ in first }
        // Of one alone the row below says everything.
        guard batch.candidates.count > 1 else { return [] }
        var rows = [Row([Span("  \(Self.safe(batch.words))", batch.red == nil ? .dim : .yellow)])]
        var (line, cells): ([Span], Int) = ([Span("  ")], 2)
        for (index, id) in batch.candidates.enumerated() {
            let verdict = verdicts[id] ?? nil
            var link = [Span(Self.mark(ofVerdict: verdict) + "\(index + 1)", Self.style(ofVerdict: verdict))]
            if let gate = batch.gates.first(where: { $0.through == index + 1 }) {
                link.append(Span(gate.isRerun ? "◀gate again" : "◀gate", CellStyle.cyan))
            }
            if index + 1 < batch.candidates.count { link.append(Span(" → ", .dim)) }
            let wide = link.reduce(0) { $0 + $1.text.cells }
            if cells + wide > size.columns, cells > 2 {
                rows.append(Row(line))
                (line, cells) = ([Span("  ")], 2)
            }
            line += link
            cells += wide
        }
        return rows + [Row(line)]
    }

    private static func mark(ofVerdict verdict: String?) -> String {
        switch verdict {
        case "green": "✓"
        case "red": "✗"
        case "suspect": "?"
        default: ""
        }
    }

    private static func style(ofVerdict verdict: String?) -> CellStyle {
        switch verdict {
        case "green": .green
        case "red": .red
        case "suspect": .yellow
        default: .dim
        }
    }

    private var gate: [Row] {
        let gate = status.gate
        var rows = [Row([Span("gate  ", .bold), Span(Self.safe(gate.command ?? gate.state))])]
        if let slots = gate.slots {
            rows.append(Row([Span("      \(slots) at once\(gate.slotsReason.map { ": \(said($0))" } ?? "")", .dim)]))
        }
        let merges = status.merges
        let runs = "\(merges.gateRuns) run\(merges.gateRuns == 1 ? "" : "s")"
        let green = "\(HumanText.duration(milliseconds: merges.gateMilliseconds)) in green ones"
        rows.append(Row([Span("      \(runs), \(green), \(merges.redGates) red, \(merges.flakes) flaky", .dim)]))
        return rows
    }
}
