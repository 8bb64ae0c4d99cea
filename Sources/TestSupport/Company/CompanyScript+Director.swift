import JSON

extension CompanyScript {
    /// The first goals.
    func goals(_ lines: PromptLines, mend: Bool) -> JSONValue {
        // Continuing sessions need not be told the teams again; the plan's own numbers serve then.
        let teams = lines.teams.isEmpty ? plan.goals.map { "team-\($0.team)" } : lines.teams.map(\.id)
        var drafts = assignments(of: plan.goals.filter(\.after.isEmpty), to: teams)
        if plan.misnamesTeam, !mend, let first = drafts.first { drafts[0] = ("team-99", first.goal) }
        var report: [String: JSONValue] = [
            "summary": .string("The direction falls into \(plan.goals.count) goals; these can begin now."),
            "goals": .array(drafts.map { Self.draft($0.goal, team: $0.team) }),
        ]
        report["verifyCommand"] = proposal(lines)
        return .object(report)
    }

    /// What becomes of deliveries, and the goals whose time has come.
    func decision(_ lines: PromptLines) -> JSONValue {
        var settled = landed(lines)
        var decisions: [JSONValue] = []
        for section in lines.sections where section.name.hasPrefix("Delivery of ") {
            let team = String(section.name.dropFirst("Delivery of ".count))
            let goal = plan.goals.first { $0.title == section.title }
            if let returned = goal?.returned, !returned.tasks.contains(where: { section.text.contains($0.title) }) {
                decisions.append(["team": .string(team), "verdict": "return", "instructions": .string(returned.instructions)])
            } else {
                if let goal { settled.insert(goal.key) }
                decisions.append(["team": .string(team), "verdict": "accept"])
            }
        }
        let isComplete = plan.goals.allSatisfy { settled.contains($0.key) }
        // Goals that build on accepted work wait until it has landed, when the team branches have it.
        let here = landed(lines)
        let free = lines.teams.filter { $0.state.hasPrefix(Self.idle) }.map(\.id)
        let open = plan.goals.filter { goal in
            goal.after.allSatisfy(here.contains) && !settled.contains(goal.key) && !wasGiven(goal, lines)
        }
        let drafts = assignments(of: open, to: free)
        let summary =
            isComplete
            ? "Every point of the direction is fulfilled by what has landed and what I accept now."
            : "\(settled.count) of \(plan.goals.count) goals are reached; the direction is not fulfilled yet."
        return [
            "deliveries": .array(decisions), "goals": .array(drafts.map { Self.draft($0.goal, team: $0.team) }),
            "complete": .bool(isComplete),
            "summary": .string(summary),
        ]
    }

    /// How the Director is told that a team has no work.
    private static let idle = "has no open goal"

    /// The keys of the goals whose work is on the base branch.
    private func landed(_ lines: PromptLines) -> Set<String> {
        Set(
            plan.goals.filter { goal in
                lines.lines.contains { $0.hasPrefix("- ") && $0.contains("Deliver team-") && $0.hasSuffix(": \(goal.title)") }
                    || lines.teams.contains { $0.state == "\(Self.idle): \(goal.title)" }
            }.map(\.key))
    }

    private func wasGiven(_ goal: CompanyGoal, _ lines: PromptLines) -> Bool {
        lines.teams.contains { $0.state.hasSuffix(": \(goal.title)") }
    }

    /// Gives each goal to its own team, or else to a free one, and no team more than one.
    private func assignments(of goals: [CompanyGoal], to teams: [String]) -> [(team: String, goal: CompanyGoal)] {
        var free = teams
        var given: [(team: String, goal: CompanyGoal)] = []
        for goal in goals {
            guard let index = free.firstIndex(of: "team-\(goal.team)") ?? free.indices.first else { break }
            given.append((free.remove(at: index), goal))
        }
        return given
    }

    private static func draft(_ goal: CompanyGoal, team: String) -> JSONValue {
        [
            "team": .string(team), "title": .string(goal.title), "description": .string(goal.description),
            "acceptance": .string(goal.acceptance),
        ]
    }

    /// The verification command, where the prompt asks for one.
    func proposal(_ lines: PromptLines) -> JSONValue? {
        guard lines.lines.contains(where: { $0.contains("propose one as `verifyCommand`") }) else { return nil }
        return plan.verifyCommand.map(JSONValue.string)
    }
}
