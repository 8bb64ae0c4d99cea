import Orchestration

extension RunReport {
    /// The report's essence for a terminal: a few lines of at most `width` columns (at least 40).
    ///
    /// - Parameter color: marks what is loud with ANSI colours.
    package func terminalSummary(width: Int, color: Bool) -> String {
        var page = RunReportPage(width: max(40, width), color: color)
        page.line(
            "\(branches == nil ? "Run" : "Merge") \(run): \(outcome.word)", ["complete", "merged"].contains(outcome.word) ? .good : .loud)
        page.line(outcome.explanation)
        if gate.isUngated { page.line("UNGATED: nothing has verified this run's work.", .loud) }
        if let refusal = push.refusal { page.line("PUSH REFUSED: \(refusal)", .loud) }
        if let red = gate.baselineRed { page.line("BASELINE RED: the gate fails on \(targetBranch) as it was found (\(red)).", .loud) }
        page.line("")
        if let branches {
            let landing = isRehearsal == true ? "would land" : "landed"
            page.row("Branches", "\(Self.landed(of: branches)) of \(branches.count) \(landing)")
        } else {
            addTasks(to: &page)
        }
        if let command = gate.command {
            page.row("Gate", "\(command)\(gate.proposedBy.map { " (proposed by \($0))" } ?? "")")
        }
        page.row(
            "Merges",
            "\(merges.published) merged, \(HumanText.count(merges.conflicts, "conflict")), \(merges.redGates) red, \(HumanText.count(merges.flakes, "flake")), "
                + "\(HumanText.count(merges.gateRuns, "gate verdict"))")
        if branches == nil {
            page.row(
                "Cost", "\(Self.money(spending.total))\(budget), \(Self.tokens(spending.total)) tokens, \(spending.total.turns) turns")
        }
        page.row(
            "Time",
            "\(HumanText.duration(milliseconds: time.workedMilliseconds)) of work, "
                + "\(HumanText.duration(milliseconds: time.wallMilliseconds)) from start to end")
        page.row("Result", push.next, push.refusal == nil ? .plain : .loud)
        page.row("Log", logFolder)
        return page.text
    }

    private func addTasks(to page: inout RunReportPage) {
        let open = teams.flatMap(\.unlanded)
        let done = teams.reduce(0) { $0 + $1.landed.count }
        // Of a run that goes on nobody may have looked at the branch.
        let commits =
            outcome.hasEnded || !landed.isEmpty ? ", \(HumanText.count(landed.count, "merge")) on \(push.branch ?? targetBranch)" : ""
        page.row("Tasks", HumanText.landed(done - unneeded, unneeded: unneeded, of: done + open.count) + commits)
        for team in teams where teams.count > 1 || team.stuck != nil {
            let undelivered = team.undelivered ? ", not all of it on \(targetBranch)" : ""
            let stuck = team.stuck.map { ", stuck: \($0)" } ?? ""
            page.row("", "\(team.id): \(team.landed.count) of \(team.landed.count + team.unlanded.count)\(undelivered)\(stuck)")
        }
        for task in open.prefix(Self.terminalList) {
            page.row("", "\(task.id) \(task.state): \(OneLine.text(task.title, limit: 60)): \(HumanText.times(in: task.why ?? ""))", .muted)
        }
        if open.count > Self.terminalList { page.row("", "… and \(open.count - Self.terminalList) more; see the report", .muted) }
        for item in kept.prefix(Self.terminalList) { page.row("Kept", "\(item.ref) (\(item.why))", .muted) }
        if kept.count > Self.terminalList { page.row("", "… and \(kept.count - Self.terminalList) more; see the report", .muted) }
    }

    /// Entries of a list that the terminal shows.
    static let terminalList = 8
}
