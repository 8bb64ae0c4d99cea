import Observability
import Orchestration

/// What is open on top of a page.
extension RunScreen {
    func detail(of link: WatchState.Link) -> AnyRandomAccessCollection<Row> {
        switch link {
        case .agent(let id): AnyRandomAccessCollection(agent(id))
        case .task(let id): AnyRandomAccessCollection(task(id))
        case .candidate(let id): AnyRandomAccessCollection(candidate(id))
        case .question(let id): AnyRandomAccessCollection(question(id))
        case .diff, .gateLog: document(link)
        }
    }

    /// Who works on it, or who it is.
    func agent(behind link: WatchState.Link) -> String? {
        switch link {
        case .agent(let id), .diff(let id): id
        case .task(let id): worker(on: id)
        case .question(let id): status.openQuestions.first { $0.id == id }?.agent
        case .candidate(let id), .gateLog(let id):
            worker(on: status.queues.lazy.flatMap(\.candidates).first { $0.id == id }?.task ?? id)
        }
    }

    private func worker(on task: String) -> String? { status.tasks.first { $0.id == task }?.worker }

    // MARK: Texts

    /// The fetched text, its title first; lines of a patch have its colours.
    private func document(_ link: WatchState.Link) -> AnyRandomAccessCollection<Row> {
        guard let document = state.document, document.link == link else {
            return AnyRandomAccessCollection([Row([Span("It is being read …", .dim)])])
        }
        let isPatch = if case .diff = link { true } else { false }
        let title = Row([Span(Self.safe(document.title), .bold)])
        let lines = document.lines
        return AnyRandomAccessCollection(
            (-1..<lines.count).lazy.map { $0 < 0 ? title : Row([Span(lines[$0], isPatch ? Self.style(ofPatch: lines[$0]) : .plain)]) })
    }

    private static func style(ofPatch line: String) -> CellStyle {
        if line.hasPrefix("diff --git ") { return .bold }
        if line.hasPrefix("+++") || line.hasPrefix("---") { return .dim }
        if line.hasPrefix("+") { return .green }
        if line.hasPrefix("-") { return .red }
        return line.hasPrefix("@@") ? .cyan : .plain
    }

    // MARK: Agent

    /// The agent's transcript, the newest last: the fetched one, or as long as there is none what the log has.
    private func agent(_ id: String) -> [Row] {
        let members = [status.director] + status.teams.flatMap { [$0.lead] + $0.members }
        guard let agent = members.first(where: { $0.id == id }) else { return gone(id) }
        var rows = fetchedTranscript(of: id) ?? transcript(of: id)
        if rows.isEmpty { rows = [Row([Span("The log has nothing of \(id) yet.", .dim)])] }
        let tokens = agent.allTokens.map { ", \(HumanText.tokens(Int64($0))) tokens" } ?? ""
        let cost = HumanText.money(dollars: agent.allUsd) + tokens
        rows += messages(to: id)
        rows.append(Row([]))
        rows.append(
            Row([
                Span(id, .bold),
                Span("  \(agent.role), \(agent.state)\(agent.turn.map { " in \($0)" } ?? ""), \(agent.turns) turns, \(cost)"),
            ]))
        if let brief = agent.brief { rows.append(Row([Span("  \(Self.safe(brief))")])) }
        if let waits = agent.waits { rows.append(Row([Span("  \(waiting(waits))", .yellow)])) }
        if let doing = HumanText.doing(agent) { rows.append(Row([Span("  \(Self.safe(doing))", .cyan)])) }
        return rows + (agent.turnCeilings ?? []).map { row(of: $0) }
    }

    /// What the running turn may take.
    private func row(of ceiling: RunStatus.TurnCeiling) -> Row {
        guard let share = ceiling.share else { return Row([Span("  the turn may take \(ceiling.words)", .dim)]) }
        return Row([Span("  "), Self.gauge(share), Span("  this turn: \(ceiling.words)")])
    }

    private func fetchedTranscript(of id: String) -> [Row]? {
        guard let document = state.document, document.link == .agent(id), document.tones.count == document.lines.count else { return nil }
        var rows = [Row([Span(Self.safe(document.title), .bold)])]
        for (line, tone) in zip(document.lines, document.tones) {
            let indent = tone == .plain || tone == .mark ? "" : "  "
            let width = max(8, size.columns - indent.count)
            // As it is where it fits, by far the most, and with its own indentation.
            let pieces = line.utf8.count <= width ? [line] : wrapped(line, width: width)
            rows += pieces.map { Row([Span(indent), Span($0, Self.style(of: tone))]) }
        }
        return rows
    }

