import ArgumentParser
import Observability
import Orchestration

/// `cco questions`
struct Questions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what waits for you, and what was answered.",
        discussion: """
            An agent's question needs no answer: at the time that is shown its default counts. Approvals wait
            for you, unless the configuration gives them a time too.

            EXAMPLES:
              cco questions --config ./my-config
              cco questions --json
            """)

    @OptionGroup var places: PlaceOptions

    @Flag(help: "Print the questions as JSON.")
    var json = false

    func run() async throws {
        let surroundings = Surroundings.current
        let questions = try await RunFinder(place: places.place(surroundings)).shownStatus(surroundings).status.questions ?? []
        let console = surroundings.console
        if json { return console.write(try JSONText.of(questions)) }
        guard !questions.isEmpty else { return console.write("Nobody has asked you anything.") }
        console.write(
            questions.flatMap { question in
                QuestionText.lines(question, options: places.place(.current).options) { OneLineText.of($0, limit: 500) }
            }.joined(separator: "\n"))
    }
}

/// A question for a person, in lines.
enum QuestionText {
    static func lines(_ question: RunStatus.QuestionStatus, options: String, safe: (String) -> String) -> [String] {
        let whose = question.task.map { "\(question.agent) at \($0)" } ?? question.agent
        let what = question.kind == "question" ? whose : "\(question.kind), by \(whose)"
        var lines = ["  \(question.id.padding(to: 12)) \(question.state.padding(to: 9)) \(what): \(safe(question.text))"]
        let indent = String(repeating: " ", count: 15)
        switch question.state {
        case "open": lines += rest(of: question, options, safe).map { indent + $0 }
        case "answered", "rejected": lines.append("\(indent)\(question.by.map { safe($0) } ?? "nobody"): \(safe(question.answer ?? ""))")
        case "defaulted": lines.append("\(indent)nobody answered: \(question.default.map { "\(safe($0)) counts" } ?? "it decides itself")")
        case "approved": lines.append(indent + (question.by.map { "by \(safe($0))" } ?? "by silence: nobody answered in time"))
        default: break
        }
        return lines
    }

    private static func rest(of question: RunStatus.QuestionStatus, _ options: String, _ safe: (String) -> String) -> [String] {
        var lines = (question.plan ?? []).map { "- \(safe($0))" }
        for (index, option) in question.options.enumerated() { lines.append("\(index + 1). \(safe(option))") }
        if question.kind == "question" {
            let fallback = question.default.map { "\"\(safe($0))\" counts" } ?? "it decides itself"
            if let deadline = question.deadline {
                lines.append("at \(HumanText.time(deadline)) \(fallback)\(question.holdsTask ? "; the task waits" : "")")
            }
            return lines
        }
        let until = question.deadline.map { "at \(HumanText.time($0)) it counts as approved" } ?? "it waits until you say so"
        return lines + ["\(until): cco approve \(question.id)\(options), or cco reject \(question.id) \"…\"\(options)"]
    }
}
