import Orchestration

/// What is read or written on top of the pages.
extension WatchState {
    /// What the keys act on.
    package struct Scene: Sendable {
        /// What the rows of the present page stand for.
        var links: [Link?]
        /// Rows that a page has on the screen, for paging.
        var height: Int
        /// Rows that what is open, or the log, can be scrolled back.
        var furthest: Int
        /// The agent who works on what is selected or open; a message without one goes to the Director.
        var agent: String?

        package init(links: [Link?], height: Int, furthest: Int = .max, agent: String? = nil) {
            self.links = links
            self.height = height
            self.furthest = furthest
            self.agent = agent
        }
    }

    /// A text that the program had to fetch for the view.
    package struct Document: Sendable, Equatable {
        package var link: Link
        /// Where it comes from, on one line.
        package var title: String
        /// Harmless to a terminal.
        package var lines: [String]
        /// What the lines of a transcript are, one for each; elsewhere none.
        package var tones: [Tone]

        package init(link: Link, title: String, lines: [String], tones: [Tone] = []) {
            self.link = link
            self.title = title
            self.lines = lines
            self.tones = tones
        }
    }

    /// How a line of a transcript is meant.
    package enum Tone: Sendable, Equatable {
        case plain, call, result, failure, mark
    }

    /// A message that is being typed.
    package struct Draft: Sendable, Equatable {
        package var agent: String
        package var text = ""
        /// Whether what the agent does is stopped first.
        package var interrupts = false

        /// Characters of a message.
        static let limit = Order.longestText

        /// Takes as much of what was pasted as a message may have.
        mutating func take(_ pasted: String) { text = String((text + pasted).prefix(Self.limit)) }
    }

    /// Takes a key while a message is typed: everything belongs to the text until it is sent or given up.
    mutating func type(_ key: Key, _ draft: Draft) -> Action? {
        self.draft = nil
        var draft = draft
        switch key {
        case .enter:
            let text = draft.text.drop(while: \.isWhitespace)
            return text.isEmpty ? nil : .tell(draft.agent, String(text), interrupts: draft.interrupts)
        case .escape, .control("c"), .control("d"): return nil
        case .backspace: _ = draft.text.popLast()
        case .control("u"): draft.text = ""
        case .control("x"): draft.interrupts.toggle()
        case .character(let character) where draft.text.count < Draft.limit: draft.text.append(character)
        default: break
        }
        self.draft = draft
        return nil
    }

    /// Opens what the agent behind the selected row, or behind what is open, says and does.
    mutating func openTranscript(_ scene: Scene) -> Action? {
        guard let agent = scene.agent else {
            notice = "Nobody works on this, so there is no transcript to show."
            return nil
        }
        return openTranscript(of: agent)
    }

    mutating func openTranscript(of agent: String) -> Action? {
        open = .agent(agent)
        document = document?.link == open ? document : nil
        scroll = 0
        return .load(.agent(agent))
    }

    /// Opens the difference that an agent has made, or what the gate printed.
    mutating func openText(_ key: Key, _ scene: Scene) -> Action? {
        let link: Link
        switch (key, open ?? selected(scene.links)) {
        case (.character("d"), .diff(let agent)): link = .diff(agent)
        case (.character("d"), _):
            guard let agent = scene.agent else {
                notice = "Nobody works on this, so there is no difference to show."
                return nil
            }
            link = .diff(agent)
        case (_, .task(let id)), (_, .candidate(let id)), (_, .gateLog(let id)): link = .gateLog(id)
        default:
            notice = "Choose a task, or a change in the merge queue, to see what the gate printed."
            return nil
        }
        open = link
        document = document?.link == link ? document : nil
        // A difference is read from its beginning, a log from its end.
        scroll = key == .character("d") ? .max : 0
        return .load(link)
    }
}
