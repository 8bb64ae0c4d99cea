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

extension TaskRegister {
    /// The same of a run's tasks.
    func landedWords(_ unit: String = "") -> String {
        let landed = values.count { if case .landed = $0.state { true } else { false } }
        return HumanText.landed(landed, unneeded: values.count { $0.state == .unneeded }, of: count, unit)
    }
}
