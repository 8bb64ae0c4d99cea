import Observability
import Orchestration

/// A run's status for a person.
struct StatusText: Sendable {
    var status: RunStatus
    /// Whether an engine has the run in hand.
    var isLive: Bool
    /// The options that name the place in a command.
    var options: String
    var style: Style

    var lines: [String] {
        [head] + overview + [""] + agents + tasks + queues + questions + messages + collisions + hotFiles + credentials + delayed + advice
    }

    private var head: String {
        let state: String
        if status.phase == "ended" {
            state = style.bold("ended: \(status.end?.reason ?? "")")
        } else if let suspension = status.suspension {
            state = status.needsPerson ? style.red("needs a person (\(said(suspension)))") : style.yellow("paused (\(said(suspension)))")
        } else if !isLive {
            state = style.yellow("interrupted: its engine is gone")
        } else {
            state = style.green(status.phase)
        }
        return "Run \(status.run)  \(state)"
    }

    private var overview: [String] {
        let time = status.time
        var rows = [
            row("repository", status.repository),
            row("branch", status.targetBranch + (status.baseHead.map { " at \($0.prefix(10))" } ?? "")),
            row(
                "time",
                "\(HumanText.duration(milliseconds: time.workedMilliseconds)) of \(HumanText.duration(milliseconds: time.limitMilliseconds))"
            ),
            row("cost", cost), row("gate", gate),
        ]
        if let pace = status.pace { rows.append(row("pace", HumanText.pace(pace))) }
        if let width = status.width, status.phase == "working" { rows.append(row("workers", words(of: width))) }
        if let waiting = status.waiting {
            let until = !isLive ? "" : waiting.until.map { "; goes on by itself at \(HumanText.time($0))" } ?? ""
            rows.append(row("waits", style.yellow(said(waiting.reason) + until)))
        }
        rows.insert(contentsOf: ceilings.map { row("budget", $0) }, at: 4)
        rows += gateDetails
        rows += [
            row(
                "merges",
                "\(status.merges.published) merged, \(HumanText.count(status.merges.conflicts, "conflict")), \(status.merges.redGates) red, "
                    + "\(HumanText.count(status.merges.flakes, "flake"))")
        ]
        for flake in (status.gate.flakes ?? []).suffix(3) {
            rows.append(
                row(
                    "flaky",
                    style.yellow("\(HumanText.count(flake.times, "time")): \(safe(flake.failure, limit: 100)); log: \(flake.logPath)")))
        }
        if let end = status.end { rows.append(row("end", safe(end.explanation))) }
        if let red = status.gate.baselineRed {
            rows.append(row("baseline", style.red("the gate fails on the branch as it was found (\(red.ending)); log: \(red.logPath)")))
        }
        if let branch = status.push.fallbackBranch {
            rows.append(
                row(
                    "push",
                    style.red("origin refused \(status.targetBranch) (\(safe(status.push.refusal ?? ""))): the work goes to \(branch)")))
        } else if !status.push.enabled {
            rows.append(row("push", "off"))
        }
        return rows
    }

    private var cost: String {
        let spending = status.spending
        let budget = spending.budgetUsd.map { " of \(HumanText.money(dollars: $0))" } ?? ""
        return "\(HumanText.money(dollars: spending.costUsd))\(budget), \(HumanText.tokens(Int64(spending.tokens.total))) tokens, "
            + HumanText.count(spending.turns, "turn")
    }

    private func words(of width: RunStatus.Width) -> String {
        let most = width.atOnce < width.workers ? ", \(width.atOnce) at once" : ""
        return "\(width.busy) of \(width.workers) have a task\(most)" + (width.reason.map { ": \(said($0))" } ?? "")
    }

    private var ceilings: [String] {
        let spending = status.spending
        var lines = (spending.ceilings ?? []).map { ceiling in
            let text = ceiling.words
            return ceiling.spent >= 0.8 * ceiling.ceiling ? style.yellow(text) : text
        }
        if let since = spending.sinceLandingUsd, let bound = spending.runawayUsd, since >= bound {
            lines.append(
                style.red(
                    "\(HumanText.money(dollars: since)) without a change that lands; stands still at \(HumanText.money(dollars: 2 * bound))"
                ))
        }
        return lines
    }

