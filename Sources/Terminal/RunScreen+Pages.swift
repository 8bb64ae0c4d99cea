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
        case .log: AnyRandomAccessCollection(log.entries.lazy.map { Row(spans(of: $0)) })
        case .limits: AnyRandomAccessCollection(limits)
        }
    }

    // MARK: Company

    private var company: [Row] {
        var rows = questions + [row(of: status.director, depth: 0)]
        for team in status.teams {
            let goal = team.goal.map { ": \(Self.safe($0))" } ?? ""
            let stuck = team.stuck.map { "  STUCK: \(said($0))" } ?? ""
            rows.append(Row([Span("├ "), Span(team.id, .bold), Span(" \(team.stage)\(goal)"), Span(stuck, .red)]))
            if team.lead.id != status.director.id { rows.append(row(of: team.lead, depth: 1)) }
            rows += team.members.map { row(of: $0, depth: 1) }
        }
        return rows
    }

    // MARK: Tasks

    private var tasks: AnyRandomAccessCollection<Row> {
        guard !status.tasks.isEmpty else { return AnyRandomAccessCollection([Row([Span("There are no tasks yet.", .dim)])]) }
        return AnyRandomAccessCollection(status.tasks.lazy.map { row(of: $0) })
    }

    private func row(of task: RunStatus.TaskStatus) -> Row {
        var spans = [
            Span(Self.pad(task.id, 9)), Span(Self.pad(Self.short(ofTask: task.state), 13), Self.style(ofTask: task.state)),
            Span(Self.pad(task.worker ?? "", 11), .dim), Span(Self.safe(task.title)),
        ]
        if let why = task.why { spans.append(Span("  \(said(why))", .dim)) }
        return Row(spans, .task(task.id))
    }

    /// A task's state where there is little room.
    private static func short(ofTask state: String) -> String { state == "nothing to change" ? "no change" : state }

    static func style(ofTask state: String) -> CellStyle {
        switch state {
        case "landed": .green
        case "failed", "dropped": .red
        case "waiting": .dim
        default: .plain
        }
    }
}
