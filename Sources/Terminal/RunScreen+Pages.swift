import Observability
import Orchestration

/// The rows of each page.
extension RunScreen {
    /// Long lists are made as far as they are looked at: a run can have ten thousand tasks, and a screen shows some twenty.
    var rows: AnyRandomAccessCollection<Row> {
        switch state.page {
        case .company: AnyRandomAccessCollection(company)
        case .tasks: tasks
        case .queue: AnyRandomAccessCollection(queue)
        case .log: AnyRandomAccessCollection(log.entries.lazy.map { Row(Self.spans(of: $0)) })
        }
    }

    // MARK: Company

    private var company: [Row] {
        var rows = questions + [row(of: status.director, depth: 0)]
        for team in status.teams {
            let goal = team.goal.map { ": \(Self.safe($0))" } ?? ""
            let stuck = team.stuck.map { "  STUCK: \(Self.safe($0))" } ?? ""
            rows.append(Row([Span("├ "), Span(team.id, .bold), Span(" \(team.stage)\(goal)"), Span(stuck, .red)]))
            if team.lead.id != status.director.id { rows.append(row(of: team.lead, depth: 1)) }
            rows += team.members.map { row(of: $0, depth: 1) }
        }
        return rows
    }

    /// What waits for a person, with what to type.
    private var questions: [Row] {
        status.openQuestions.map { question in
            let command = question.kind == "question" ? "cco answer \(question.id) \"…\"" : "cco approve \(question.id)"
            let until = question.deadline.map { ", until \($0.iso)" } ?? ""
            return Row([
                Span("? \(command)", .yellow), Span("  \(question.agent): \(Self.safe(question.text))"), Span(until, .dim),
            ])
        }
    }

    private func row(of agent: RunStatus.AgentStatus, depth: Int) -> Row {
        let indent = depth == 0 ? "" : "│  "
        let isWorking = agent.state == "working"
        var spans = [
            Span(indent), Span(isWorking ? "● " : "· ", isWorking ? .green : .dim),
            Span(Self.pad(agent.id, 11), isWorking ? .bold : .plain),
        ]
        if let since = agent.since {
            spans.append(Span(Self.pad(self.since(since), 13), .dim))
        } else {
            spans.append(Span(Self.pad("", 13)))
        }
        if size.columns >= 100 { spans.append(Span(Self.pad(HumanText.money(dollars: agent.costUsd), 9), .dim)) }
        spans.append(Span(Self.safe(agent.brief ?? (isWorking ? "working" : "idle")), agent.brief == nil ? .dim : .plain))
        if let waits = agent.waits { spans.append(Span("  waits: \(Self.safe(waits))", .yellow)) }
        if let stopping = agent.stopping { spans.append(Span("  being stopped: \(Self.safe(stopping))", .yellow)) }
        if isWorking, let doing = log.latest[agent.id] { spans.append(Span("  \(Self.safe(doing))", .dim)) }
        return Row(spans, .agent(agent.id))
    }

    // MARK: Tasks

    private var tasks: AnyRandomAccessCollection<Row> {
        guard !status.tasks.isEmpty else { return AnyRandomAccessCollection([Row([Span("There are no tasks yet.", .dim)])]) }
        return AnyRandomAccessCollection(status.tasks.lazy.map(Self.row(of:)))
    }

    private static func row(of task: RunStatus.TaskStatus) -> Row {
        var spans = [
            Span(pad(task.id, 9)), Span(pad(task.state, 13), style(ofTask: task.state)), Span(pad(task.worker ?? "", 11), .dim),
            Span(safe(task.title)),
        ]
        if let why = task.why { spans.append(Span("  \(safe(why))", .dim)) }
        return Row(spans, .task(task.id))
    }

    static func style(ofTask state: String) -> CellStyle {
        switch state {
        case "landed": .green
        case "failed", "dropped": .red
        case "waiting": .dim
        default: .plain
        }
    }

    // MARK: Queue

    private var queue: [Row] {
        var rows: [Row] = []
        for queue in status.queues {
            rows.append(Row([Span("into \(queue.target)", .bold)]))
            rows += queue.candidates.map { candidate in
                Row(
                    [
                        Span("  "), Span(Self.pad(candidate.state, 13), candidate.state.hasPrefix("gating") ? .cyan : .plain),
                        Span(Self.pad(since(candidate.since), 13), .dim), Span(Self.safe(candidate.what)),
                        Span("  \(Self.safe(candidate.why))", .dim),
                    ], .candidate(candidate.id))
            }
        }
        if rows.isEmpty { rows.append(Row([Span("Nothing waits to be merged.", .dim)])) }
        rows.append(Row([]))
        let gate = status.gate
        rows.append(Row([Span("gate  ", .bold), Span(Self.safe(gate.command ?? gate.state))]))
        if let slots = gate.slots {
            rows.append(Row([Span("      \(slots) at once\(gate.slotsReason.map { ": \(Self.safe($0))" } ?? "")", .dim)]))
        }
        let merges = status.merges
        rows.append(
            Row([
                Span(
                    "      \(merges.gateRuns) run\(merges.gateRuns == 1 ? "" : "s"), \(HumanText.duration(milliseconds: merges.gateMilliseconds)) in green ones, "
                        + "\(merges.redGates) red, \(merges.flakes) flaky", .dim)
            ]))
        return rows
    }
}
