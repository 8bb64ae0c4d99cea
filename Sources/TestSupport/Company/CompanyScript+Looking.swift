import JSON

extension CompanyPlan {
    /// Files of an imagined earlier code base, for companies that look around: about as long as source files are.
    static let library: [WorkFile] = (1...12).map { number in
        let lines = (1...120).map { "part \(number), line \($0): what a source file of the project says here" }
        return WorkFile("lib/part\(number).txt", lines.joined(separator: "\n") + "\n")
    }

    /// What a worker does before and after it writes: it looks around, reads what it builds on, runs the checks, looks at its change.
    static func lookingAround(_ number: Int, _ steps: [WorkStep]) -> [WorkStep] {
        let parts = (0..<4).map { "lib/part\((number + $0) % 12 + 1).txt" }
        var all: [WorkStep] = [
            .run("git log --oneline -8; git status --short; ls -R | head -60"), .run("cat PROJECT_DIRECTION.md check.sh"),
        ]
        all += parts.map { .run("cat \($0)") }
        all.append(.run("grep -rn 'line 7:' lib | head -40"))
        let end = steps.lastIndex(where: \.isCommit) ?? steps.endIndex
        all += steps[..<end]
        all += [.run("sh check.sh"), .run("git status --short; git diff | head -80")]
        return all + steps[end...]
    }
}

extension CompanyScript {
    /// Whether a manager looks into the repository before it reports: two files at a time, as often as what it is asked needs.
    func look(_ assignment: Assignment, _ request: ModelRequest) -> ModelReply? {
        guard plan.looksAround, let folder = request.workingDirectory else { return nil }
        let times =
            switch assignment {
            case .goals, .plan, .assess: 3
            case .review: 2
            case .decide: 1
            case .worker: 0
            }
        let done = ConversationTurn(request).work.count
        guard done < times else { return nil }
        let first = (request.promptCount + done) * 2
        let reads = (0..<2).map { offset -> ContentBlock in
            .call("Read", ["file_path": .string("\(folder)/lib/part\((first + offset) % 12 + 1).txt")])
        }
        return ModelReply(.message([.text("I look at the code.")] + reads))
    }
}
