import Observability
import Orchestration

/// What waits for a person.
extension RunScreen {
    /// The questions above the company, of which there is room for a few: the company stays on the screen, however much is asked.
    var questions: [Row] {
        let open = status.openQuestions
        let shown = open.count > Self.mostQuestions ? open.prefix(Self.mostQuestions - 1) : open[...]
        var rows = shown.map { question in
            let until = question.deadline.map { " until \(HumanText.time($0, today: now))" } ?? ""
            return Row(
                [Span("? \(question.id)\(until)", .yellow), Span("  \(question.agent): \(Self.safe(question.text))")],
                .question(question.id))
        }
        if shown.count < open.count { rows.append(Row([Span("? and \(open.count - shown.count) more: cco questions", .yellow)])) }
        return rows
    }

    private static let mostQuestions = 3

    /// A question as a whole, with what to type.
    func question(_ id: String) -> [Row] {
        guard let question = status.openQuestions.first(where: { $0.id == id }) else {
            return [Row([Span("\(id) is no longer open: see cco questions.", .dim)])]
        }
        let isQuestion = question.kind == "question"
        var rows = [
            Row([Span("\(id)  ", .bold), Span(isQuestion ? "\(question.agent) asks" : "\(question.kind), by \(question.agent)", .bold)])
        ]
        rows += folded("text", question.text)
        for line in question.plan ?? [] { rows += folded("", "- \(line)") }
        for (index, option) in question.options.enumerated() { rows += folded("\(index + 1)", option) }
        let silence =
            isQuestion
            ? question.default.map { "this counts: \($0)" } ?? "\(question.agent) decides for itself" : "it counts as approved"
        if let deadline = question.deadline { rows += folded("silence", "at \(HumanText.time(deadline, today: now)) \(silence)") }
        if question.deadline == nil { rows += folded("silence", "it waits until you say something") }
        if let task = question.task { rows += folded("task", task + (question.holdsTask ? ", which waits for it" : "")) }
        let option = question.options.isEmpty ? "\"…\"" : "1"
        return rows + [Row([])]
            + folded(
                "type",
                isQuestion ? "cco answer \(id) \(option)\(options)" : "cco approve \(id)\(options), or cco reject \(id) \"…\"\(options)")
    }
}
