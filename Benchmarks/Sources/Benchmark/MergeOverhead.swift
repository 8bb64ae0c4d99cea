import Foundation

/// Processor time for a landed change when the gate costs nothing, against a script of git's own plumbing and against `git merge` in a worktree.
///
/// The price of a change is the difference between many and few changes, so that what every run pays once (starting, fetching the
/// repository) does not hide in it; that is printed beside it.
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
        for _ in 0..<pairs {
            func price(_ body: (Int) throws -> Double) throws -> (change: Double, once: Double) {
                let small = try body(few)
                let large = try body(many)
                let change = (large - small) / Double(many - few)
                return (change, small - change * Double(few))
            }
            let cco = try price { try merge(original, changes.prefix($0).map(\.name)) }
            let script = try price {
                try laboratory.script(Self.plumbing, [laboratory.copy(original)] + changes.prefix($0).map(\.name)).processorSeconds
            }
            let worktree = try price { count in
                let copy = try laboratory.copy(original)
                try laboratory.run(["git", "clone", "-q", "--shared", copy, copy + ".clone"])
                return try laboratory.script(Self.worktree, [copy + ".clone"] + changes.prefix(min(count, few + 10)).map(\.name))
                    .processorSeconds
                    * (count > few ? Double(many - few) / 10 : 1)
            }
            ours.add(cco.change * 1_000)
            once.add(cco.once)
            overScript.add(cco.change / script.change)
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
                measure: "\(name): against git merge in a worktree", figure: overWorktree.text() + "×", goal: isLarge ? "≤ 0.1×" : "",
                isReached: isLarge ? overWorktree.median <= 0.1 : nil),
        ]
    }

    private func merge(_ original: String, _ branches: [String]) throws -> Double {
        try laboratory.run(
            [
                laboratory.cco, "merge", "--repository", laboratory.copy(original), "--target", "main", "--ungated", "--json",
                "--workspace",
                "\(laboratory.root)/workspace-\(UUID().uuidString.prefix(8))",
            ] + branches
        ).processorSeconds
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
