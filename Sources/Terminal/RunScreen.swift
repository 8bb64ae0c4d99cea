import Observability
import Orchestration

/// A run on a terminal of a given size: a pure function of what is known, so that a test compares screens as text.
package struct RunScreen: Sendable {
    /// One row of a list.
    struct Row: Sendable {
        var spans: [Span]
        var link: WatchState.Link?

        init(_ spans: [Span], _ link: WatchState.Link? = nil) {
            self.spans = spans
            self.link = link
        }
    }

    package var status: RunStatus
    /// Whether an engine has the run in hand.
    package var isLive: Bool
    package var log: LogTail
    package var state: WatchState
    package var size: ScreenSize
    /// The present moment, in milliseconds since 1970: running times are up to now.
    package var now: Int64
    package var isASCII: Bool
    /// What a command needs to find the run, such as ` --config ./x`.
    package var options = ""
    /// What the foot says in a replay, in place of the keys.
    package var replay: String?

    package init(
        status: RunStatus, isLive: Bool, log: LogTail, state: WatchState, size: ScreenSize, now: Int64, isASCII: Bool = false
    ) {
        self.status = status
        self.isLive = isLive
        self.log = log
        self.state = state
        self.size = size
        self.now = now
        self.isASCII = isASCII
    }

    /// What the next key acts on.
    package var scene: WatchState.Scene {
        let links = links
        let isText = state.showsHelp || state.open != nil || state.page.isText
        let link = state.open ?? state.selected(links)
        return .init(
            links: links, height: bodyHeight, furthest: isText ? max(0, text.count - bodyHeight) : .max,
            agent: link.flatMap { agent(behind: $0) })
    }

    /// Rows of the page or of what is open on it.
    private var bodyHeight: Int { max(1, size.rows - headHeight - tickerHeight - 1) }

    /// What is scrolled, not selected from.
    private var text: AnyRandomAccessCollection<Row> {
        if state.showsHelp { return AnyRandomAccessCollection((replay == nil ? Self.help : ReplayState.help).map { Row([Span($0)]) }) }
        return state.open.map { detail(of: $0) } ?? rows
    }

    /// What the rows of the page stand for.
    private var links: [WatchState.Link?] {
        switch state.page {
        case .tasks: status.tasks.map { .task($0.id) }
        case .log, .limits: []
        case .company, .queue: rows.map(\.link)
        }
    }

    private var headHeight: Int { size.rows >= 8 ? 3 : 1 }

    /// The newest events get a sixth of the screen; nothing where the log is on it, or where it is small.
    private var tickerHeight: Int {
        guard size.rows >= 16, state.page != .log || state.open != nil, !state.showsHelp else { return 0 }
        return max(3, size.rows / 6) + 1
    }

    package var canvas: Canvas {
        var canvas = Canvas(size, isASCII: isASCII)
        for (row, spans) in head.prefix(headHeight).enumerated() { canvas.write(spans, row: row) }
        body(on: &canvas, from: headHeight)
        ticker(on: &canvas, from: headHeight + bodyHeight)
        canvas.write(foot, row: size.rows - 1)
        return canvas
    }

    // MARK: Parts

    private var head: [[Span]] {
        let time = status.time
        let passes = isLive && status.suspension == nil && status.phase != "ended" && time.restsUntil == nil
        let worked = passes ? max(0, now - status.at.ms) : 0
        let duration = HumanText.duration(milliseconds: time.workedMilliseconds + worked)
        let cost = HumanText.money(dollars: status.spending.costUsd)
        let budget = status.spending.budgetUsd.map { " of \(HumanText.money(dollars: $0))" } ?? ""
        let figures = [
            [duration + " of " + HumanText.duration(milliseconds: time.limitMilliseconds), duration], [cost + budget, cost],
            [HumanText.tokens(Int64(status.spending.tokens.total)) + " tokens"],
        ]
        let first = HeadLine([Span("cco ", .bold), Span(status.run + "  "), stateSpan], columns: size.columns)
        return [figures.reduce(into: first) { $0.add($1) }.spans, summary, tabs]
    }

    private var stateSpan: Span {
        if status.phase == "ended" { return Span("ended: \(status.end?.reason ?? "")", .bold) }
        if let suspension = status.suspension {
            let text = said(suspension)
            return status.needsPerson ? Span("NEEDS YOU: \(text)", .red) : Span("paused: \(text)", .yellow)
        }
        guard isLive else { return Span("interrupted: its engine is gone", .yellow) }
        guard let waiting = status.waiting else { return Span(status.phase, .green) }
        return Span("waits" + (waiting.until.map { " until \(HumanText.time($0, today: now))" } ?? ""), .yellow)
    }

    private var summary: [Span] {
        let landed = status.tasks.count(where: \.hasLanded)
        let unneeded = status.tasks.count(where: \.isUnneeded)
        var line = HeadLine(
            [Span("tasks "), Span("\(landed)/\(status.tasks.count) "), bar(landed + unneeded, of: status.tasks.count, width: 10)],
            columns: size.columns)
        if unneeded > 0 { line.add("\(unneeded) unchanged", .dim) }
        if status.endsUndelivered { line.add("not all on \(status.targetBranch)", .yellow) }
        // What somebody waits for comes before what there may be no room for.
        let asked = status.openQuestions.count
        if asked > 0 { line.add("\(HumanText.count(asked, "question")) to you", .yellow) }
        if let waiting = status.waiting { line.add(text: self.waiting(waiting.reason), .yellow) }
        let merges = status.merges
        line.add("\(status.targetBranch) \(status.baseHead.map { String($0.prefix(8)) } ?? "-")")
        line.add("\(merges.published) merged")
        if merges.conflicts > 0 { line.add(HumanText.count(merges.conflicts, "conflict"), .yellow) }
        if merges.redGates > 0 { line.add("\(merges.redGates) red", .red) }
        if merges.flakes > 0 { line.add("\(merges.flakes) flaky", .yellow) }
        let benched = status.credentials.count { $0.state != "usable" }
        if benched > 0 { line.add("\(benched) of \(status.credentials.count) credentials out", .yellow) }
        let slowed = status.credentials.count { $0.state == "usable" && $0.why != nil }
        if slowed > 0 { line.add("\(slowed) of \(status.credentials.count) credentials slowed", .yellow) }
        for limit in nearLimits { line.add(limit, .yellow) }
        if status.gate.state == "ungated" { line.add("UNGATED", .red) }
        if let width = status.width, width.atOnce < width.workers {
            line.add(text: "\(width.atOnce) workers at once\(width.reason.map { ": \(said($0))" } ?? "")", .yellow)
        }
        return line.spans
    }

    private func bar(_ part: Int, of whole: Int, width: Int) -> Span {
        let full = whole == 0 ? 0 : part * width / whole
        return Span(String(repeating: "█", count: full) + String(repeating: "░", count: width - full), .green)
    }

    private var tabs: [Span] {
        let pages = WatchState.Page.allCases.flatMap { page in
            let isOpen = page == state.page
            return [
                Span(" \(page.rawValue) \(page.title) ", CellStyle(isBold: isOpen, isDim: !isOpen, isReversed: isOpen)), Span(" "),
            ]
        }
        return pages + [Span("  times in UTC", .dim)]
    }

    private func body(on canvas: inout Canvas, from top: Int) {
        let height = bodyHeight
        guard state.open == nil, !state.showsHelp, !state.page.isText else {
            let text = text
            let last = max(0, text.count - height)
            return list(text, on: &canvas, from: top, first: last - min(state.scroll, last), selected: nil)
        }
        let rows = rows
        let selected = min(state.selection[state.page] ?? 0, max(0, rows.count - 1))
        // The selected row stays in the middle where there is more than fits.
        let first = max(0, min(rows.count - height, selected - height / 2))
        list(rows, on: &canvas, from: top, first: first, selected: rows.isEmpty ? nil : selected)
    }

    private func list(_ rows: some RandomAccessCollection<Row>, on canvas: inout Canvas, from top: Int, first: Int, selected: Int?) {
        for (offset, row) in rows.dropFirst(first).prefix(bodyHeight).enumerated() {
            canvas.write(row.spans, row: top + offset, isReversed: first + offset == selected && row.link != nil)
        }
    }

    private func ticker(on canvas: inout Canvas, from top: Int) {
        let height = tickerHeight
        guard height > 1 else { return }
        canvas.write([Span(String(repeating: "─", count: size.columns), .dim)], row: top)
        for (offset, entry) in log.entries.lazy.reversed().filter({ $0.isEvent || $0.level != nil }).prefix(height - 1).reversed()
            .enumerated()
        {
            canvas.write(spans(of: entry), row: top + 1 + offset)
        }
    }

    private var foot: [Span] {
        if state.asksForPause { return [Span("Pause the run? What its agents did is saved. y = yes, any other key = no", .bold)] }
        if let draft = state.draft {
            // The end of what is typed stays on the screen.
            let head = "To \(Self.safe(draft.agent))\(draft.interrupts ? ", stopping it first" : ""): "
            let keys = "  enter send, ^x \(draft.interrupts ? "let it go on" : "stop it first"), esc give up"
            let room = max(1, size.columns - head.cells - keys.cells - 2)
            return [
                Span(head, .bold), Span(Self.end(of: Self.safe(String(draft.text.suffix(1_000))), room)), Span(isASCII ? "_" : "▏"),
                Span(keys, .dim),
            ]
        }
        if let notice = state.notice { return [Span(Self.safe(notice), .bold)] }
        if let replay { return [Span(isASCII ? replay.replacing("←→", with: "left/right") : replay, .dim)] }
        let keys =
            state.open == nil
            ? "↑↓ move  enter open  1-5 pages  m message  p pause  ? help  q leave"
            : "↑↓ scroll  d difference  l gate's log  m message  esc back"
        return [Span(isASCII ? keys.replacing("↑↓", with: "j/k") : keys, .dim)]
    }

    private static let help = [
        "Keys", "",
        "  1 2 3 4 5, tab   company, tasks, merge queue, log, limits and cost",
        "  up, down, j, k   move; pgup, pgdn, g, G: further",
        "  enter            open: an agent's transcript, why a task waits, a candidate",
        "  t                the transcript of who works on what is selected",
        "  esc, q           back",
        "  d                the difference that the selected agent has made",
        "  l                what the gate printed for the selected task or change",
        "  m                a message to the selected agent (elsewhere: to the Director);",
        "                   ctrl-x while it is typed: stop what the agent does first",
        "  p                pause the run (asks first); `cco resume` goes on",
        "  ctrl-l           draw everything anew",
        "  q, ctrl-c        leave this view; the run goes on",
    ]

    // MARK: Text

    /// Others' words on one line, harmless to a terminal.
    static func safe(_ text: String) -> String {
        OneLineText.of(String(text.prefix(8_000)), limit: 2_000).replacing("\t", with: " ")
    }

    /// Text in a column of a width; where it does not fit it has a gap all the same.
    static func pad(_ text: String, _ width: Int) -> String {
        text.isEmpty && width == 0 ? "" : text + String(repeating: " ", count: max(1, width - text.cells))
    }

    /// The last part of a text that has so many cells, with a mark where something is missing.
    private static func end(of text: String, _ width: Int) -> String {
        guard text.cells > width else { return text }
        var (first, cells) = (text.endIndex, 1)
        while first > text.startIndex {
            let before = text.index(before: first)
            cells += text[before].cells
            guard cells <= width else { break }
            first = before
        }
        return "…" + text[first...]
    }

    /// A sentence of the run on one line, its times as people read them.
    func said(_ text: String) -> String { HumanText.times(in: Self.safe(text), today: now) }

    func spans(of entry: LogTail.Entry) -> [Span] {
        let style: CellStyle = entry.level == "error" ? .red : entry.level == "warning" ? .yellow : .plain
        // What agents print is shown as they printed it.
        let text = entry.isEvent ? said(entry.text) : Self.safe(entry.text)
        return [Span(entry.time + " ", .dim), Span(Self.pad(entry.source, 11) + " ", .cyan), Span(text, style)]
    }

    func since(_ moment: Moment) -> String { HumanText.duration(milliseconds: max(0, now - moment.ms) / 1_000 * 1_000) }
}
