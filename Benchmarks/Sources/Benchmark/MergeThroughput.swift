import Foundation

/// Merges for each gate run, against a serial queue over the same branches and against the information-theoretic limit.
///
/// A share `p` of the branches breaks the gate, and one pair breaks it only together. Afterwards every commit of the target is judged again;
/// one red commit, or a good branch sent back, is a failure of the benchmark and not a slow reading.
struct MergeThroughput {
    var laboratory: Laboratory
    var branches: Int
    /// What the gate sleeps, in seconds.
    var gateSeconds: Double
    var pairs: Int

    private var gate: String { "sleep \(gateSeconds); ls bad-* 2>/dev/null && exit 1; test ! -e pair-a -o ! -e pair-b" }

    func rows(_ p: Double) throws -> [Row] {
        var random = Random(state: UInt64(p * 1_000) + 17)
        let bad = Set((0..<branches).filter { _ in random.unit() < p })
        let good = (0..<branches).filter { !bad.contains($0) }
        let first = good[good.count / 3]
        let second = good[good.count * 2 / 3]
        let hasPair = p > 0
        let changes = (0..<branches).map { number -> (name: String, files: [String: String]) in
            var files = ["work/\(number).txt": "\(number)\n"]
            if bad.contains(number) { files["bad-\(number)"] = "\n" }
            if hasPair, number == first { files["pair-a"] = "\n" }
            if hasPair, number == second { files["pair-b"] = "\n" }
            return ("change-\(number)", files)
        }
        let landing = Set(good).subtracting(hasPair ? [second] : [])
        let original = try laboratory.repository(files: 50, branches: changes)
        var perGate = Readings()
        var perGateUnconfirmed = Readings()
        var speed = Readings()
        for _ in 0..<pairs {
            let ours = try laboratory.copy(original)
            let result = try laboratory.run(
                [
                    laboratory.cco, "merge", "--repository", ours, "--target", "main", "--verify", gate, "--slots", "1", "--json",
                    "--workspace", "\(laboratory.root)/workspace-\(UUID().uuidString.prefix(8))",
                ] + changes.map(\.name), allowing: [0, 18])
            let outcome = try JSONDecoder().decode(Outcome.self, from: Data(result.output.utf8))
            try check(ours, outcome, landing: landing)
            let landed = Double(outcome.branches.count { $0.outcome == "landed" })
            let ejected = Double(outcome.branches.count { $0.outcome == "red" })
            // The first run judges the target as it was found and no branch.
            let gates = Double(outcome.gateRuns - 1)
            perGate.add(landed / gates)
            perGateUnconfirmed.add(landed / (gates - ejected))
            let theirs = try laboratory.copy(original)
            let serial = try laboratory.script(Self.serialQueue, [theirs, gate] + changes.map(\.name))
            speed.add(serial.seconds / result.seconds)
        }
        let share = Double(branches - landing.count) / Double(branches)
        let limit = share > 0 ? (1 - share) / (-share * log2(share) - (1 - share) * log2(1 - share)) : .infinity
        let name = "p = \(p.text(2)), \(branches) changes"
        guard p > 0 else {
            return [
                Row(
                    measure: "\(name): gate runs for all", figure: (Double(branches) / perGate.median).text(0), goal: "≤ 2",
                    isReached: Double(branches) / perGate.median <= 2),
                Row(measure: "\(name): faster than a serial queue", figure: speed.text() + "×", goal: "", isReached: nil),
            ]
        }
        let isMain = p == 0.05
        return [
            Row(
                measure: "\(name): merges a gate run, of the limit \(limit.text(2))",
                figure: "\(perGate.text()) = \((100 * perGate.median / limit).text(0)) %", goal: isMain ? "≥ 80 %" : "",
                isReached: isMain ? perGate.median >= 0.8 * limit : nil),
            Row(
                measure: "\(name): without confirming runs",
                figure: "\(perGateUnconfirmed.text()) = \((100 * perGateUnconfirmed.median / limit).text(0)) %",
                goal: isMain ? "≥ 90 %" : "", isReached: isMain ? perGateUnconfirmed.median >= 0.9 * limit : nil),
            Row(
                measure: "\(name): merges a gate run, against one by one",
                figure: (perGate.median / (1 - share)).text(2) + "×", goal: isMain ? "≥ 3×" : "",
                isReached: isMain ? perGateUnconfirmed.median / (1 - share) >= 3 : nil),
            Row(measure: "\(name): faster than a serial queue, wall clock", figure: speed.text() + "×", goal: "", isReached: nil),
        ]
    }

    private struct Outcome: Decodable {
        struct Branch: Decodable {
            let name: String
            let outcome: String
        }
        let branches: [Branch]
        let gateRuns: Int
    }

    private func check(_ repository: String, _ outcome: Outcome, landing: Set<Int>) throws {
        let landed = Set(outcome.branches.filter { $0.outcome == "landed" }.compactMap { Int($0.name.dropFirst("change-".count)) })
        guard landed == landing else {
            throw Program.Failure(
                description:
                    "not the right branches have landed: missing \(landing.subtracting(landed)), wrong \(landed.subtracting(landing))")
        }
        let commits = try laboratory.run(["git", "--git-dir", repository, "rev-list", "--first-parent", "main", "^start"]).output
        for commit in commits.split(separator: "\n") {
            let files = try laboratory.run(["git", "--git-dir", repository, "ls-tree", "--name-only", String(commit)]).output
            let names = Set(files.split(separator: "\n"))
            guard !names.contains(where: { $0.hasPrefix("bad-") }), !names.isSuperset(of: ["pair-a", "pair-b"]) else {
                throw Program.Failure(description: "\(commit) on the target is red")
            }
        }
    }

    /// One branch at a time: merge in memory, check out, gate, move the branch.
    private static let serialQueue = """
        repository=$1 gate=$2
        shift 2
        export GIT_DIR="$repository"
        tree="$repository.tree"
        git worktree add -q --detach "$tree" main
        for branch in "$@"; do
            merged=$(git merge-tree --write-tree main "$branch") || continue
            commit=$(git commit-tree "$merged" -p main -p "$branch" -m "Merge $branch")
            (unset GIT_DIR; cd "$tree" && git checkout -q --detach "$commit" && git clean -qfdx && sh -c "$gate" >/dev/null 2>&1) || continue
            git update-ref refs/heads/main "$commit"
        done
        """
}

/// splitmix64, for the same branches every time.
struct Random {
    var state: UInt64

    mutating func unit() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((value ^ (value >> 31)) >> 11) * 0x1p-53
    }
}
