/// Renders `TEAM_STRUCTURE.md`: who leads, who works, and how far each task is. cco is its only writer.
package enum TeamStructure {
    /// The file's name in the target repository.
    package static let fileName = "TEAM_STRUCTURE.md"

    /// The text for a run's present state. It has no times and no costs, so that it changes only when the company's work does.
    ///
    /// - Parameter landing: candidates whose tasks are shown as landed, because the text is part of the very commit that lands them.
    package static func render(_ run: Run, landing candidates: [Candidate] = []) -> String {
        var lines = [
            "# Team structure", "", "Written by cco; changes by anyone else are undone.", "",
            "Base branch `\(run.settings.targetBranch)`, gate: \(run.verifyCommand.map { "`\($0)`" } ?? (run.verifySettled ? "none (ungated)" : "not chosen yet")).",
            "",
        ]
        for team in run.teams.values.sorted(by: { $0.id < $1.id }) {
            let lead = run.isFlat ? "led by the Director" : "led by \(team.lead)"
            lines.append("## \(team.id), \(lead)")
            lines.append("")
            lines.append("Workers: \(team.members.map(\.name).joined(separator: ", "))")
            lines.append("")
            if let goal = team.goal {
                lines.append("Goal: \(oneLine(goal.title))")
                lines.append("")
            }
            let tasks = run.tasks.values.filter { $0.team == team.id }.sorted { $0.id < $1.id }
            if tasks.isEmpty {
                lines.append("No tasks yet.")
            } else {
                lines += ["| task | title | worker | state |", "|---|---|---|---|"]
                lines += tasks.map { task in
                    let isLanding = candidates.contains { $0.kind == .task(task.id) }
                    return
                        "| \(task.id) | \(oneLine(task.title)) | \(task.worker?.name ?? "–") | \(isLanding ? "landed" : task.state.word) |"
                }
            }
            lines.append("")
        }
        return lines.joined(separator: "\n")
    }

    private static func oneLine(_ text: String) -> String {
        let flat = text.map { $0.isNewline ? " " : $0 == "|" ? "/" : $0 }
        return String(String(flat).prefix(120))
    }
}
