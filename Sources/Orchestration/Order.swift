/// Something that a person wants of a run while it goes on.
///
/// Whoever gives it chooses its id, and an order of a known id is not carried out again: so it can be given once more when nobody knows whether it
/// has arrived.
package struct Order: Codable, Sendable, Equatable {
    package enum Wish: Codable, Sendable, Equatable {
        /// Say something to an agent: in its running turn, or else with its next one.
        case tell(AgentID, String, interrupts: Bool)
        /// `nil` is the only team.
        case addTask(TaskDraft, team: TeamID?)
        case cancelTask(TaskID, reason: String?)
        /// Begin a task anew that was given up or that somebody works on.
        case retryTask(TaskID)
        /// Begin a task, and what it depends on, before all others of its team.
        case prioritiseTask(TaskID)
        /// Stop what an agent does, and have it done anew in a fresh session.
        case restartAgent(AgentID)
        case set(LiveSetting)
        /// Answer what an agent asks: with an option's number, or in one's own words.
        case answer(QuestionID, String)
        /// Have done what waits for approval.
        case approve(QuestionID)
        /// Send it back to who made it.
        case reject(QuestionID, reason: String)
    }

    package var id: String
    /// Who gives it.
    package var by: String
    package var wish: Wish

    package init(id: String, by: String, wish: Wish) {
        self.id = id
        self.by = by
        self.wish = wish
    }

    /// Characters of what is said to an agent.
    package static let longestText = 4_000
    /// Characters of an order's id and of a person's name.
    package static let longestName = 100
    /// Messages of people that an agent may have before it.
    package static let mostMessages = 20
}

/// What became of an order: the answer to it, kept for a while so that the same order again gets the same answer.
package struct OrderReceipt: Codable, Sendable, Equatable {
    package var id: String
    package var by: String
    /// What was made for it, such as `message-3` or `task-12`.
    package var subject: String?
    /// What is done about it, in a sentence.
    package var words: String

    package init(id: String, by: String, subject: String? = nil, words: String) {
        self.id = id
        self.by = by
        self.subject = subject
        self.words = words
    }
}

/// Why an order is not carried out. Nothing has happened then.
package struct OrderObjection: Error, Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable {
        /// There is no such agent, task or team.
        case unknown
        /// What is wanted makes no sense as it is.
        case invalid
        /// Not as things stand now.
        case untimely
    }

    package var kind: Kind
    package var message: String
    package var remedy: String
    /// For an unknown name: the name, and those that there are.
    package var name: String?
    package var known: [String]?

    init(_ kind: Kind, _ message: String, _ remedy: String) {
        self.kind = kind
        self.message = message
        self.remedy = remedy
    }

    package static let notYet = OrderObjection(.untimely, "The run is being taken up.", "Try again in a moment.")
    package static let notKept = OrderObjection(
        .untimely, "The journal cannot be written, so the run stops.", "See the log, put it right, and go on with cco resume.")

    init(unknown what: String, _ name: String, among known: [String]) {
        self.init(.unknown, "There is no \(what) \"\(name)\".", known.isEmpty ? "There is none yet." : "")
        self.name = name
        self.known = known
    }
}

/// The newest orders with the answers to them.
package struct OrderBook: Codable, Sendable, Equatable {
    package private(set) var receipts: [OrderReceipt] = []
    /// How many there have been.
    package private(set) var count = 0

    /// An order that comes again comes soon.
    static let length = 256

    package subscript(id: String) -> OrderReceipt? { receipts.last { $0.id == id } }

    mutating func add(_ receipt: OrderReceipt) {
        count += 1
        receipts.append(receipt)
        if receipts.count > Self.length { receipts.removeFirst() }
    }
}
