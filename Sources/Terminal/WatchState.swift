import Orchestration

/// What the view is about, apart from the run: which page, what is selected, how far it is scrolled. Changed by keys only.
package struct WatchState: Sendable, Equatable {
    /// The lists of the view.
    package enum Page: Int, CaseIterable, Sendable {
        case company = 1
        case tasks, queue, log, limits

        package var title: String {
            switch self {
            case .company: "Company"
            case .tasks: "Tasks"
            case .queue: "Merge queue"
            case .log: "Log"
            case .limits: "Limits"
            }
        }

        /// Whether it is scrolled as a whole and nothing on it is selected.
        var isText: Bool { self == .log || self == .limits }
    }

    /// What a row stands for, and what can be opened.
    package enum Link: Sendable, Hashable {
        case agent(String)
        case task(String)
        case candidate(String)
        /// What waits for a person.
        case question(String)
        /// What an agent's worktree holds over the branch it is for.
        case diff(String)
        /// What the gate printed for a task or a candidate.
        case gateLog(String)
    }

    /// What the program has to do.
    package enum Action: Sendable, Equatable {
        /// Leave the view; the run goes on.
        case leave
        /// Have the run stand still.
        case pause
        /// Draw everything anew.
        case redraw
        /// Fetch what is open, as ``WatchState/document``.
        case load(Link)
        /// Say something to an agent, and have what it does stopped first.
        case tell(String, String, interrupts: Bool)
    }

    package var page: Page = .company
    /// The selected row of each page.
    package var selection: [Page: Int] = [:]
    /// What is open on top of the page.
    package var open: Link?
    /// The text that was fetched last.
    package var document: Document?
    /// The message that is being typed; every key goes to it.
    package var draft: Draft?
    /// Rows from the end that the open text, or the log, is scrolled back; 0 follows what is new.
    package var scroll = 0
    package var showsHelp = false
    /// Where what the help covers goes on.
    private var scrollBeforeHelp = 0
    /// A question that the next key answers.
    package var asksForPause = false
    /// Whether Ctrl-C asks for a pause, as people expect of the terminal that started the run; elsewhere it leaves.
    package var ctrlCPauses = false
    /// Something to tell the person, until the next key.
    package var notice: String?

    package init() {}

    /// - Returns: what has to be done, apart from drawing.
    package mutating func handle(_ key: Key, on scene: Scene) -> Action? {
        // What was pasted may say anything, and is no command.
        if case .paste(let text) = key {
            draft?.take(text)
            return nil
        }
        notice = nil
        scroll = min(scroll, scene.furthest)
        if let draft { return type(key, draft) }
        if asksForPause {
            asksForPause = false
            return key == .character("y") ? .pause : nil
        }
        switch key {
        case .control("c") where ctrlCPauses: asksForPause = true
        case .control("c"), .control("d"), .character("q"):
            // `q` closes what is open first.
            if key == .character("q"), open != nil || showsHelp { close() } else { return .leave }
        case .control("l"): return .redraw
        case .escape, .left, .backspace: close()
        case .character("?"), .character("h"):
            if showsHelp { close() } else { (showsHelp, scrollBeforeHelp, scroll) = (true, scroll, .max) }
        case .character("p"): asksForPause = true
        case .character("1"): turn(to: .company)
        case .character("2"): turn(to: .tasks)
        case .character("3"): turn(to: .queue)
        case .character("4"): turn(to: .log)
        case .character("5"): turn(to: .limits)
        case .tab, .backTab:
            let step = key == .tab ? 0 : Page.allCases.count - 2
            if let next = Page(rawValue: (page.rawValue + step) % Page.allCases.count + 1) { turn(to: next) }
        case .enter, .right:
            if open == nil, let link = selected(scene.links) {
                if case .agent(let agent) = link { return openTranscript(of: agent) }
                open = link
                // What there is to know of it, and why it waits, comes first.
                scroll = .max
            }
        case .character("t"): return openTranscript(scene)
        case .character("d"), .character("l"): return openText(key, scene)
        case .character("m"): draft = Draft(agent: scene.agent ?? "director")
        default: move(key, scene)
        }
        return nil
    }

    private mutating func close() {
        if showsHelp {
            showsHelp = false
            return scroll = scrollBeforeHelp
        }
        open = nil
        scroll = page == .limits ? .max : 0
    }

    private mutating func turn(to page: Page) {
        self.page = page
        open = nil
        showsHelp = false
        // The log is read from its end, the limits from their beginning.
        scroll = page == .limits ? .max : 0
    }

    func selected(_ links: [Link?]) -> Link? {
        let index = min(selection[page] ?? 0, links.count - 1)
        return index >= 0 ? links[index] : nil
    }

    private mutating func move(_ key: Key, _ scene: Scene) {
        let (links, height) = (scene.links, scene.height)
        let step: Int
        switch key {
        case .up, .character("k"): step = -1
        case .down, .character("j"): step = 1
        case .pageUp, .control("b"): step = -max(1, height - 1)
        case .pageDown, .control("f"), .character(" "): step = max(1, height - 1)
        case .home, .character("g"): step = -1_000_000
        case .end, .character("G"): step = 1_000_000
        default: return
        }
        guard open == nil, !showsHelp, !page.isText else { return scroll = max(0, min(scene.furthest, scroll - step)) }
        let last = max(0, links.count - 1)
        var index = max(0, min(last, min(last, selection[page] ?? 0) + step))
        // Rows that stand for nothing, such as headings, are passed over, in the direction of the movement and then back.
        while index > 0, index < last, links[index] == nil { index += step > 0 ? 1 : -1 }
        selection[page] = index
    }
}
