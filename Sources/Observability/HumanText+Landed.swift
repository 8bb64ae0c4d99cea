import Orchestration

/// How many tasks have come to a good end, said in the same way everywhere.
extension HumanText {
    /// `18 of 24 landed, 6 needed no change`, or with a unit `18 of 24 tasks landed`.
    ///
    /// - Parameter unit: with a space before it.
    package static func landed(_ landed: Int, unneeded: Int, of count: Int, _ unit: String = "") -> String {
        "\(landed) of \(count)\(unit) landed" + (unneeded > 0 ? ", \(unneeded) needed no change" : "")
    }
}

extension Run {
    /// The same of its tasks, and whether a team's branch has what the target branch does not have when it has ended.
    func landedWords(_ unit: String = "") -> String {
        let tasks = tasks.values
        let landed = tasks.count { if case .landed = $0.state { true } else { false } }
        let isShort = isEnded && !isFlat && teams.values.contains(where: \.undelivered)
        return HumanText.landed(landed, unneeded: tasks.count { $0.state == .unneeded }, of: self.tasks.count, unit)
            + (isShort ? ", not all of it on \(settings.targetBranch)" : "")
    }
}
