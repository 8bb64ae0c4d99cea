/// Something that the run asks a person: what an agent wants to know, or whether something may be done.
///
/// An agent's question needs no answer: when its time is over its default counts, or the agent decides for itself. What needs a person's approval
/// waits for it, unless the configuration gives it a time too.
package struct Question: Codable, Sendable, Equatable {
    /// What is to be approved.
    package enum Subject: Codable, Sendable, Equatable {
        /// The first goals of a company's teams.
        case goals(GoalPlanReport)
        /// The first tasks of a run that the Director leads itself.
        case tasks(TaskPlanReport)
        /// What is to go to the base branch, as it is at this commit.
        case promotion(Candidate.Kind, head: ObjectID)
    }

    package enum Outcome: Codable, Sendable, Equatable {
        case open
        /// `by` is the person; `nil` means that nobody answered in time.
        case answered(String, by: String?)
        /// `by` is the person; `nil` means that nobody objected in time.
        case approved(by: String?)
        case rejected(String, by: String)
        /// Nobody needs it any more.
        case lapsed

        /// A stable word for views and scripts.
        package var word: String {
            switch self {
            case .open: "open"
            case .answered(_, let by): by == nil ? "defaulted" : "answered"
            case .approved: "approved"
            case .rejected: "rejected"
            case .lapsed: "lapsed"
            }
        }
    }

    package var id: QuestionID
    /// Who asks; for what is to be approved, who made it.
    package var agent: AgentID
    package var task: TaskID?
    package var text: String
    /// Answers that the agent proposes.
    package var options: [String]
    /// What counts when nobody answers.
    package var fallback: String?
    package var askedAt: Timestamp
    /// When the default counts, or silence approves. Time in which no engine has the run in hand does not count. `nil`: never.
    package var deadline: Timestamp?
    /// Whether the task stands still until then: its worker is blocked without the answer.
    package var holdsTask: Bool
    /// `nil` for what an agent wants to know.
    package var subject: Subject?
    package var outcome = Outcome.open

    package init(
        id: QuestionID, agent: AgentID, task: TaskID? = nil, text: String, options: [String] = [], fallback: String? = nil,
        askedAt: Timestamp, deadline: Timestamp?, holdsTask: Bool = false, subject: Subject? = nil
    ) {
        self.id = id
        self.agent = agent
        self.task = task
        self.text = text
        self.options = options
        self.fallback = fallback
        self.askedAt = askedAt
        self.deadline = deadline
        self.holdsTask = holdsTask
        self.subject = subject
    }

    /// Minutes until the default counts, where the configuration says nothing.
    package static let usualMinutes = 30
    /// Characters of what an agent asks, and of each of its options and its default.
    static let longestText = 1_500
    static let longestOption = 200
    static let mostOptions = 6

    /// Whether it is a question of approval.
    package var isApproval: Bool { subject != nil }

    /// A number that is meant for an option that there is not, most likely a slip of the finger; `nil` for every other answer.
    func missingOption(_ text: String) -> Int? {
        guard !options.isEmpty, !options.contains(text), let number = Int(text.filter { !$0.isWhitespace }) else { return nil }
        return options.indices.contains(number - 1) ? nil : number
    }

    /// An option by its number or as it is; otherwise a person's own words.
    package func answer(_ text: String) -> String {
        guard let number = Int(text.filter { !$0.isWhitespace }), options.indices.contains(number - 1) else { return text }
        return options[number - 1]
    }

    /// What is said to whoever can act on an answer.
    func reply(_ answer: String) -> String {
        let about = task.map { " about \($0)" } ?? ""
        return "\(agent) asked\(about) (\(id)): \(text)\n\nThe answer: \(answer)"
    }

    /// What a worker that waited is told when nobody has answered.
    var silence: String {
        guard let fallback else { return "Nobody has answered \(id) in time: decide for yourself, and say in your report how you decided." }
        return "Nobody has answered \(id) in time, so your default counts: \(fallback)"
    }

    /// What is kept of it once it is settled.
    fileprivate var settled: Question {
        var question = self
        switch subject {
        case .goals(let plan): question.subject = .goals(GoalPlanReport(summary: plan.summary, verifyCommand: nil, goals: []))
        case .tasks(let plan): question.subject = .tasks(TaskPlanReport(summary: plan.summary, verifyCommand: nil, tasks: []))
        case .promotion, nil: break
        }
        return question
    }
}

package typealias QuestionID = ID<Question>

/// The newest questions. Those that are open are always among them.
package struct QuestionBook: Codable, Sendable, Equatable {
    package private(set) var questions: [Question] = []
    /// How many there have been.
    package private(set) var count = 0
    /// Whether a first plan has taken effect: only that one waits for a person.
    package private(set) var hasPlan = false

    static let length = 100
    /// What agents ask beyond that is left to them.
    package static let mostOpen = 20

    package subscript(id: QuestionID) -> Question? { questions.last { $0.id == id } }

    package var open: [Question] { questions.filter { $0.outcome == .open } }

    /// Whether a plan waits for approval.
    var holdsPlan: Bool {
        questions.contains {
            guard $0.outcome == .open else { return false }
            switch $0.subject {
            case .goals, .tasks: return true
            case .promotion, nil: return false
            }
        }
    }

    /// What waits for approval on its way to the base branch.
    var openPromotions: [Question] {
        questions.filter { if $0.outcome == .open, case .promotion = $0.subject { true } else { false } }
    }

    mutating func add(_ question: Question) {
        count += 1
        questions.append(question)
        guard questions.count > Self.length, let oldest = questions.firstIndex(where: { $0.outcome != .open }) else { return }
        questions.remove(at: oldest)
    }

    mutating func settle(_ id: QuestionID, _ outcome: Question.Outcome) {
        guard let index = questions.lastIndex(where: { $0.id == id }) else { return }
        questions[index].outcome = outcome
        questions[index] = questions[index].settled
    }

    /// The first plan has been taken as it is; what a person approves of may still be sent back by the checks.
    mutating func planTookEffect() { hasPlan = true }

    /// Time in which nobody could have answered is given on top.
    mutating func postpone(by milliseconds: Int64) {
        for index in questions.indices where questions[index].outcome == .open {
            questions[index].deadline = questions[index].deadline?.advanced(byMilliseconds: milliseconds)
        }
    }
}

/// The question in a report, whichever it is.
struct QuestionReport: Decodable {
    struct Draft: Decodable {
        var text: String
        var options: [String]?
        var `default`: String?
        var minutes: Int?
    }

    var question: Draft?

    /// What a report asks. Most ask nothing, which is seen without reading them: they are read for what else they say.
    ///
    /// - Throws: `DecodingError`.
    static func read(_ report: String) throws -> Draft? {
        var report = report
        let mayAsk = report.withUTF8 { bytes in
            bytes.indices.contains { index in
                // An escape could stand for any letter of the name.
                bytes[index] == UInt8(ascii: "\\")
                    ? bytes[index...].dropFirst().first == UInt8(ascii: "u") : bytes[index...].starts(with: name)
            }
        }
        return mayAsk ? try Decider.read(QuestionReport.self, report).question : nil
    }

    private static let name = Array("question".utf8)
}
