import Observability
import Orchestration

/// The merge queues for a person.
struct QueueText {
    var report: QueueReport
    var style: Style

    var lines: [String] { Array(report.runs.map(lines(of:)).joined(separator: [""])) }

    private func lines(of entry: QueueReport.Entry) -> [String] {
        let head = "\(style.bold(name(of: entry)))  \(state(of: entry))"
        if let outcome = entry.outcome {
            let refusal = outcome.refusal.map { [style.red("origin refused \(safe(outcome.target)) (\(safe($0, limit: 160)))")] } ?? []
            return [head] + outcome.branchLines(style) + [outcome.summary(style)] + refusal + (outcome.whereabouts.map { [$0] } ?? [])
                + ["Nothing waits any more. Log: \(outcome.log)"]
        }
        guard !entry.queues.isEmpty else { return [head, "Nothing waits to be merged."] }
        return [head] + entry.queues.flatMap { queue in ["", title(of: queue)] + rows(queue, at: entry.at) }
    }

    private func name(of entry: QueueReport.Entry) -> String {
        entry.isMerge ? "cco merge into \(safe(entry.target)) of \(safe(entry.repository))" : "Run \(entry.run)"
    }

    private func state(of entry: QueueReport.Entry) -> String {
        let reason = entry.reason.map { safe(HumanText.times(in: $0, today: entry.at.ms), limit: 160) } ?? ""
        switch entry.state {
        case "ended":
            let time = entry.endedAt.map { " at \(HumanText.time($0, today: entry.at.ms))" } ?? ""
            return style.bold("has ended\(time)") + (reason.isEmpty ? "" : ": \(reason)")
        case "paused": return style.yellow("paused (\(reason))") + goOn(entry)
        case "needs-person": return style.red("needs a person (\(reason))") + goOn(entry)
        case "interrupted": return style.yellow("interrupted: its engine is gone; shown as it was then") + goOn(entry)
        default: return style.green(entry.state) + ", \(since(entry.startedAt, at: entry.at))"
        }
    }

    private func goOn(_ entry: QueueReport.Entry) -> String {
        entry.isMerge ? "; the same command goes on with what has not landed" : "; cco resume goes on"
    }

    private func title(of queue: RunStatus.QueueStatus) -> String {
        style.bold("Into \(safe(queue.target))") + (queue.batch.map { ": \($0.words)" } ?? "")
    }

    private func rows(_ queue: RunStatus.QueueStatus, at now: Moment) -> [String] {
        queue.candidates.enumerated().map { place, candidate in
            let number = "\(place + 1)."
            let verdict = candidate.verdict.map { " (\($0))" } ?? ""
            let why = safe(HumanText.times(in: candidate.why, today: now.ms), limit: 160)
            return "  \(number.padding(to: 4)) \(candidate.state.padding(to: 12)) \(safe(candidate.what))\(verdict)  "
                + style.dim("\(why); \(since(candidate.since, at: now))")
        }
    }

    private func since(_ moment: Moment, at now: Moment) -> String {
        let passed = HumanText.duration(milliseconds: max(0, now.ms - moment.ms))
        return "since \(HumanText.time(moment, today: now.ms)) (\(passed))"
    }

    private func safe(_ text: String, limit: Int = 80) -> String { OneLineText.of(text, limit: limit) }
}