    private var gate: String {
        switch status.gate.state {
        case "ungated": style.red("UNGATED: nothing verifies the work")
        case "undecided": "not decided yet"
        default: safe(status.gate.command ?? "") + (status.gate.proposedBy.map { " (proposed by \($0))" } ?? "")
        }
    }

    private var gateDetails: [String] {
        var rows: [String] = []
        if let quick = status.gate.quickCommand {
            rows.append(
                row(
                    "quick gate",
                    "\(safe(quick)) (\(HumanText.count(status.merges.quickRuns ?? 0, "run")), \(status.merges.quickReds ?? 0) red)"))
        }
        if status.gate.command != nil, let slots = status.gate.slots {
            rows.append(row("at once", RunHeader.slots(slots, status.gate.slotsReason)))
        }
        return rows
    }

    private var agents: [String] {
        var members: [(RunStatus.AgentStatus, String)] = [(status.director, "")]
        for team in status.teams {
            if team.lead.id != status.director.id { members.append((team.lead, team.id)) }
            members += team.members.map { ($0, team.id) }
        }
        return [style.bold("Agents")]
            + members.map { agent, team in
                let state = agent.state == "working" ? style.green("working") : "idle   "
                return "  \(pad(agent.id, 11)) \(pad(team, 8)) \(state)  \(doing(agent))"
            } + stuckTeams + [""]
    }

    private func doing(_ agent: RunStatus.AgentStatus) -> String {
        var parts: [String] = []
        if let brief = agent.brief { parts.append(safe(brief)) }
        if let doing = HumanText.doing(agent) { parts.append(safe(doing, limit: 80)) }
        if let taken = HumanText.taken(agent) {
            let isNear = (agent.turnCeilings ?? []).contains { ($0.share ?? 0) >= 0.8 }
            parts.append(isNear ? style.yellow(taken) : taken)
        }
        if let waits = agent.waits { parts.append(style.yellow(said(waits))) }
        if let stopping = agent.stopping { parts.append(style.yellow("being stopped: \(safe(stopping))")) }
        return parts.joined(separator: "; ")
    }

    private var stuckTeams: [String] {
        status.teams.compactMap { team in team.stuck.map { style.red("  \(team.id) is stuck: \(safe($0))") } }
    }

    private var tasks: [String] {
        guard !status.tasks.isEmpty else { return [] }
        let landed = status.tasks.count(where: \.hasLanded)
        let unneeded = status.tasks.count(where: \.isUnneeded)
        let width = status.tasks.lazy.map(\.state.count).max() ?? 0
        return [
            style.bold("Tasks") + "  " + HumanText.landed(landed, unneeded: unneeded, of: status.tasks.count)
                + (status.endsUndelivered ? style.yellow(", not all of it on \(status.targetBranch)") : "")
        ]
            + status.tasks.map { task in
                let why = task.why.map { "  \(style.dim(said($0)))" } ?? ""
                return "  \(pad(task.id, 8)) \(pad(task.state, width)) \(pad(task.worker ?? "", 10)) \(safe(task.title, limit: 70))\(why)"
            } + [""]
    }

    private var queues: [String] {
        guard !status.queues.isEmpty else { return [] }
        return [style.bold("Merge queues")] + status.queues.flatMap(lines(of:)) + [""]
    }

    private func lines(of queue: RunStatus.QueueStatus) -> [String] {
        var lines = ["  into \(queue.target)"]
        if let batch = queue.batch { lines[0] += ": " + style.dim(batch.words) }
        for candidate in queue.candidates {
            var line = "    " + pad(candidate.state, 13) + " "
            if let place = candidate.place { line += Run.ordinal(place) + " " }
            line += safe(candidate.what, limit: 90)
            if let verdict = candidate.verdict { line += " (\(verdict))" }
            lines.append(line)
        }
        return lines
    }

