import ControlAPI
import Engine
import JSON
import MCP
import Observability
import Orchestration

/// What a model can ask of a run, and have done.
struct RunTools: ToolBox {
    let place: Place
    let surroundings: Surroundings
    let isReadOnly: Bool

    /// Tasks that are listed.
    static let mostTasks = 200
    /// Lines of a log.
    static let mostLines = 200

    var tools: [Tool] {
        isReadOnly ? looking : looking + Self.steering
    }

    private var looking: [Tool] {
        [
            Tool("run_status", "How the run stands: phase, agents, tasks, queues, cost, limits."),
            Tool(
                "list_tasks", "The tasks with state, worker and why they wait.",
                [.init("state", .string, "Only these: waiting, in progress, in review, merging, landed, dropped or failed.")]),
            Tool(
                "why_waiting", "Why a task, an agent or the whole run does not move.",
                [.init("id", .string, "task-7 or worker-2; none: the run.")]),
            Tool(
                "agent_log", "The newest lines of an agent's log.",
                [
                    .init("agent", .string, "director, em-1, worker-3 …", isRequired: true),
                    .init("lines", .integer, "1 to \(Self.mostLines); default 40."),
                ]),
            Tool("cost", "What the run has cost, by role, purpose, model and task."),
            Tool("list_questions", "What agents ask a person, and what waits for approval."),
        ]
    }

    /// What a model reads has neither secrets nor control characters, whatever agents wrote.
    func call(_ name: String, _ arguments: [String: JSONValue]) async throws -> String {
        // To stand still needs nothing, and tells nothing of the run.
        if name == "pause" { return try await pause(arguments["reason"]?.string) }
        let redactor = try place.redactor(surroundings)
        return redactor.redacted(ControlSequences.sanitised(try await answer(name, arguments)))
    }

    private func answer(_ name: String, _ arguments: [String: JSONValue]) async throws -> String {
        switch name {
        case "run_status": return try await status()
        case "list_tasks": return try await tasks(arguments["state"]?.string)
        case "why_waiting": return try await why(arguments["id"]?.string)
        case "agent_log": return try await log(arguments["agent"]?.string ?? "", arguments["lines"]?.whole ?? 40)
        case "cost": return try await finder.cost().text
        case "list_questions": return try await questions()
        default:
            guard let request = Self.order(name, arguments) else { throw Failure("there is no tool \"\(name)\"", .usage) }
            return try await give(request)
        }
    }

    // MARK: Looking

    var finder: RunFinder { RunFinder(place: place) }

    private func status() async throws -> String {
        let (status, isLive) = try await finder.shownStatus(surroundings)
        return StatusText(status: status, isLive: isLive, options: place.options, style: Style(isOn: false)).lines.joined(separator: "\n")
    }

    private func tasks(_ state: String?) async throws -> String {
        let all = try await finder.shownStatus(surroundings).status.tasks
        let chosen = state.map { state in all.filter { $0.state == state } } ?? all
        guard !chosen.isEmpty else { return all.isEmpty ? "There is no task yet." : "None of \(all.count) tasks is \"\(state ?? "")\"." }
        let lines = chosen.prefix(Self.mostTasks).map(Self.line)
        let more = chosen.count > lines.count ? ["… and \(chosen.count - lines.count) more"] : []
        return (lines + more).joined(separator: "\n")
    }

    private static func line(_ task: RunStatus.TaskStatus) -> String {
        let worker = task.worker.map { " (\($0))" } ?? ""
        let why = task.why.map { ": \(OneLineText.of($0, limit: 200))" } ?? ""
        return "\(task.id) \(task.state)\(worker) \(OneLineText.of(task.title, limit: 100))\(why)"
    }

    private func why(_ id: String?) async throws -> String {
        let status = try await finder.shownStatus(surroundings).status
        guard let id else { return Self.why(status) }
        if let task = status.tasks.first(where: { $0.id == id }) { return Self.line(task) }
        let agents = status.agents
        guard let agent = agents.first(where: { $0.id == id }) else {
            throw Failure("there is no task or agent \"\(id)\". \(Named.advice(id, among: agents.map(\.id)))", .usage)
        }
        let brief = agent.brief.map { OneLineText.of($0, limit: 200) } ?? "nothing to do"
        return "\(agent.id) is \(agent.state): \(brief)" + (agent.waits.map { "; \(OneLineText.of($0, limit: 300))" } ?? "")
    }

    private static func why(_ status: RunStatus) -> String {
        if let end = status.end, status.phase == "ended" { return "The run has ended: \(OneLineText.of(end.explanation, limit: 300))" }
        if let suspension = status.suspension { return "The run stands still: \(OneLineText.of(suspension, limit: 300))" }
        if let waiting = status.waiting {
            return "Nobody works: \(OneLineText.of(waiting.reason, limit: 300))" + (waiting.until.map { ", until \($0.iso)" } ?? "")
        }
        let waits = status.tasks.filter { $0.why != nil && $0.settledAt == nil }.prefix(30).map(line)
        let working = status.agents.count { $0.state == "working" }
        return (["\(working) agents work."] + waits).joined(separator: "\n")
    }

    private func log(_ agent: String, _ count: Int) async throws -> String {
        guard (1...Self.mostLines).contains(count) else { throw Failure("lines is a number from 1 to \(Self.mostLines)", .usage) }
        let status = try await finder.shownStatus(surroundings).status
        _ = try Named.one(agent, "agent", among: status.agents, by: \.id)
        let reader = try LogTailReader(RunLogs.find(status.run, at: place, surroundings).combined)
        try reader.catchUp()
        let lines = reader.tail.entries.filter { $0.source == agent }.suffix(count).map { entry in
            "\(entry.time) \(String(LogTail.withoutTurn(entry.text).prefix(2_000)))"
        }
        return lines.isEmpty ? "\(agent) has said nothing lately." : lines.joined(separator: "\n")
    }

    private func questions() async throws -> String {
        let open = (try await finder.shownStatus(surroundings).status.questions ?? []).filter { $0.state == "open" }
        guard !open.isEmpty else { return "Nothing is asked." }
        return open.flatMap { question in QuestionText.lines(question, options: "") { OneLineText.of($0, limit: 500) } }.joined(
            separator: "\n")
    }
}
