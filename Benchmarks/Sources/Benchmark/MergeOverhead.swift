import Foundation

/// Processor time for a landed change when the gate costs nothing, against a script of git's own plumbing and against `git merge` in a worktree.
///
/// The price of a change is the difference between many and few changes, so that what every run pays once (starting, fetching the
/// repository) does not hide in it; that is printed beside it, and so is the ratio of all that many changes cost. The gate is `true`: it
/// takes nothing, but cco has to put into a worktree what it judges.
struct MergeOverhead {
    var laboratory: Laboratory
    var files: Int
    var few: Int
    var many: Int
    var pairs: Int

    func rows() throws -> [Row] {
        let changes = (0..<many).map { number in
            (
                name: "change-\(number)",
                files: [
                    "\(SyntheticFiles.folder(of: number * files / many))/new\(number).txt": "new\n",
                    "\(SyntheticFiles.folder(of: number % 200))/other\(number).txt": "x\n",
                ]
            )
        }
        let original = try laboratory.repository(files: files, branches: changes)
        var overScript = Readings()
        var overWorktree = Readings()
        var ours = Readings()
        var once = Readings()
        var overScriptInAll = Readings()
        for pair in 0..<pairs {
            let (cco, (script, worktree)) = try Pair.both(pair) {
                try Price(few, many) { try merge(original, changes.prefix($0).map(\.name)) }
            } _: {
                let script = try Price(few, many) {
                    try laboratory.script(Self.plumbing, [laboratory.copy(original)] + changes.prefix($0).map(\.name)).processorSeconds
                }
                // Each of these takes long, so that fewer tell as much.
                let worktree = try Price(few, few + 10) { count in
                    let copy = try laboratory.copy(original)
                    try laboratory.run(["git", "clone", "-q", "--shared", copy, copy + ".clone"])
                    return try laboratory.script(Self.worktree, [copy + ".clone"] + changes.prefix(count).map(\.name)).processorSeconds
                }
                return (script, worktree)
            }
            ours.add(cco.change * 1_000)
            once.add(cco.once)
            overScript.add(cco.change / script.change)
            overScriptInAll.add(cco.all / script.all)
            overWorktree.add(cco.change / worktree.change)
        }
        let name = "\(files) files"
        let isLarge = files >= 50_000
        return [
            Row(measure: "\(name): processor time a landed change, ms", figure: ours.text(), goal: "", isReached: nil),
            Row(measure: "\(name): once for each run, s", figure: once.text(), goal: "", isReached: nil),
            Row(
                measure: "\(name): against merge-tree + commit-tree + update-ref", figure: overScript.text() + "×", goal: "≤ 1.5×",
                isReached: overScript.median <= 1.5),
            Row(
                measure: "\(name): the same for \(many) changes with what is paid once", figure: overScriptInAll.text() + "×", goal: "",
                isReached: nil),
            Row(
                measure: "\(name): against git merge in a worktree", figure: overWorktree.text() + "×", goal: isLarge ? "≤ 0.1×" : "",
                isReached: isLarge ? overWorktree.median <= 0.1 : nil),
        ]
    }

    /// What one change more costs, and what is paid once, in seconds.
    private struct Price {
        var change: Double
        var once: Double
        /// Of many.
        var all: Double

        init(_ few: Int, _ many: Int, _ body: (Int) throws -> Double) throws {
            let (small, large) = (try body(few), try body(many))
            change = (large - small) / Double(many - few)
            once = small - change * Double(few)
            all = large
            guard change > 0 else {
                throw Program.Failure(description: "\(many) changes cost no more than \(few): the machine is too noisy for this")
            }
        }
    }

    private func merge(_ original: String, _ branches: [String]) throws -> Double {
        let copy = try laboratory.copy(original)
        let result = try laboratory.run(
            [
                laboratory.cco, "merge", "--repository", copy, "--target", "main", "--verify", "true", "--slots", "1", "--json",
                "--workspace", "\(laboratory.root)/workspace-\(UUID().uuidString.prefix(8))",
            ] + branches)
        let there = try laboratory.run(["git", "--git-dir", copy, "diff", "--name-only", "start", "main"]).output.split(separator: "\n")
        guard there.count == 2 * branches.count else {
            throw Program.Failure(description: "\(there.count) files have come of \(branches.count) changes of two")
        }
        return result.processorSeconds
    }

    private static let plumbing = """
        export GIT_DIR="$1"
        shift
        for branch in "$@"; do
            tree=$(git merge-tree --write-tree main "$branch")
            commit=$(git commit-tree "$tree" -p main -p "$branch" -m "Merge $branch")
            git update-ref refs/heads/main "$commit"
        done
        """

    private static let worktree = """
        cd "$1"
        shift
        for branch in "$@"; do git merge -q --no-ff -m "Merge $branch" "origin/$branch"; done
        """
}
