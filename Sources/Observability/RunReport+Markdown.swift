import Orchestration

extension RunReport {
    /// The report as a Markdown document. Text that others wrote cannot break its structure.
    package func markdown() -> String {
        if let branches {
            let sections = head(of: "Merge \(run)") + branchesSection(branches) + gateSection + resultSection
            return sections.joined(separator: "\n")
        }
        return
            (head(of: "Run \(run)") + askedSection + landedSection + unlandedSection + keptSection + questionsSection + gateSection
            + hotFilesSection
            + spendingSection + resultSection).joined(separator: "\n")
    }

    private func head(of title: String) -> [String] {
        let branch = Self.code(targetBranch)
        var lines = ["# \(title)", "", "**\(outcome.word)**: \(Self.plain(outcome.explanation))", ""]
        if gate.isUngated { lines += ["> **UNGATED**: nothing has verified the work of this run.", ""] }
        if let refusal = push.refusal {
            lines += ["> **PUSH REFUSED**: origin does not take \(branch): \(Self.plain(refusal)) \(Self.plain(push.next))", ""]
        }
        if let red = gate.baselineRed {
            lines += ["> **BASELINE RED**: the gate fails on \(branch) as it was found (\(Self.plain(red))).", ""]
        }
        if isRehearsal == true { lines += ["> **REHEARSAL**: nothing was changed in the repository.", ""] }
        lines += [
            "- repository: \(Self.plain(repository)), branch \(branch)\(movement)",
            "- started: \(HumanText.time(time.startedAt)), \(outcome.hasEnded ? "ended" : "last change"): \(HumanText.time(time.endedAt))",
        ]
        guard branches == nil else {
            return lines + ["- time: \(HumanText.duration(milliseconds: time.wallMilliseconds)) from start to end", ""]
        }
        lines += [
            "- time: \(HumanText.duration(milliseconds: time.workedMilliseconds)) of work "
                + "(limit \(HumanText.duration(milliseconds: time.limitMilliseconds))), "
                + "\(HumanText.duration(milliseconds: time.wallMilliseconds)) from start to end",
            "- cost: \(Self.money(spending.total))\(budget), \(Self.tokens(spending.total)) tokens in \(spending.total.turns) turns",
        ]
        if !outcome.summary.isEmpty { lines += ["", "The Director: \(Self.plain(outcome.summary))"] }
        return lines + [""]
    }

    /// The target branch's commits before and after; where origin has refused it the newest commit is elsewhere.
    private var movement: String {
        guard let start = startedFrom.map({ Self.code(String($0.prefix(10))) }), let end = head.map({ Self.code(String($0.prefix(10))) })
        else { return "" }
        guard push.result == "fallback", let fallback = push.branch else { return ", \(start) → \(end)" }
        return ", from \(start); \(end) is on \(Self.code(fallback))"
    }

    var budget: String { spending.budgetUsd.map { " of \(HumanText.money(dollars: $0))" } ?? "" }

    private var askedSection: [String] {
        guard !direction.isEmpty else { return ["## What was asked", "", "There was no direction.", ""] }
        return ["## What was asked", ""] + Self.block(direction) + [""]
    }

