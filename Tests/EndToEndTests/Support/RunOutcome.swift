import Foundation
import Merging
import Observability
import Processes
import Testing

@testable import TestSupport

/// What a run has come to, in all that kills and faults must not change: without ids of commits and sessions, and without times.
struct RunOutcome: Equatable, Sendable {
    /// The published files and what is in them; `TEAM_STRUCTURE.md` tells who did what and is left out.
    var tree: [String]
    /// The subjects of the published branch, newest first.
    var history: [String]
    /// What each published commit's receipt says, in order.
    var receipts: [String]
    /// By title.
    var tasks: [TaskEnd]
    /// How many turns each purpose took.
    var turns: [String: Int]
    /// Hundredths of a cent. The CLI's own words in its requests differ by some tokens from run to run, so one in a hundred may be otherwise here;
    /// `LedgerAudit` knows exactly what a run has to have cost.
    var cost: Int

    private func others(_ turns: [String: Int]) -> Int { turns.reduce(0) { $0 + ($1.key == "review" ? 0 : $1.value) } }

    /// What may be otherwise for a good reason.
    struct Leeway: Sendable {
        /// Tasks that are worked on side by side land as they come.
        var order = false
        /// Turns that were lost and had to be taken again. Their cost is not that of a run that lost none: `LedgerAudit` compares it with what
        /// the model was asked.
        var lostTurns = 0
        /// Prompts tell where other tasks stand, so tokens depend on who was faster; also reviews may find more or fewer submissions at once.
        var sideBySide = false
        /// Red gates count against the task that was at hand, whoever made them red.
        var redGates = false
        /// Tasks that were taken from one worker and given to another.
        var attempts = false

        /// Work that cco had to commit for a killed agent lacks the agent's own words for it, by which the scripted lead knows that its orders were
        /// followed: it gives them once more.
        var savedWork = false

        /// Lines that agents could not put out, because the disk was full.
        var lostOutput = false

        /// Nothing.
        static let none = Leeway()
    }

    /// What is otherwise than it should be, in words.
    func differences(from other: RunOutcome, _ leeway: Leeway = .none) -> [String] {
        var found: [String] = []
        func compare<Value: Equatable>(_ name: String, _ own: Value, _ theirs: Value) {
            if own != theirs { found.append("\(name): \(own), undisturbed \(theirs)") }
        }
        compare("tree", tree, other.tree)
        compare("history", leeway.order ? history.sorted() : history, leeway.order ? other.history.sorted() : other.history)
        compare("receipts", leeway.order ? receipts.sorted() : receipts, leeway.order ? other.receipts.sorted() : other.receipts)
        compare("tasks", tasks.map { $0.masked(leeway) }, other.tasks.map { $0.masked(leeway) })
        if leeway.lostTurns == 0, !leeway.sideBySide { compare("turns", turns, other.turns) }
        // Side by side, how many submissions come into one review depends on who was faster.
        let (own, theirs) = (others(turns), others(other.turns))
        if own > theirs + leeway.lostTurns { found.append("\(own) turns, undisturbed \(theirs), and \(leeway.lostTurns) may be lost") }
        if leeway.lostTurns == 0, !leeway.sideBySide, abs(cost - other.cost) * 100 > other.cost {
            found.append("hundredths of a cent: \(cost), undisturbed \(other.cost)")
        }
        return found
    }

    init(of fixture: CompanyFixture) async throws {
        let lines = try await fixture.git(["--git-dir", fixture.origin, "ls-tree", "-r", "main"]).split(separator: "\n")
        tree = lines.map(String.init).filter { !$0.hasSuffix("TEAM_STRUCTURE.md") }
        history = try await fixture.subjects()
        receipts = try await fixture.receipts()
        let report = try await fixture.report()
        tasks = report.teams.flatMap { $0.landed + $0.unlanded }.map(TaskEnd.init).sorted { $0.title < $1.title }
        turns = Dictionary(uniqueKeysWithValues: report.spending.byPurpose.map { ($0.name, $0.turns) })
        cost = Int((report.spending.total.costUsd * 10_000).rounded())
    }
}

/// What became of a task.
struct TaskEnd: Equatable, Sendable, CustomStringConvertible {
    var title: String
    var state: String
    var reworks: Int
    var conflicts: Int
    var redGates: Int
    var attempts: Int

    init(_ task: RunReport.TaskReport) {
        title = task.title
        state = task.state
        reworks = task.reworks
        conflicts = task.conflicts
        redGates = task.redGates
        attempts = task.attempts
    }

    func masked(_ leeway: RunOutcome.Leeway) -> TaskEnd {
        var masked = self
        if leeway.redGates { masked.redGates = 0 }
        if leeway.attempts { masked.attempts = 0 }
        if leeway.savedWork { masked.reworks = 0 }
        return masked
    }

    var description: String { "\(title): \(state), reworks \(reworks), conflicts \(conflicts), red \(redGates), attempts \(attempts)" }
}

extension CompanyFixture {
    /// The newest run's report.
    func report() async throws -> RunReport {
        try JSONDecoder().decode(RunReport.self, from: Data(try await cco(["report", "--json"]).standardOutput))
    }

    /// What the receipts along origin's branch say: kind, task or team, and whether the tree, or that of the commit it landed with, was seen
    /// green. Newest first; commits without a receipt are left out.
    fileprivate func receipts() async throws -> [String] {
        let listed = try await git(["--git-dir", origin, "notes", "--ref", "cco", "list"]).split(separator: "\n").map {
            $0.split(separator: " ").map(String.init)
        }
        var notes: [String: Receipt] = [:]
        for pair in listed where pair.count == 2 {
            notes[pair[1]] = try Receipt(text: try await git(["--git-dir", origin, "cat-file", "blob", pair[0]]))
        }
        let line = try await git(["--git-dir", origin, "rev-list", "--first-parent", "main"]).split(separator: "\n").map(String.init)
        let along = line.compactMap { commit -> String? in
            guard let note = notes[commit] else { return nil }
            let judged = note.verifiedAt.map { notes[$0] } ?? note
            let isVerified = note.exitCode == 0 && judged?.exitCode == 0 && judged?.gateMilliseconds != nil
            return "\(note.kind) \(note.task ?? note.team ?? note.branch ?? "-") \(isVerified ? "verified" : "not verified")"
        }
        // A receipt elsewhere would be of a commit that was not published.
        return along + notes.keys.filter { !line.contains($0) }.sorted().map { "a receipt of \($0), which is not published" }
    }
}
