import Foundation

/// Merges for each gate run, against a serial queue over the same branches and against the information-theoretic limit.
///
/// A share `p` of the branches has to be sent back: one because it breaks the gate together with another one only, the others because they break it by
/// themselves. Which ones is drawn anew for each pair. Afterwards every commit of the target is judged again; one red commit, or a good branch sent
/// back, is a failure of the benchmark and not a slow reading.
struct MergeThroughput {
    var laboratory: Laboratory
    var branches: Int
    /// What the gate sleeps, in seconds.
    var gateSeconds: Double
    var pairs: Int

    private var gate: String { "sleep \(gateSeconds); ls bad-* 2>/dev/null && exit 1; test ! -e pair-a -o ! -e pair-b" }

    /// The branches of one pair. Each pair has other bad ones, so that the median is over inputs and not over one of them.
    private struct Input {
        var changes: [(name: String, files: [String: String])] = []
        /// What has to land.
        var landing: Set<Int>

        init(_ branches: Int, _ p: Double, pair: Int) {
            var random = Random(state: UInt64(p * 1_000) + 17 + UInt64(pair) * 1_000_003)
            let sentBack = Int((p * Double(branches)).rounded())
            var bad: Set<Int> = []
            while bad.count < sentBack - 1 { bad.insert(Int(random.unit() * Double(branches))) }
            let good = (0..<branches).filter { !bad.contains($0) }
            let first = good[good.count / 3]
            let second = good[good.count * 2 / 3]
            for number in 0..<branches {
                var files = ["work/\(number).txt": "\(number)\n"]
                if bad.contains(number) { files["bad-\(number)"] = "\n" }
                if p > 0, number == first { files["pair-a"] = "\n" }
                if p > 0, number == second { files["pair-b"] = "\n" }
                changes.append(("change-\(number)", files))
            }
            landing = Set(good).subtracting(p > 0 ? [second] : [])
        }

        /// Changes a gate that no search can do better than.
        var limit: Double {
            let share = 1 - Double(landing.count) / Double(changes.count)
            return share > 0 ? (1 - share) / (-share * log2(share) - (1 - share) * log2(1 - share)) : .infinity
        }
    }

    /// - Parameter slots: gates at the same time.
    func rows(_ p: Double, slots: Int = 1) throws -> [Row] {
        var gateRuns = Readings()
        var ofLimit = Readings()
        var unconfirmedOfLimit = Readings()
        var overSerial = Readings()
        var overSerialConfirmed = Readings()
        var speed = Readings()
        for pair in 0..<pairs {
            let input = Input(branches, p, pair: pair)
            let original = try laboratory.repository(files: 50, branches: input.changes)
            let (ours, theirs) = (try laboratory.copy(original), try laboratory.copy(original))
            let (result, serial) = try Pair.both(pair) {
                try laboratory.run(
                    [
                        laboratory.cco, "merge", "--repository", ours, "--target", "main", "--verify", gate, "--slots", "\(slots)",
                        "--json", "--workspace", "\(laboratory.root)/workspace-\(UUID().uuidString.prefix(8))",
                    ] + input.changes.map(\.name), allowing: [0, 18])
            } _: {
                try laboratory.script(Self.serialQueue, [theirs, gate] + input.changes.map(\.name))
            }
            let outcome = try JSONDecoder().decode(Outcome.self, from: Data(result.output.utf8))
            try check(ours, outcome, landing: input.landing)
            let landed = Double(outcome.branches.count { $0.outcome == "landed" })
            let ejected = Double(outcome.branches.count { $0.outcome == "red" })
            let gates = Double(outcome.gateRuns)
            gateRuns.add(gates)
            ofLimit.add(100 * landed / gates / input.limit)
            unconfirmedOfLimit.add(100 * landed / (gates - ejected) / input.limit)
            // One by one each branch is a gate run.
            let one = Double(serial.output.split(separator: "\n").count)
            overSerial.add(one / (gates - ejected))
            overSerialConfirmed.add(one / gates)
            speed.add(serial.seconds / result.seconds)
        }
        let name = "p = \(p.text(2)), \(branches) changes" + (slots > 1 ? ", \(slots) gate slots" : "")
        let clock = Row(measure: "\(name): faster than a serial queue, wall clock", figure: speed.text() + "×", goal: "", isReached: nil)
        // Gates that search side by side run for nothing at times, so only the clock says something.
        if slots > 1 { return [clock] }
        guard p > 0 else {
            return [
                Row(measure: "\(name): gate runs for all", figure: gateRuns.text(0), goal: "≤ 2", isReached: gateRuns.median <= 2), clock,
            ]
        }
        let isMain = p == 0.05
        return [
            Row(
                measure: "\(name): merges a gate run, % of the limit", figure: ofLimit.text(0), goal: isMain ? "≥ 80" : "",
                isReached: isMain ? ofLimit.median >= 80 : nil),
            Row(
                measure: "\(name): the same without confirming runs", figure: unconfirmedOfLimit.text(0), goal: isMain ? "≥ 90" : "",
                isReached: isMain ? unconfirmedOfLimit.median >= 90 : nil),
            Row(
                measure: "\(name): merges a gate run without confirming runs, against one by one", figure: overSerial.text() + "×",
                goal: isMain ? "≥ 3×" : "", isReached: isMain ? overSerial.median >= 3 : nil),
            Row(
                measure: "\(name): the same with them", figure: overSerialConfirmed.text() + "×", goal: "", isReached: nil),
            clock,
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
        let there = try laboratory.run(["git", "--git-dir", repository, "ls-tree", "--name-only", "main:work"]).output
        guard Set(there.split(separator: "\n").map(String.init)) == Set(landing.map { "\($0).txt" }) else {
            throw Program.Failure(description: "the target has not what is said to have landed")
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
            (unset GIT_DIR; cd "$tree" && git checkout -q --detach "$commit" && git clean -qfdx && echo gate && sh -c "$gate" >/dev/null 2>&1) || continue
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
