import Orchestration

extension RunReport {
    /// One branch of a `cco merge`, and what became of it.
    package struct BranchReport: Codable, Sendable, Equatable {
        package var name: String
        package var head: String
        /// `landed` (in a rehearsal: would land), `empty` (the target had everything of it), `open` (not decided), or why it was given back:
        /// `conflict`, `red`, `objection`.
        package var outcome: String
        /// The commit that landed it.
        package var commit: String?
        /// Why it was given back.
        package var why: String?
        /// The first line of the gate's output that looks like a failure; missing where there is none, or the gate did not fail.
        package var failure: String?
        /// The file with what the gate printed.
        package var gateLog: String?
        /// The commit that it was merged onto when the gate failed.
        package var onto: String?
        /// The other branches of this merge that are in that commit, the first hundred of them.
        package var with: [String]?
        /// Whether the gate passes on that commit, so that it fails only with the branch.
        package var passesWithout: Bool?

        package init(_ branch: BranchRecord, in run: Run) {
            name = branch.name
            head = branch.head.hex
            outcome = branch.outcome.word
            switch branch.outcome {
            case .landed(let commit):
                self.commit = commit.hex
            case .returned(_, let pointer):
                guard let red = branch.red else {
                    why = pointer
                    break
                }
                why = run.words(of: red)
                failure = red.failure
                gateLog = red.logPath
                onto = red.onto?.hex
                with = red.with
                passesWithout = red.passesWithout
            case .open, .empty:
                break
            }
        }

        /// Why it was given back, with where the gate's output is.
        package var detail: String? { gateLog.map { "\(why ?? ""); log: \($0)" } ?? why }
    }

    /// How many branches have landed, or would.
    static func landed(of branches: [BranchReport]) -> Int { branches.count { $0.outcome == "landed" } }

    func branchesSection(_ branches: [BranchReport]) -> [String] {
        let landing = isRehearsal == true ? "would land" : "landed"
        return ["## What became of the branches", "", "\(Self.landed(of: branches)) of \(branches.count) \(landing).", ""]
            + branches.map { "- \(Self.code($0.name)): \(words(of: $0))" } + [""]
    }

    private func words(of branch: BranchReport) -> String {
        let commit = branch.commit.map { Self.code(String($0.prefix(10))) } ?? ""
        switch branch.outcome {
        case "landed": return isRehearsal == true ? "would land" : "landed as \(commit)"
        case "empty": return "already contained: \(Self.code(targetBranch)) has everything of it"
        case "open": return "**not decided**"
        default:
            let log = branch.gateLog.map { "; log: \(Self.code($0, limit: Self.longestPath))" } ?? ""
            return "**given back**: \(Self.reason(of: branch)): \(Self.plain(branch.why ?? "", limit: 1_000))\(log)"
        }
    }

    func branchesHTML(_ branches: [BranchReport]) -> String {
        let rows = branches.map { branch in
            let log = branch.gateLog.map { "; log: \(HTMLText.code($0, limit: Self.longestPath))" } ?? ""
            let words =
                switch branch.outcome {
                case "landed": isRehearsal == true ? "would land" : "landed"
                case "empty": "already contained"
                case "open": "not decided"
                default: "given back: \(Self.reason(of: branch)): \(HTMLText.words(branch.why ?? "", limit: 1_000))\(log)"
                }
            let commit = isRehearsal == true ? nil : branch.commit
            return [HTMLText.code(branch.name), words, commit.map { HTMLText.code(String($0.prefix(10))) } ?? ""]
        }
        return "<section><h2>What became of the branches</h2>\n"
            + HTMLText.table(["Branch", "What became of it", "Commit"], rows, caption: "Branches of the merge") + "</section>"
    }

    private static func reason(of branch: BranchReport) -> String { ReturnReason(rawValue: branch.outcome)?.words ?? branch.outcome }

    /// No path is longer on Linux.
    private static let longestPath = 4_096
}

extension ReturnReason {
    /// Why a branch that a person brought does not land.
    package var words: String {
        switch self {
        case .conflict: "does not merge"
        case .red: "the gate fails"
        case .objection: "cannot be merged"
        case .cancelled: "was cancelled"
        case .unapproved: "waits for approval"
        case .empty: "nothing new"
        }
    }
}

extension Run {
    /// How the gate failed with a branch, and together with what: `exit code 2; fails on main with fix-1, passes without it`, and the first failure.
    func words(of red: RedBranch) -> String {
        let failure = red.failure.map { "; first failure: \(OneLine.text($0, limit: 200))" } ?? ""
        guard !red.isTargetRed else { return "\(settings.targetBranch) fails it by itself (\(red.ending)\(failure))" }
        return red.ending + surroundings(of: red) + failure
    }

    /// Nothing where the branch was merged onto nothing but the target as it was found.
    private func surroundings(of red: RedBranch) -> String {
        let without = red.passesWithout ? ", passes without it" : ""
        let target = settings.targetBranch
        guard red.with.isEmpty else {
            let shown = red.with.prefix(Self.mostShown)
            let more = red.with.count - shown.count + red.others
            return "; fails on \(target) with \(shown.joined(separator: ", "))\(more > 0 ? " and \(more) more" : "")\(without)"
        }
        guard let onto = red.onto, onto != startedFrom else { return "" }
        return "; fails on \(target) as others have left it (\(onto.short))\(without)"
    }

    /// Branches that are named; the JSON names more.
    private static let mostShown = 8
}
