import Orchestration

/// The body of `POST /v1/orders`: what a person wants of the run, as flat JSON. Keys that a kind does not need are left out.
///
/// | kind         | keys                                                                                        |
/// |--------------|---------------------------------------------------------------------------------------------|
/// | `tell`       | `agent`, `text`, `interrupts`                                                               |
/// | `add`        | `title`, `description`, `acceptance`, `paths`, `after` (ids), `team` (if there are several) |
/// | `cancel`     | `task`, `text` (why)                                                                        |
/// | `retry`      | `task`                                                                                      |
/// | `prioritise` | `task`                                                                                      |
/// | `restart`    | `agent`                                                                                     |
/// | `answer`     | `question`, `text` (an option's number, or words)                                           |
/// | `approve`    | `question`                                                                                  |
/// | `reject`     | `question`, `text` (what has to be different)                                               |
/// | `set`        | `setting` (`budget`, `workers`, `duration`), `value` (none lifts the budget)                |
package struct OrderRequest: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case tell, add, cancel, retry, prioritise, restart, set, answer, approve, reject
    }

    package enum Setting: String, Codable, Sendable, CaseIterable {
        /// US dollars.
        case budget
        case workers
        /// Minutes.
        case duration
    }

    /// Chosen by whoever asks; the same id again is answered and not carried out again.
    package var id: String
    package var kind: Kind
    /// What whoever asks calls themselves; without it the name of the user at the other end of the socket.
    package var by: String?
    /// Only if this run is served.
    package var run: String?
    package var agent: String?
    package var team: String?
    package var task: String?
    package var question: String?
    package var text: String?
    package var interrupts: Bool?
    package var title: String?
    package var description: String?
    package var acceptance: String?
    package var paths: [String]?
    package var after: [String]?
    package var setting: Setting?
    package var value: Double?

    /// The largest body that is read, in bytes; one of a suspension has the same bound.
    package static let largest = 64 << 10

    static let form = "{\"id\": \"…\", \"kind\": \"tell\", …}"

    package init(id: String, kind: Kind) {
        self.id = id
        self.kind = kind
    }

    /// - Throws: `ControlProblem` when a key is missing.
    func order(by user: String) throws(ControlProblem) -> Order {
        let name = by.flatMap { $0.isEmpty ? nil : $0 } ?? user
        return Order(id: id, by: name, wish: try wish())
    }

    private func wish() throws(ControlProblem) -> Order.Wish {
        switch kind {
        case .tell: .tell(ID(try needed(agent, "agent")), try needed(text, "text"), interrupts: interrupts ?? false)
        case .add: .addTask(try draft(), team: team.map { ID($0) })
        case .cancel: .cancelTask(ID(try needed(task, "task")), reason: text)
        case .retry: .retryTask(ID(try needed(task, "task")))
        case .prioritise: .prioritiseTask(ID(try needed(task, "task")))
        case .restart: .restartAgent(ID(try needed(agent, "agent")))
        case .set: .set(try change())
        case .answer: .answer(ID(try needed(question, "question")), try needed(text, "text"))
        case .approve: .approve(ID(try needed(question, "question")))
        case .reject: .reject(ID(try needed(question, "question")), reason: try needed(text, "text"))
        }
    }

    private func draft() throws(ControlProblem) -> TaskDraft {
        TaskDraft(
            key: "new", title: try needed(title, "title"), description: try needed(description, "description"),
            acceptance: try needed(acceptance, "acceptance"), paths: try needed(paths, "paths"), dependsOn: after)
    }

    private func change() throws(ControlProblem) -> LiveSetting {
        switch try needed(setting, "setting") {
        case .budget: .budget(value)
        case .workers: .workers(try whole(value))
        case .duration: .duration(minutes: try whole(value))
        }
    }

    private func whole(_ value: Double?) throws(ControlProblem) -> Int {
        guard let number = Int(exactly: try needed(value, "value")) else { throw missing("a whole number as `value`") }
        return number
    }

    private func needed<Value>(_ value: Value?, _ key: String) throws(ControlProblem) -> Value {
        guard let value else { throw missing("`\(key)`") }
        return value
    }

    private func missing(_ what: String) -> ControlProblem {
        ControlProblem(
            code: "malformed-body", message: "An order of the kind `\(kind.rawValue)` needs \(what).", remedy: "Add it.", status: 400)
    }
}
