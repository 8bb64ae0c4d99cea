/// What a command says with its exit code. Scripts may rely on the numbers; codes from 64 on follow `sysexits.h`.
package enum CommandStatus: Int32, Error, Sendable, CaseIterable {
    /// The command did what it was asked for; a run is complete.
    case ok = 0
    /// Something that nobody foresaw; the message says what.
    case unexpected = 1
    /// The run's time (`maxRunDurationMinutes`) is over.
    case timeOver = 10
    /// The run's budget (`maxBudgetUsd`) is used up.
    case budgetOver = 11
    /// Nothing moved any more.
    case noProgress = 12
    /// A person stopped the run (`cco pause`, Ctrl-C); `cco resume` goes on.
    case suspended = 13
    /// The run is complete, but origin refused the branch: the work is on the fallback branch.
    case pushRefused = 14
    /// The run cannot go on by itself and needs a person: no usable credential, or a fault that keeps coming back.
    case needsPerson = 15
    /// `cco verify` found a published commit whose receipt is missing or false, or the gate failed when it was run again.
    case receiptFalse = 16
    /// `cco verify` found nothing false, but nothing verified the work: the run had no gate.
    case ungated = 17
    /// `cco merge` sent branches back: they do not merge, or the gate fails with them.
    case branchesReturned = 18
    /// The command line makes no sense.
    case usage = 64
    /// The configuration is missing or not valid.
    case configuration = 65
    /// The repository or the Claude Code CLI is not available.
    case unavailable = 69
    /// A file or folder, or what the output goes to, cannot be made or written; the disk may be full.
    case cannotCreate = 73
    /// Another process has the workspace in hand.
    case held = 75
    /// No credentials, or no permission.
    case noPermission = 77

    /// One line for the documentation.
    package var meaning: String {
        switch self {
        case .ok: "done; the run is complete"
        case .unexpected: "an unexpected error"
        case .timeOver: "the run's time is over"
        case .budgetOver: "the run's budget is used up"
        case .noProgress: "nothing moved any more"
        case .suspended: "a person stopped the run; `cco resume` goes on"
        case .pushRefused: "complete, but origin refused the branch: the work is on the fallback branch"
        case .needsPerson: "the run cannot go on by itself and needs a person"
        case .receiptFalse: "verify: a receipt is missing or false, or the gate failed when run again"
        case .ungated: "verify: nothing is false, but the run had no gate"
        case .branchesReturned: "merge: at least one branch does not merge or fails the gate; the others have landed"
        case .usage: "the command line makes no sense"
        case .configuration: "the configuration is missing or not valid"
        case .unavailable: "the repository or the Claude Code CLI is not available"
        case .cannotCreate: "a file or folder cannot be made or written"
        case .held: "another process has the workspace in hand"
        case .noPermission: "no credentials, or no permission"
        }
    }

    /// All codes as a markdown table for the documentation.
    package static var markdownTable: String {
        (["| Exit code | Meaning |", "|---|---|"] + allCases.map { "| \($0.rawValue) | \($0.meaning) |" }).joined(separator: "\n") + "\n"
    }
}
