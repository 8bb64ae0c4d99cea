import Observability
import Orchestration

/// An agent in the company: who works on what, for how long, with which tool, for how many tokens.
extension RunScreen {
    func row(of agent: RunStatus.AgentStatus, depth: Int) -> Row {
        let isWorking = agent.state == "working"
        var spans = [
            Span(depth == 0 ? "" : "│  "), Span(isWorking ? "● " : "· ", isWorking ? .green : .dim),
            Span(Self.pad(agent.id, depth == 0 ? 14 : 11), isWorking ? .bold : .plain),
            Span(Self.pad(agent.since.map { since($0) } ?? "", 12), .dim),
            Span(Self.pad(isWorking ? Self.tokens(agent.turnTokens) : "", 7), .dim),
        ]
        if size.columns >= 100 {
            spans.append(Span(Self.pad(HumanText.money(dollars: agent.allUsd), 9), .dim))
            spans.append(Span(Self.pad(agent.allTokens.map { "\(Self.tokens($0)) in all" } ?? "", 15), .dim))
        }
        let brief = Self.safe(agent.brief ?? (isWorking ? "working" : "idle"))
        let tool = doing(agent)
        let reasons = [agent.waits.map(waiting), agent.stopping.map { "being stopped: \(said($0))" }].compactMap { $0 }
        let room = size.columns - spans.reduce(0) { $0 + $1.text.cells }
        // Where not all fits, a tool and what it is for have half of the room each, and why nothing happens has two thirds; what one leaves of it the
        // other takes.
        let others = reasons.reduce(tool.map { $0.cells + 2 } ?? 0) { $0 + $1.cells + 2 }
        let most = max(room / (reasons.isEmpty ? 2 : 3), room - others)
        spans.append(Span(Self.cut(brief, most), agent.brief == nil ? .dim : .plain))
        spans += reasons.map { Span("  \($0)", .yellow) }
        if let tool { spans.append(Span("  \(tool)", agent.tool == nil ? .dim : .cyan)) }
        return Row(spans, .agent(agent.id))
    }

    /// Why an agent waits, as people say it.
    func waiting(_ reason: String) -> String {
        let reason = said(reason)
        return reason.hasPrefix("waits ") ? reason : "waits: \(reason)"
    }

    /// From the agent's structured output, where an engine follows it. An earlier version tells nothing of it, and neither does the journal, from
    /// which a replay is made: then the newest line of the log stands for it.
    private func doing(_ agent: RunStatus.AgentStatus) -> String? {
        guard agent.state == "working" else { return nil }
        guard agent.doing != nil else { return log.latest[agent.id].map(Self.safe) }
        let isLong = agent.tool.map { now - $0.since.ms >= 10_000 && size.columns >= 100 } ?? false
        let time = isLong ? agent.tool.map { "  for \(since($0.since))" } ?? "" : ""
        return HumanText.doing(agent).map { Self.safe($0) + time }
    }

    private static func tokens(_ count: Int?) -> String { count.map { HumanText.tokens(Int64($0)) } ?? "" }

    /// At most so many cells, with a mark where something is missing.
    static func cut(_ text: String, _ width: Int) -> String {
        guard text.cells > width else { return text }
        var (shown, cells) = ("", 0)
        for character in text {
            cells += character.cells
            guard cells < width else { break }
            shown.append(character)
        }
        // What has been cut before has its mark already.
        while shown.last == "…" || shown.last == " " { shown.removeLast() }
        return shown + "…"
    }

    /// What people said to an agent, the newest last, with what has become of it.
    func messages(to agent: String) -> [Row] {
        let told = (status.messages ?? []).filter { $0.agent == agent }.suffix(20)
        guard !told.isEmpty else { return [] }
        return [Row([]), Row([Span("Messages", .bold)])]
            + told.map { message in
                let style: CellStyle =
                    switch message.state {
                    case "acknowledged", "delivered": .green
                    case "undelivered": .red
                    default: .yellow
                    }
                return Row([
                    Span("  "), Span(Self.pad(message.state, 13), style), Span("\(Self.safe(message.sender)): ", .dim),
                    Span(Self.safe(message.text)), Span(message.why.map { "  \(said($0))" } ?? "", .dim),
                ])
            }
    }
}
