import Orchestration

extension EventScribe {
    func spendingLines(_ event: Event) -> [EventLine] {
        switch event {
        case .spendingWarned(let warning):
            let level: EventLine.Level = warning.percent < 80 ? .notice : .warning
            let (spent, ceiling) = (warning.measure.words(warning.spent), warning.measure.words(warning.ceiling))
            guard warning.spent < warning.ceiling else {
                return [line("budget", level, "The budget of \(warning.scope.words) is used up: \(spent) of \(ceiling).")]
            }
            return [
                line("budget", level, "\(warning.percent) % of the budget of \(warning.scope.words) is used up: \(spent) of \(ceiling).")
            ]
        case .runawayNoticed(let spent, let bound):
            let most = HumanText.money(dollars: 2 * bound)
            return [
                line(
                    "budget", .warning,
                    "\(HumanText.money(dollars: spent)) were spent and nothing has landed meanwhile; at \(most) the run stands still.")
            ]
        case .widthChanged(let width):
            let ceiling = after.workerCeiling
            let most = width.most(of: ceiling)
            guard most != before.width.most(of: ceiling) || width.reason(of: ceiling) != before.width.reason(of: ceiling) else { return [] }
            let why = width.reason(of: ceiling).map { ": \($0)" } ?? " again"
            return [line("run", .notice, "\(most) of \(ceiling) workers begin something new at once\(why).")]
        default:
            return []
        }
    }
}
