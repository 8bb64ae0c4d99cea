import Dashboard
import Engine
import FoundationEssentials
import Git
import Merging
import Observability
import Orchestration
import Processes

/// Shows commits of a run's repository to the pages. Only reads, so that it disturbs nobody. What it shows has no control characters; secrets are
/// taken out where it is sent.
struct CommitLook: Sendable {
    var git: Git
    var location: GitLocation

    /// Bytes of a difference that are shown.
    private static let longestDiff = 400 << 10
    /// Files of a difference that are named.
    private static let mostFiles = 2_000
    private static let plain = ["--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=dirty"]

    /// - Returns: `nil` for what is no commit's id, and for a commit that the repository does not have.
    /// - Throws: `GitError`.
    func commit(_ id: String) async throws -> CommitPage? {
        guard let wanted = try await existing(id) else { return nil }
        let text = try await git.run(
            ["show", "-s", "--no-show-signature", "--format=%H%x00%T%x00%P%x00%an%x00%ct%x00%s%x00%b", wanted.hex, "--"], at: location,
            limit: 256 << 10
        ).outputText
        let parts = text.split(separator: "\0", maxSplits: 6, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 7 else { return nil }
        let parents = parts[2].split(separator: " ").map(String.init)
        let note = try await receipt(of: wanted)
        let (verdict, facts) = Self.judge(note, tree: parts[1])
        return CommitPage(
            id: wanted.hex, tree: parts[1], parents: parents, subject: shown(parts[5]), message: shown(parts[6]), author: shown(parts[3]),
            committedAt: Int64(parts[4]).map { Moment(Timestamp(milliseconds: $0 * 1_000)) }, verdict: verdict, receipt: facts,
            // A merge shows what it brought to the branch that it went to.
            work: try await work(from: parents.first ?? Self.emptyTree(of: wanted), to: wanted.hex))
    }

    /// The difference between two commits.
    ///
    /// - Throws: `GitError`.
    func work(from: String, to: String) async throws -> WorkPage {
        let counts = try await git.run(
            ["diff-tree", "-r", "--numstat", "--no-renames", "-z"] + Self.plain + [from, to], at: location, limit: 1 << 20)
        let files = counts.outputText.split(separator: "\0").prefix(Self.mostFiles).compactMap { line -> WorkPage.File? in
            let parts = line.split(separator: "\t", maxSplits: 2)
            guard parts.count == 3 else { return nil }
            return WorkPage.File(path: shown(String(parts[2])), added: Int(parts[0]), removed: Int(parts[1]))
        }
        let diff = try await git.run(["diff-tree", "-r", "-p", "-M"] + Self.plain + [from, to], at: location, limit: Self.longestDiff)
        return WorkPage(from: from, to: to, files: files, diff: shown(diff.outputText), isCut: diff.truncated)
    }

    /// What a worker's files are now, committed or not, against where they left the branch that they go to; `nil` where it has no worktree or
    /// the task is not in its hands.
    func seat(of task: TeamTask, in folder: RunFolder, since target: ObjectID) async -> WorkPage? {
        guard let worker = task.worker, task.state == .assigned else { return nil }
        let seat = folder.seat(worker.name)
        let changes = WorktreeChanges(directory: seat.git, worktree: seat.tree, git: git)
        // Without a worktree, or in the midst of a check-out, the commits that cco has say it.
        guard let patch = try? await changes.patch(since: target, limit: Self.longestDiff) else { return nil }
        let text = shown(patch.text)
        return WorkPage(from: target.hex, to: "", files: Self.files(in: text), diff: text, isCut: patch.truncated)
    }

    /// The files of a difference, as its own lines say.
    static func files(in diff: String) -> [WorkPage.File] {
        var files: [WorkPage.File] = []
        var isInHunk = false
        for line in diff.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("diff --git ") {
                isInHunk = false
                files.append(
                    WorkPage.File(
                        path: line.firstRange(of: " b/").map { String(line[$0.upperBound...]) } ?? String(line.dropFirst(11)), added: 0,
                        removed: 0))
            } else if line.hasPrefix("@@") {
                isInHunk = true
            } else if isInHunk, let last = files.indices.last {
                if line.hasPrefix("+") { files[last].added = (files[last].added ?? 0) + 1 }
                if line.hasPrefix("-") { files[last].removed = (files[last].removed ?? 0) + 1 }
            }
        }
        return Array(files.prefix(mostFiles))
    }

    /// Where two lines parted; `nil` when they have nothing in common.
    func mergeBase(_ one: ObjectID, _ other: ObjectID) async throws -> ObjectID? {
        let result = try await git.attempt(["merge-base", one.hex, other.hex], at: location)
        return result.succeeded ? ObjectID(result.outputText.filter { !$0.isNewline }) : nil
    }

    func has(_ commit: ObjectID) async throws -> Bool { try await existing(commit.hex) != nil }

    private func existing(_ id: String) async throws -> ObjectID? {
        guard (7...64).contains(id.utf8.count), id.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else {
            return nil
        }
        let result = try await git.attempt(["rev-parse", "--verify", "--quiet", "--end-of-options", "\(id)^{commit}"], at: location)
        return result.succeeded ? ObjectID(result.outputText.filter { !$0.isNewline }) : nil
    }

    private func receipt(of commit: ObjectID) async throws -> String? {
        let result = try await git.attempt(["notes", "--ref=refs/notes/cco", "show", commit.hex], at: location, limit: 64 << 10)
        return result.succeeded ? result.outputText : nil
    }

    /// The commit that the gate looked at to verify another; `nil` for one that no gate verified.
    ///
    /// - Throws: `GitError`.
    func gated(_ id: String) async throws -> String? {
        guard let commit = try await existing(id), let note = try await receipt(of: commit), let receipt = try? Receipt(text: note) else {
            return nil
        }
        return receipt.gate == nil ? nil : receipt.verifiedAt ?? commit.hex
    }

    /// What the receipt says, and whether that is true of the commit; `cco verify` looks at whole branches and more closely.
    private static func judge(_ note: String?, tree: String) -> (String, [CommitPage.Fact]) {
        guard let note else { return ("none", []) }
        guard let receipt = try? Receipt(text: note) else { return ("wrong", []) }  // A note that is no receipt proves nothing.
        let facts: [(String, String?)] = [
            ("Kind", receipt.kind), ("Run", receipt.run), ("Task", receipt.task), ("Branch", receipt.branch), ("Team", receipt.team),
            ("Agent", receipt.agent), ("Session", receipt.session), ("Gate", receipt.gate),
            ("Exit code", receipt.exitCode.map(String.init)),
            ("Gate's time", receipt.gateMilliseconds.map { HumanText.duration(milliseconds: $0) }), ("Tree", receipt.tree),
            ("Verified at", receipt.verifiedAt), ("Cost", receipt.costUsd.map { HumanText.money(dollars: $0) }),
        ]
        let isTrue = receipt.tree == tree && (receipt.gate == nil || receipt.exitCode == 0)
        return (
            !isTrue ? "wrong" : receipt.gate == nil ? "ungated" : "verified",
            facts.compactMap { name, value in value.map { CommitPage.Fact(name, $0) } }
        )
    }

    private static func emptyTree(of id: ObjectID) -> String {
        id.hex.utf8.count == 64
            ? "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321" : "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    }

    private func shown(_ text: String) -> String { ControlSequences.sanitised(text) }
}