    private var questions: [String] {
        let open = status.openQuestions
        guard !open.isEmpty else { return [] }
        return [style.bold("Questions to you") + "  answer with cco answer\(options) ID \"…\""]
            + open.flatMap { QuestionText.lines($0, options: options, safe: { safe($0, limit: 160) }) } + [""]
    }

    private var messages: [String] {
        // Those that were acknowledged need nobody's attention.
        let open = (status.messages ?? []).filter { $0.state != "acknowledged" }
        guard !open.isEmpty else { return [] }
        return [style.bold("Messages")] + open.suffix(Self.longestList).map { MessageText.line($0, safe: { safe($0, limit: 80) }) } + [""]
    }

    private var collisions: [String] {
        guard let collisions = status.collisions else { return [] }
        return [style.bold("Collisions")]
            + collisions.prefix(Self.longestList).map { collision in
                let more = collision.fileCount > 3 ? " and \(collision.fileCount - 3) more" : ""
                return "  \(pad(collision.task, 8)) "
                    + safe("with \(collision.with) on \(collision.files.prefix(3).joined(separator: ", "))\(more)")
            } + rest(of: collisions.count) + [""]
    }

    private var hotFiles: [String] {
        guard let files = status.hotFiles else { return [] }
        return [style.bold("Hot files")] + files.prefix(Self.longestList).map { "  \(safe($0.path, limit: 90)): \(safe($0.words))" }
            + rest(of: files.count) + [""]
    }

    /// Entries that a list shows which nobody has to read to the end; the JSON has all of them.
    private static let longestList = 10

    private func rest(of count: Int) -> [String] { count > Self.longestList ? ["  … and \(count - Self.longestList) more"] : [] }

    private var credentials: [String] {
        [style.bold("Credentials")]
            + status.credentials.map { credential in
                let until = credential.benchedUntil.map { " until \(HumanText.time($0))" } ?? ""
                let state = credential.state + until + ((credential.rejection ?? credential.why).map { ": \(said($0))" } ?? "")
                let shown = credential.state == "usable" && credential.why == nil ? state : style.yellow(state)
                let budget = credential.budgetUsd.map { " of \(HumanText.money(dollars: $0))" } ?? ""
                let limit = credential.limit.map { " of at most \($0)" } ?? ""
                let windows = (credential.windows ?? []).map { ", \(safe(HumanText.window($0)))" }.joined()
                return "  \(pad(credential.name, 16)) \(shown)  \(HumanText.money(dollars: credential.costUsd))\(budget), "
                    + "now in \(HumanText.count(credential.activeTurns, "turn"))\(limit)\(windows)"
            }
    }

    private var delayed: [String] {
        guard !status.delayed.isEmpty else { return [] }
        return ["", style.bold("Tried again")]
            + status.delayed.map { effect in
                "  \(safe(effect.what)): failed \(effect.failures) times, last: \(said(effect.reason, limit: 200))"
                    + (effect.until.map { "; next try at \(HumanText.time($0))" } ?? "")
            }
    }

    private var advice: [String] {
        if status.phase == "ended" { return ["", "Report: cco report\(options)"] }
        if isLive { return [] }
        return ["", status.width == nil ? "Go on with the same cco merge." : "Go on: cco resume\(options)"]
    }

    private func row(_ name: String, _ text: String) -> String { "  \(pad(name, 11)) \(text)" }

    /// Agents' words, harmless to a terminal and on one line.
    private func safe(_ text: String, limit: Int = 160) -> String { OneLineText.of(text, limit: limit) }

    /// A sentence of the run, its times as people read them.
    ///
    /// They are put as people read them before the sentence is cut: what it says last is often until when.
    private func said(_ text: String, limit: Int = 400) -> String { safe(HumanText.times(in: safe(text, limit: 2 * limit)), limit: limit) }

    private func pad(_ text: String, _ width: Int) -> String { text.padding(to: width) }
}
