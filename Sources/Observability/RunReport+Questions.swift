import Orchestration

/// What people were asked in a run, with the answer and who gave it.
extension RunReport {
    var questionsSection: [String] {
        guard let questions, !questions.isEmpty else { return [] }
        let lines = questions.map { question in
            let about = question.task.map { " about \($0)" } ?? ""
            let commit = question.commit.map { " (\(Self.code(String($0.prefix(10)))))" } ?? ""
            let answer = question.answer.map { $0.isEmpty ? "" : ": \(Self.plain($0, limit: 500))" } ?? ""
            return "- \(question.id), \(question.agent)\(about): \(Self.plain(question.text, limit: 500))\(commit) "
                + "**\(question.verdict)**\(answer)"
        }
        return ["## Questions and approvals", ""] + lines + [""]
    }

    var questionsHTML: String {
        guard let questions, !questions.isEmpty else { return "" }
        let rows = questions.map { question in
            [
                HTMLText.escaped(question.id), HTMLText.escaped(question.agent), HTMLText.escaped(question.task ?? question.team ?? ""),
                HTMLText.words(question.text) + (question.commit.map { " \(HTMLText.code(String($0.prefix(10))))" } ?? ""),
                HTMLText.words(question.verdict, limit: 120) + (question.answer.map { $0.isEmpty ? "" : ": \(HTMLText.words($0))" } ?? ""),
            ]
        }
        return "<section><h2>Questions and approvals</h2>\n"
            + HTMLText.table(["Question", "Asked by", "About", "What", "Answer"], rows, caption: "What people were asked") + "</section>"
    }
}

extension RunStatus.QuestionStatus {
    /// What came of it, and who said so.
    fileprivate var verdict: String {
        switch state {
        case "answered": "answered by \(by ?? "a person")"
        case "defaulted" where (answer ?? "").isEmpty: "nobody answered, and there was no default"
        case "defaulted": "nobody answered in time; the default was taken"
        case "approved": by.map { "approved by \($0)" } ?? "approved by silence: nobody answered in time"
        case "rejected": "rejected by \(by ?? "a person")"
        case "lapsed": "not answered: nobody needed it any more"
        default: "still open"
        }
    }
}
