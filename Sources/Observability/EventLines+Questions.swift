import Orchestration

extension EventScribe {
    func questionLines(_ event: Event) -> [EventLine] {
        switch event {
        case .questionAsked(let question):
            return [asked(question)]
        case .questionAnswered(let id, let text, let person):
            return line(about: id, .notice) {
                if let person { return "\(person) answers \(id): \(text)" }
                return text.isEmpty
                    ? "Nobody has answered \(id); it decides itself." : "Nobody has answered \(id); its default counts: \(text)"
            }
        case .approvalGiven(let id, let person):
            return line(about: id, .notice) { person.map { "\($0) approves \(id)." } ?? "Nobody has objected to \(id): it is approved." }
        case .approvalRefused(let id, let reason, let person):
            return line(about: id, .warning) { "\(person) rejects \(id): \(reason)" }
        case .questionLapsed(let id):
            return line(about: id, .info) { "\(id) needs no answer any more." }
        default:
            return []
        }
    }

    private func asked(_ question: Question) -> EventLine {
        let until = question.deadline.map { ", until \(TimestampFormat.iso8601($0))" } ?? ""
        guard question.isApproval else { return line(question.agent.name, .notice, "ASKS (\(question.id)\(until)): \(question.text)") }
        return line("run", .notice, "NEEDS APPROVAL (\(question.id)\(until)): \(question.kind), \(question.text)")
    }

    private func line(about id: QuestionID, _ level: EventLine.Level, _ text: () -> String) -> [EventLine] {
        guard let question = after.questions[id] else { return [] }
        return [line(question.isApproval ? "run" : question.agent.name, level, text())]
    }
}
