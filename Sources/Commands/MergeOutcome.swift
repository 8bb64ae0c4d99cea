import ConfigurationFiles
import Engine
import Observability
import Orchestration

/// What came of `cco merge`, for people and for programs.
struct MergeOutcome {
    var run: Run
    var hub: String
    var logFolder: String
    var isDryRun: Bool

    init(run: Run, hub: String, logFolder: String, isDryRun: Bool) {
        self.run = run
        self.hub = hub
        self.logFolder = logFolder
        self.isDryRun = isDryRun
    }

    init(_ ending: RunEnding, of host: RunHost, isDryRun: Bool) {
        self.init(run: ending.run, hub: host.folder.hub, logFolder: ending.logFolder, isDryRun: isDryRun)
    }

    /// The outcome as JSON.
    struct Document: Codable, Equatable {
        struct Branch: Codable, Equatable {
            var name: String
            var head: String
            /// `landed`, `conflict`, `red`, `objection`, `empty` or `open`.
            var outcome: String
            var commit: String?
            /// Why it was given back, with the log's path where the gate failed.
            var detail: String?
            /// The first line of the gate's output that looks like a failure; missing where there is none, or the gate did not fail.
            var failure: String?
            /// The file with what the gate printed when it failed.
            var gateLog: String?
            /// The commit that the branch was merged onto when the gate failed.
            var onto: String?
            /// The other branches of this merge that are in that commit, the first hundred of them.
            var with: [String]?
            /// Whether the gate passes on that commit: then it fails on those together with this one.
            var passesWithout: Bool?

            init(_ branch: RunReport.BranchReport) {
                name = branch.name
                head = branch.head
                outcome = branch.outcome
                commit = branch.commit
                detail = branch.detail
                failure = branch.failure
                gateLog = branch.gateLog
                onto = branch.onto
                with = branch.with
                passesWithout = branch.passesWithout
            }
        }

        var target: String
        var head: String?
        var gate: String?
        /// Whether nothing verified what has landed; `gate` is missing then.
        var isUngated: Bool
        var isDryRun: Bool
        var isComplete: Bool
        var branches: [Branch]
        var gateRuns: Int
        var gateMilliseconds: Int64
        var flakes: Int
        /// The branch at origin that has the work since origin refused the target; missing where it did not, or has refused that one, too.
        var fallbackBranch: String?
        /// Origin's words when it refused the target.
        var refusal: String?
        /// The repository that has the result where it was not pushed; missing where it was, and in a rehearsal.
        var hub: String?
        /// Why nothing could be merged at all; missing where branches were.
        var failure: String?
        var log: String
    }

    var document: Document {
        var document = Document(
            target: run.settings.targetBranch, head: run.base?.head.hex, gate: run.verifyCommand, isUngated: run.verifyCommand == nil,
            isDryRun: isDryRun, isComplete: run.isEnded,
            branches: run.branches.map { Document.Branch(RunReport.BranchReport($0, in: run)) }, gateRuns: run.merges.gateRuns,
            gateMilliseconds: run.merges.gateMilliseconds, flakes: run.merges.flakes,
            fallbackBranch: run.divertedTo, refusal: run.fallback?.reason, log: logFolder)
        if !isDryRun, !run.settings.push, run.isEnded { document.hub = hub }
        if run.isEnded, case .failed(let reason)? = run.phase.endReason { document.failure = reason }
        return document
    }

    func lines(_ style: Style) -> [String] {
        var lines = [""] + document.branchLines(style)
        lines += ["", document.summary(style)]
        if run.baselineRed != nil { lines.append(style.red("The gate fails on \(run.settings.targetBranch) as it was found.")) }
        if let fallback = run.fallback {
            let place =
                run.divertedTo.map { "the work is on \($0)" }
                ?? "nothing is on \(fallback.branch) either, so what has not landed is not at origin"
            lines.append(
                style.red("origin refused \(run.settings.targetBranch) (\(OneLineText.of(fallback.reason, limit: 400))): \(place)"))
        }
        if !run.isEnded, let reason = run.suspension {
            lines.append("It was stopped (\(reason)). The same command goes on with what has not landed.")
        }
        if let failure = document.failure { lines.append(style.red("Nothing could be merged: \(ControlSequences.sanitised(failure))")) }
        if let words = document.whereabouts { lines.append(words) }
        lines.append("Log: \(logFolder)")
        return lines
    }

    /// How the command ends; `ending` is how the run did.
    func status(_ ending: CommandStatus) -> CommandStatus {
        guard ending == .ok else { return ending }
        return run.branches.contains { if case .returned = $0.outcome { true } else { false } } ? .branchesReturned : .ok
    }
}

extension MergeOutcome.Document {
    /// How many branches have landed, or would, in a sentence, and that nothing verified them.
    func summary(_ style: Style) -> String {
        let landed = branches.count { $0.outcome == "landed" }
        return "\(landed) of \(branches.count) \(isDryRun ? "would land" : "landed") on \(fallbackBranch ?? target) in "
            + "\(HumanText.count(gateRuns, "gate run"))." + (isUngated ? style.red(" UNGATED: nothing verified them.") : "")
    }

    /// How to get what was not pushed; `nil` where it was.
    var whereabouts: String? {
        hub.map { "Nothing was pushed. Get it: git fetch \(ConfigurationPath.shellWord($0)) \(target)" }
    }

    /// A line for each branch: its name and what became of it.
    func branchLines(_ style: Style) -> [String] {
        let width = branches.map(\.name.count).max() ?? 0
        return branches.map { "  \(ControlSequences.sanitised($0.name).padding(to: width))  \(text(of: $0, style))" }
    }

    private func text(of branch: Branch, _ style: Style) -> String {
        switch branch.outcome {
        case "landed": style.green(isDryRun ? "would land" : "landed as \(branch.commit?.prefix(10) ?? "")")
        case "empty": "nothing new: \(target) has everything of it"
        case "open": style.yellow("not decided")
        default:
            style.red("\(ReturnReason(rawValue: branch.outcome)?.words ?? branch.outcome): ")
                + OneLineText.of(branch.detail ?? "")
        }
    }
}
