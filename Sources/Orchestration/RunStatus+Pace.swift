extension RunStatus {
    /// How fast work lands, and which end comes first if it goes on like that: the work's, the time's or the budget's.
    package struct Pace: Codable, Sendable, Equatable {
        /// Tasks that have landed.
        package var landed: Int
        /// Tasks that are not settled.
        package var open: Int
        /// Landed tasks for each hour of working time.
        package var perHour: Double
        /// The same lately: in the last quarter of an hour, or since the run was taken up.
        package var recentPerHour: Double
        /// Until every open task is done at the recent pace; missing when nothing is open, nothing has landed lately, or nobody works.
        package var workMilliseconds: Int64?
        /// What is left of the run's time; missing when nobody works.
        package var timeMilliseconds: Int64?
        /// Until a ceiling of the run is reached at the rate of all its working time; missing where there is none, or nobody works.
        package var budgetMilliseconds: Int64?
        /// Which of them comes first: `work`, `time` or `budget`; missing when nobody works, or nothing is open.
        package var first: String?
        /// When that will be, if it goes on like that.
        package var endsAt: Moment?

        /// What it follows from.
        struct Facts: Sendable {
            /// When each landed task did.
            var landings: [Timestamp]
            var open: Int
            /// Milliseconds of work so far, and at most.
            var worked: Int64
            var limit: Int64
            /// When the present engine took the run up.
            var resumedAt: Timestamp
            /// What has been spent of each ceiling of the run, and the ceiling.
            var ceilings: [(spent: Double, most: Double)] = []
            /// Whether work goes on.
            var isAtWork = true
        }

        /// The last of it says more of what is to come than the whole run.
        private static let recent: Int64 = 900_000
        /// A shorter time after a pause says nothing.
        private static let least: Int64 = 300_000
        private static let hour = 3_600_000.0

        init(_ facts: Facts, at now: Timestamp) {
            landed = facts.landings.count
            open = facts.open
            let worked = Double(max(1_000, facts.worked))
            perHour = Double(landed) * Pace.hour / worked
            let since = now.milliseconds(since: facts.resumedAt)
            if since < Pace.least, since < facts.worked {
                // It was taken up just now, and how long nobody had worked before that is not known here.
                recentPerHour = perHour
            } else {
                let window = min(Pace.recent, max(1_000, since))
                let lately = facts.landings.count { now.milliseconds(since: $0) < window }
                recentPerHour = Double(lately) * Pace.hour / Double(window)
            }
            guard facts.isAtWork else { return }
            timeMilliseconds = max(0, facts.limit - facts.worked)
            if open > 0, recentPerHour > 0 { workMilliseconds = Int64(min(1e15, Double(open) * Pace.hour / recentPerHour)) }
            budgetMilliseconds = facts.ceilings.compactMap { spent, most in
                spent > 0 ? Int64(max(0, min(1e15, (most - spent) / (spent / worked)))) : nil
            }.min()
            guard open > 0 else { return }
            let ends = [("work", workMilliseconds), ("budget", budgetMilliseconds), ("time", timeMilliseconds)]
            // Of what comes at the same time the work counts: it is done then.
            let next = ends.compactMap { name, left in left.map { (name, $0) } }.min { $0.1 < $1.1 }
            first = next?.0
            endsAt = next.map { Moment(now.advanced(byMilliseconds: $0.1)) }
        }

        /// `nil` for a run without tasks, such as that of `cco merge`.
        init?(_ run: Run, at now: Timestamp) {
            guard run.settings.branches == nil, !run.tasks.isEmpty else { return nil }
            var landings: [Timestamp] = []
            var open = 0
            for task in run.tasks.values {
                if !task.state.isSettled { open += 1 }
                if case .landed = task.state, let at = task.settledAt { landings.append(at) }
            }
            let isAtWork = run.phase == .working && run.suspension == nil && run.restsUntil(at: now) == nil
            let ceilings = run.ceilings.filter { $0.scope == SpendingScope.run.words }.map { (spent: $0.spent, most: $0.ceiling) }
            self.init(
                Facts(
                    landings: landings, open: open, worked: run.workedMilliseconds(at: now),
                    limit: Int64(run.settings.maxRunMinutes) * 60_000, resumedAt: run.clock.resumedAt, ceilings: ceilings,
                    isAtWork: isAtWork), at: now)
        }
    }
}
