/// What can be measured, by name and in the order of the table.
struct Measures {
    var laboratory: Laboratory
    /// Small and once, for correctness.
    var isSmoke: Bool
    var pairs: Int

    static let names = [
        "makespan", "makespan-short", "throughput", "overhead", "worktrees", "output", "waiting", "recovery", "journal", "run", "run-quick",
        "pages", "soak",
    ]

    func rows(_ name: String) throws -> [Row] {
        switch name {
        case "makespan":
            guard !isSmoke else {
                return try Makespan(laboratory: laboratory, tasks: 6, slots: 3, scale: 0.2, pairs: pairs).rows()
            }
            return try Makespan(laboratory: laboratory, tasks: 40, slots: 8, scale: 8, pairs: pairs).rows()
                + Makespan(laboratory: laboratory, tasks: 400, slots: 40, scale: 8, pairs: pairs).rows()
        case "makespan-short":
            // What a task costs beside its agent is the same for short and long ones, so it weighs the most here.
            return isSmoke ? [] : try Makespan(laboratory: laboratory, tasks: 40, slots: 8, scale: 2, pairs: pairs).rows()
        case "throughput":
            // Of few branches few are bad, and one gate run more or less is several percent.
            let counts: [(p: Double, branches: Int)] = isSmoke ? [(0, 12), (0.2, 12)] : [(0, 120), (0.05, 120), (0.1, 60), (0.2, 60)]
            func measure(_ branches: Int) -> MergeThroughput {
                MergeThroughput(laboratory: laboratory, branches: branches, gateSeconds: isSmoke ? 0.01 : 0.15, pairs: pairs)
            }
            return try counts.flatMap { try measure($0.branches).rows($0.p) } + measure(isSmoke ? 12 : 60).rows(0.05, slots: 4)
        case "overhead":
            return try (isSmoke ? [200] : [5_000, 50_000]).flatMap { files in
                try MergeOverhead(
                    laboratory: laboratory, files: files, few: isSmoke ? 2 : 20, many: isSmoke ? 14 : 420, pairs: pairs
                ).rows()
            }
        case "worktrees":
            return try (isSmoke ? [200] : [5_000, 50_000]).flatMap { files in
                try Worktrees(
                    laboratory: laboratory, files: files, count: isSmoke || files > 10_000 ? 2 : 8, pairs: pairs
                ).rows()
            }
        case "output":
            return try OutputRate(
                laboratory: laboratory, children: isSmoke ? [2] : [1, 8, 64], lines: isSmoke ? [1_000] : [200, 2_000, 50_000],
                total: isSmoke ? 200_000 : 32_000_000, pairs: pairs
            ).rows()
        case "waiting":
            return try WaitingAgents(
                laboratory: laboratory, agents: isSmoke ? 40 : 1_000, idleSeconds: isSmoke ? 1 : 9, pairs: pairs
            ).rows()
        case "recovery":
            return try RecoveryTime(laboratory: laboratory, sizes: isSmoke ? [200] : [1_000, 10_000, 100_000], pairs: pairs).rows()
        case "journal":
            return try JournalCost(
                laboratory: laboratory, sizes: isSmoke ? [100, 200] : [1_000, 10_000, 100_000], window: isSmoke ? 10 : 200, pairs: pairs
            ).rows()
        case "run":
            return try wholeRun(latencyMilliseconds: isSmoke ? 1_000 : 5_000, pairs: pairs)
        case "run-quick":
            // No model answers as quickly: what the CLI's processes cost weighs the most here.
            return isSmoke ? [] : try wholeRun(latencyMilliseconds: 1_000, pairs: pairs)
        case "pages":
            return try Pages(
                laboratory: laboratory, tasks: isSmoke ? 600 : 10_000, agents: isSmoke ? 220 : 1_000, loads: isSmoke ? 1 : 7,
                idleSeconds: isSmoke ? 2 : 60, turns: isSmoke ? 60 : 300
            ).rows()
        case "soak":
            // `pages` has a short one.
            return isSmoke ? [] : try Soak(laboratory: laboratory, turns: 3_000).rows()
        default:
            throw Program.Failure(description: "there is no measure \(name); there are \(Self.names.joined(separator: ", "))")
        }
    }

    private func wholeRun(latencyMilliseconds: Int, pairs: Int) throws -> [Row] {
        try WholeRun(
            laboratory: laboratory, tasks: isSmoke ? 4 : 100, workers: isSmoke ? 2 : 20, latencyMilliseconds: latencyMilliseconds,
            pairs: pairs
        ).rows()
    }
}