    private static func style(of tone: WatchState.Tone) -> CellStyle {
        switch tone {
        case .plain: .plain
        case .call: .cyan
        case .result, .mark: .dim
        case .failure: .red
        }
    }

    private func transcript(of id: String) -> [Row] {
        log.entries.lazy.filter { $0.source == id }.flatMap { entry in
            let style: CellStyle = entry.level == "error" ? .red : entry.level == "warning" ? .yellow : .plain
            return wrapped(LogTail.withoutTurn(entry.text), width: max(8, size.columns - 9)).enumerated().map { index, line in
                Row([Span(index == 0 ? entry.time + " " : "         ", .dim), Span(line, style)])
            }
        }
    }

    // MARK: Task

    private func task(_ id: String) -> [Row] {
        guard let task = status.tasks.first(where: { $0.id == id }) else { return gone(id) }
        var rows = [
            Row([Span("\(task.id)  ", .bold), Span(Self.safe(task.title), .bold)]),
            field("state", task.state + (task.commit.map { ", \($0.prefix(10))" } ?? ""), Self.style(ofTask: task.state)),
        ]
        if let why = task.why { rows += folded("why", said(why)) }
        rows.append(field("team", task.team + (task.worker.map { ", \($0)" } ?? "")))
        if !task.dependsOn.isEmpty {
            let states = task.dependsOn.map { name in "\(name) (\(status.tasks.first { $0.id == name }?.state ?? "unknown"))" }
            rows += folded("needs", states.joined(separator: ", "))
        }
        let returns = "\(task.reworks) reworks, \(task.conflicts) conflicts, \(task.redGates) red gates to mend"
        rows.append(field("effort", "\(task.attempts) attempts, \(returns)"))
        rows.append(field("cost", "\(HumanText.money(dollars: task.costUsd)), \(HumanText.tokens(Int64(task.tokens.total))) tokens"))
        rows.append(field("made", HumanText.time(task.createdAt, today: now)))
        if let started = task.startedAt { rows.append(field("begun", HumanText.time(started, today: now))) }
        if let settled = task.settledAt { rows.append(field("settled", HumanText.time(settled, today: now))) }
        let mentions = log.entries.lazy.filter { $0.isEvent && Self.mentions($0.text, task.id) }.suffix(200)
        if !mentions.isEmpty { rows.append(Row([])) }
        return rows + mentions.map { Row(spans(of: $0)) }
    }

    /// Whether a text names a task, and not one whose name begins alike.
    private static func mentions(_ text: String, _ id: String) -> Bool {
        text.split { !$0.isLetter && !$0.isNumber && $0 != "-" }.contains { $0 == id }
    }

    // MARK: Candidate

    private func candidate(_ id: String) -> [Row] {
        for queue in status.queues {
            guard let candidate = queue.candidates.first(where: { $0.id == id }) else { continue }
            return [
                Row([Span(Self.safe(candidate.what), .bold)]), field("into", queue.target), field("state", candidate.state),
                field("head", String(candidate.head.prefix(12))),
                field("since", "\(HumanText.time(candidate.since, today: now)), for \(since(candidate.since))"),
            ] + folded("why", said(candidate.why))
        }
        return gone(id)
    }

    // MARK: Text

    private func gone(_ id: String) -> [Row] {
        [
            Row([
                Span(
                    "\(replay == nil ? "\(id) is no longer there: it was settled, or the run was replaced." : "At this moment there is no \(id).")",
                    .dim)
            ])
        ]
    }

    private func field(_ name: String, _ value: String, _ style: CellStyle = .plain) -> Row {
        Row([Span(Self.pad("  \(name)", 11), .dim), Span(Self.safe(value), style)])
    }

    func folded(_ name: String, _ value: String) -> [Row] {
        wrapped(Self.safe(value), width: max(8, size.columns - 11)).enumerated().map { index, line in
            Row([Span(Self.pad(index == 0 ? "  \(name)" : "", 11), .dim), Span(line)])
        }
    }

    /// Lines of at most `width` cells, broken at spaces where there are any; at most 400 of them.
    func wrapped(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = ""
            var cells = 0
            for word in paragraph.split(separator: " ", omittingEmptySubsequences: false) {
                let wide = word.cells
                if cells > 0, cells + 1 + wide > width {
                    lines.append(line)
                    (line, cells) = ("", 0)
                }
                if cells > 0 {
                    line += " "
                    cells += 1
                }
                for character in word {
                    let wide = character.cells
                    if cells + wide > width {
                        lines.append(line)
                        (line, cells) = ("", 0)
                    }
                    line.append(character)
                    cells += wide
                }
                guard lines.count < 400 else { return lines + ["…"] }
            }
            lines.append(line)
        }
        return lines
    }
}
