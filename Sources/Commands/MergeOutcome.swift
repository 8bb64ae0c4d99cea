import ConfigurationFiles
import Observability
import Orchestration

/// What came of `cco merge`, for people and for programs.
struct MergeOutcome {
    var run: Run
    var hub: String
    var logFolder: String
    var isDryRun: Bool

    /// The outcome as JSON.
    struct Document: Codable, Equatable {
        struct Branch: Codable, Equatable {
            var name: String
            var head: String
            /// `landed`, `conflict`, `red`, `objection`, `empty` or `open`.
            var outcome: String
            var commit: String?
            var detail: String?
        }

        var target: String
        var head: String?
        var gate: String?
        var isDryRun: Bool
        var isComplete: Bool
        var branches: [Branch]
        var gateRuns: Int
        var gateMilliseconds: Int64
        var flakes: Int
        var log: String
    }

    var document: Document {
        Document(
            target: run.settings.targetBranch, head: run.base?.head.hex, gate: run.verifyCommand, isDryRun: isDryRun,
            isComplete: run.isEnded,
            branches: run.branches.map { branch in
                var entry = Document.Branch(name: branch.name, head: branch.head.hex, outcome: branch.outcome.word)
                switch branch.outcome {
                case .landed(let commit): entry.commit = commit.hex
                case .returned(_, let detail): entry.detail = detail
                case .open, .empty: break
                }
                return entry
            }, gateRuns: run.merges.gateRuns, gateMilliseconds: run.merges.gateMilliseconds, flakes: run.merges.flakes, log: logFolder)
    }

    func lines(_ style: Style) -> [String] {
        let width = run.branches.map(\.name.count).max() ?? 0
        var lines = [""]
        for branch in run.branches {
            let name = ControlSequences.sanitised(branch.name)
            let padded = name + String(repeating: " ", count: max(0, width - name.count))
            lines.append("  \(padded)  \(text(of: branch.outcome, style))")
        }
        let landed = run.branches.count { if case .landed = $0.outcome { true } else { false } }
        let verb = isDryRun ? "would land" : "landed"
        lines.append("")
        lines.append(
            "\(landed) of \(run.branches.count) \(verb) on \(run.settings.targetBranch) in \(RunHeader.count(run.merges.gateRuns, "gate run"))."
                + (run.verifyCommand == nil ? style.red(" UNGATED: nothing verified them.") : ""))
        if run.baselineRed != nil { lines.append(style.red("The gate fails on \(run.settings.targetBranch) as it was found.")) }
        if let fallback = run.fallback {
            lines.append(style.red("origin refused \(run.settings.targetBranch) (\(fallback.reason)): the work is on \(fallback.branch)"))
        }
        if !run.isEnded { lines.append("It was stopped (\(run.suspension ?? "")). The same command goes on with what has not landed.") }
        if !isDryRun, !run.settings.push, run.isEnded {
            lines.append("Nothing was pushed. Get it: git fetch \(ConfigurationPath.shellWord(hub)) \(run.settings.targetBranch)")
        }
        lines.append("Log: \(logFolder)")
        return lines
    }

    private func text(of outcome: BranchRecord.Outcome, _ style: Style) -> String {
        switch outcome {
        case .landed(let commit): style.green(isDryRun ? "would land" : "landed as \(commit.short)")
        case .empty: "nothing new: \(run.settings.targetBranch) has everything of it"
        case .open: style.yellow("not decided")
        case .returned(let reason, let detail): style.red("\(reason.words): ") + ControlSequences.sanitised(detail)
        }
    }

    /// How the command ends; `ending` is how the run did.
    func status(_ ending: CommandStatus) -> CommandStatus {
        guard ending == .ok else { return ending }
        return run.branches.contains { if case .returned = $0.outcome { true } else { false } } ? .branchesReturned : .ok
    }
}

extension BranchRecord.Outcome {
    /// A stable word for scripts.
    var word: String {
        switch self {
        case .open: "open"
        case .landed: "landed"
        case .empty: "empty"
        case .returned(let reason, _): reason.rawValue
        }
    }
}

extension ReturnReason {
    fileprivate var words: String {
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