    private var landedSection: [String] {
        var lines = ["## What landed", ""]
        let teams = teams.filter { !$0.landed.isEmpty }
        if teams.isEmpty { lines += ["No task landed.", ""] }
        for team in teams {
            lines += ["### \(heading(of: team))", ""]
            if team.undelivered { lines += ["**Not all of it is on \(Self.code(targetBranch))**: the rest is on the team's branch.", ""] }
            lines += [
                "| task | title | worker | commit | rework | conflicts | red gates | cost | tokens |",
                "|---|---|---|---|---|---|---|---|---|",
            ]
            lines += team.landed.map { task in
                let commit = task.commit.map { Self.code(String($0.prefix(10))) } ?? task.state
                return "| \(task.id) | \(Self.plain(task.title, limit: 100)) | \(task.worker ?? "–") | \(commit) | \(task.reworks) "
                    + "| \(task.conflicts) | \(task.redGates) | \(HumanText.money(dollars: task.costUsd)) | \(HumanText.tokens(Int64(task.tokens))) |"
            }
            lines.append("")
        }
        guard !landed.isEmpty else { return lines }
        let place = push.result == "off" ? "\(Self.code(targetBranch)) in the run's own repository" : Self.code(push.branch ?? targetBranch)
        lines += ["New commits of \(place), newest first:", ""]
        lines += landed.prefix(Self.longestList).map { "- \(Self.code(String($0.id.prefix(10)))) \(Self.plain($0.subject, limit: 100))" }
        if landed.count > Self.longestList { lines.append("- … and \(landed.count - Self.longestList) more") }
        return lines + [""]
    }

    private var unlandedSection: [String] {
        let teams = teams.filter { !$0.unlanded.isEmpty || $0.stuck != nil }
        guard !teams.isEmpty else { return [] }
        var lines = ["## What did not land", ""]
        for team in teams {
            lines += ["### \(heading(of: team))", ""]
            if let stuck = team.stuck { lines += ["The team is stuck: \(Self.plain(stuck))", ""] }
            lines += team.unlanded.map { task in
                let kept = task.head.map { " Its newest commit is \(Self.code(String($0.prefix(10))))." } ?? ""
                return
                    "- \(task.id) (\(task.state), \(HumanText.money(dollars: task.costUsd)), \(HumanText.tokens(Int64(task.tokens))) tokens) \(Self.plain(task.title, limit: 100)): "
                    + "\(Self.plain(HumanText.times(in: task.why ?? ""), limit: 300)).\(kept)"
            }
            lines.append("")
        }
        return lines
    }

    private var keptSection: [String] {
        guard !kept.isEmpty else { return [] }
        return ["## Where unmerged work is kept", ""] + kept.map { "- \(Self.code($0.ref)): \(Self.plain($0.why, limit: 300))" } + [""]
    }

    var gateSection: [String] {
        var lines = ["## Gate and merges", ""]
        switch gate.command {
        case let command?:
            let author = gate.proposedBy.map { " (**proposed by \($0)**, not configured)" } ?? ""
            lines.append("- gate: \(Self.code(command))\(author)")
            lines.append(
                "- gate verdicts: \(merges.gateRuns), flakes: \(merges.flakes), "
                    + "time of green runs: \(HumanText.duration(milliseconds: merges.gateMilliseconds))")
        case nil:
            lines.append(gate.isUngated ? "- gate: **none, the run is UNGATED**" : "- gate: not chosen yet")
        }
        if let command = gate.quickCommand {
            lines.append("- quick gate: \(Self.code(command)), runs: \(merges.quickRuns ?? 0), red: \(merges.quickReds ?? 0)")
        }
        let reworks = teams.flatMap { $0.landed + $0.unlanded }.reduce(0) { $0 + $1.reworks }
        lines.append(
            "- merges: \(merges.published), conflicts: \(merges.conflicts), sent back by the gate: \(merges.redGates)"
                + (branches == nil ? ", reworks: \(reworks)" : ""))
        return lines + [""] + flakes
    }

    private var flakes: [String] {
        guard let flakes = gate.flakes else { return [] }
        return ["The gate was red and then green on the same tree:", ""]
            + flakes.map { flake in
                "- \(flake.times == 1 ? "once" : "\(flake.times) times"): \(Self.plain(flake.failure, limit: 200)) "
                    + "(tree \(Self.code(String(flake.tree.prefix(10)))), log: \(Self.plain(flake.logPath)))"
            } + [""]
    }

    private func heading(of team: TeamReport) -> String {
        team.goal.map { "\(team.id): \(Self.plain($0, limit: 100))" } ?? team.id
    }
}
