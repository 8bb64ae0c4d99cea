import Foundation

/// Usable worktrees, made with cco's own code, against `tar` extracting the same files: fresh ones, and used ones that go to the next task.
struct Worktrees {
    var laboratory: Laboratory
    var files: Int
    /// Worktrees for each reading.
    var count: Int
    var pairs: Int

    /// Files that the next task's start differs in.
    private var changed: Int { min(200, files / 4) }

    func rows() throws -> [Row] {
        // All over the tree, each with one line more.
        let next = (0..<changed).map { place in
            let number = place * files / changed
            return (SyntheticFiles.path(number), SyntheticFiles.text(number) + "changed \(number)\n")
        }
        let origin = try laboratory.repository(
            files: files, branches: [(name: "next", files: Dictionary(uniqueKeysWithValues: next))])
        let archive = laboratory.root + "/archive-\(files).tar"
        try laboratory.run(["git", "--git-dir=\(origin)", "archive", "-o", archive, "main"])
        var readings = Dictionary(
            uniqueKeysWithValues: ["cold", "saved", "recycled"].map { ($0, (wall: Readings(), processor: Readings())) })
        for pair in 0..<pairs {
            let place = laboratory.root + "/worktrees-\(UUID().uuidString.prefix(8))"
            let program = (laboratory.cco as NSString).deletingLastPathComponent + "/worktree-bench"
            let (output, tar) = try Pair.both(pair) {
                try laboratory.run([program, origin, place, "\(count)"]).output
            } _: {
                try laboratory.script(Self.extraction, [archive, place + "-tar", "\(count)"])
            }
            for line in output.split(separator: "\n") {
                let words = line.split(separator: " ").map(String.init)
                guard words.count == 3, let wall = Double(words[1]), let processor = Double(words[2]) else {
                    throw Program.Failure(description: "worktree-bench printed \(line)")
                }
                readings[words[0]]?.wall.add(wall / tar.seconds)
                readings[words[0]]?.processor.add(processor / tar.processorSeconds)
            }
            try check(place, origin)
        }
        // A turn's end is part of no goal: it looks for uncommitted work once, whether or not another task follows.
        let goals: [(name: String, goal: String, limit: Double?)] = [
            ("cold", "≤ 1.5×", 1.5), ("saved", "", nil), ("recycled", "≤ 0.2×", 0.2),
        ]
        let rows = goals.map { name, goal, limit in
            guard let (wall, processor) = readings[name] else { return [Row]() }
            return [("wall clock", wall), ("processor time", processor)].map { kind, figure in
                Row(
                    measure: "\(files) files, \(count) \(name) worktrees against tar, \(kind)", figure: figure.text() + "×", goal: goal,
                    isReached: limit.map { figure.median <= $0 })
            }
        }
        return rows.flatMap { $0 }
    }

    /// What was measured has to be right: the files are those of the commit, and an agent's git sees a clean worktree.
    private func check(_ place: String, _ origin: String) throws {
        let next = try laboratory.run(["git", "--git-dir=\(origin)", "rev-parse", "next^{tree}"]).output
        for number in 0..<count {
            let tree = try laboratory.run(["git", "-C", "\(place)/agents/\(number)/tree", "rev-parse", "HEAD^{tree}"]).output
            guard tree == next else { throw Program.Failure(description: "worktree \(number) has the tree \(tree), not \(next)") }
            let status = try laboratory.run(["git", "-C", "\(place)/agents/\(number)/tree", "status", "--porcelain", "--branch"]).output
            guard status == "## recycled\n" else {
                throw Program.Failure(description: "worktree \(number) is not as it should be: \(status.prefix(300))")
            }
        }
    }

    private static let extraction = """
        number=0
        while [ "$number" -lt "$3" ]; do
            mkdir -p "$2/$number"
            tar -xf "$1" -C "$2/$number"
            number=$((number + 1))
        done
        """
}
