import JSON

/// What a request asks of the company's member who makes it. Read from the report schema, which tells the roles apart, and from the prompt.
enum Assignment: Equatable {
    /// Director: goals for teams; whether the last ones were refused.
    case goals(mend: Bool)
    /// Director: decisions about deliveries and teams.
    case decide
    /// Lead: tasks; whether the last plan was refused.
    case plan(mend: Bool)
    case assess
    case review
    case worker(WorkerBrief)

    /// What a worker is asked.
    enum WorkerBrief: Equatable {
        case work(isRetry: Bool)
        case rework
        case conflict
        case gate
        /// The work could not be taken; whether only the report was at fault.
        case finish(onlyReport: Bool)
    }

    /// - Throws: ``Unknown`` if the request belongs to no role of a company.
    init(_ request: ModelRequest) throws(Unknown) {
        let prompt = request.lastUserText ?? ""
        guard let schema = request.reportSchema, let root = try? JSONValue(parsing: schema),
            case .object(let properties)? = root["properties"]
        else { throw Unknown(reason: "the request has no report schema") }
        let mends = prompt.contains("Your last plan cannot be used")
        switch properties {
        case _ where properties["status"] != nil: self = .worker(try Self.brief(prompt))
        case _ where properties["decisions"] != nil: self = .review
        case _ where properties["goalReached"] != nil: self = .assess
        case _ where properties["complete"] != nil: self = .decide
        case _ where properties["goals"] != nil: self = .goals(mend: mends)
        case _ where properties["tasks"] != nil: self = .plan(mend: mends)
        default: throw Unknown(reason: "its report has the members \(properties.keys.sorted().joined(separator: ", "))")
        }
    }

    private static func brief(_ prompt: String) throws(Unknown) -> WorkerBrief {
        if prompt.contains("Your work no longer merges with") { return .conflict }
        if prompt.contains("and the verification command fails on the result") { return .gate }
        if prompt.contains("The quick check fails on what you handed in") { return .gate }
        if prompt.contains("Your lead wants changes to your work") { return .rework }
        if prompt.contains("Your work on this task cannot be taken yet") {
            return .finish(onlyReport: ["without calling StructuredOutput", "did not fit its schema"].contains { prompt.contains($0) })
        }
        if prompt.contains("You reported this task as blocked and asked a person") { return .finish(onlyReport: false) }
        guard PromptLines(prompt).task != nil else {
            throw Unknown(reason: "a worker's prompt has neither a task nor a brief: \(prompt.prefix(200))")
        }
        return .work(isRetry: prompt.contains("This is attempt "))
    }

    /// The request fits no role.
    struct Unknown: Error, CustomStringConvertible {
        var reason: String
        var description: String { "The company's script does not know what is asked: \(reason)." }
    }
}

/// What prompts tell, by the lines in which they tell it.
struct PromptLines {
    let lines: [Substring]

    init(_ prompt: String) { lines = prompt.split(separator: "\n", omittingEmptySubsequences: false) }

    /// The rest of the last line that begins so.
    func last(after prefix: String) -> String? {
        lines.last { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    /// The task that a worker was given, by its title.
    var task: (id: String, title: String)? {
        for line in lines.reversed() where line.hasPrefix("Task task-") {
            let parts = line.dropFirst("Task ".count).split(separator: ":", maxSplits: 1)
            if parts.count == 2 { return (String(parts[0]), String(parts[1].dropFirst())) }
        }
        return nil
    }

    /// The lead's tasks so far: id, state and what follows it, which begins with the title.
    var tasksSoFar: [(id: String, state: String, rest: Substring)] {
        lines.compactMap { line in
            guard line.hasPrefix("- task-"), let open = line.firstIndex(of: "("), let close = line.ranges(of: "): ").last else {
                return nil
            }
            let id = line.dropFirst(2).prefix { $0 != " " }
            return (String(id), String(line[line.index(after: open)..<close.lowerBound]), line[close.upperBound...])
        }
    }

    /// The teams: id and state, which goes on with the goal's title.
    var teams: [(id: String, state: String)] {
        lines.compactMap { line in
            guard line.hasPrefix("- team-") else { return nil }
            let parts = line.dropFirst(2).split(separator: ",", maxSplits: 2)
            return parts.count == 3 ? (String(parts[0]), String(parts[2].dropFirst())) : nil
        }
    }

    /// The sections of a prompt that begin with `## NAME: TITLE`, whole.
    var sections: [(name: String, title: String, text: String)] {
        var sections: [(name: String, title: String, text: String)] = []
        var isQuoting = false
        for line in lines {
            if line.hasPrefix("<data") { isQuoting = true }
            if line == "</data>" { isQuoting = false }
            if !isQuoting, line.hasPrefix("## "), let colon = line.ranges(of: ": ").first {
                let name = line[line.index(line.startIndex, offsetBy: 3)..<colon.lowerBound]
                sections.append((String(name), String(line[colon.upperBound...]), ""))
            } else if !sections.isEmpty {
                sections[sections.count - 1].text += line + "\n"
            }
        }
        return sections
    }

    /// The names in a line such as "Return one decision for each of: task-1, task-2."
    func names(after prefix: String) -> [String] {
        guard let list = last(after: prefix) else { return [] }
        return list.split { ", .".contains($0) }.map(String.init)
    }
}
