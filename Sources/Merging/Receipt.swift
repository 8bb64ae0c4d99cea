import FoundationEssentials
import Orchestration

/// Who made a published commit and what proves that it was verified. Kept as a git note, one JSON object a commit.
package struct Receipt: Codable, Sendable, Equatable {
    package var run: String
    /// The published commit's tree: the exact tree that the gate judged, unless `verifiedAt` names another.
    package var tree: String
    /// The later commit that was published together with this one and whose tree the gate judged; absent when it judged this one's.
    package var verifiedAt: String?
    /// `task`, `delivery`, `sync`, `upkeep` or `branch`.
    package var kind: String
    package var task: String?
    /// The branch that was merged, for `branch`.
    package var branch: String?
    package var team: String?
    package var agent: String?
    package var session: String?
    /// The gate's command; absent for an ungated run.
    package var gate: String?
    /// The gate's exit code; absent for an ungated run.
    package var exitCode: Int32?
    /// Milliseconds of the gate run that judged the tree.
    package var gateMilliseconds: Int64?
    /// What the task has cost up to here, in US dollars.
    package var costUsd: Double?

    /// The receipt of a candidate that is about to be published.
    ///
    /// - Parameter tip: the last of those that are published together; `nil` when it goes alone.
    package init(run: Run, candidate: Candidate, tree: ObjectID, verifiedAt tip: MergeChain.Link? = nil) {
        self.run = run.id.name
        self.tree = tree.hex
        switch candidate.kind {
        case .task(let id):
            let work = run.tasks[id]
            kind = "task"
            task = id.name
            team = work?.team.name
            agent = work?.worker?.name
            session = work?.session?.id
            costUsd = work?.costUsd
        case .delivery(let id):
            kind = "delivery"
            team = id.name
            agent = run.teams[id]?.lead.name
        case .sync(let id):
            kind = "sync"
            team = id.name
        case .upkeep:
            kind = "upkeep"
        case .branch(let name):
            kind = "branch"
            branch = name
        }
        if let command = run.verifyCommand {
            gate = command
            exitCode = 0
            gateMilliseconds = run.verifiedTrees[tree.hex]
            if gateMilliseconds == nil, let tip, tip.tree != tree {
                gateMilliseconds = run.verifiedTrees[tip.tree.hex]
                verifiedAt = tip.commit.hex
            }
        }
    }

    /// The note's text: one line of JSON with sorted keys, so that equal receipts are equal texts.
    package func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }

    /// Reads a note; throws `DecodingError` for a text that is no receipt.
    package init(text: some StringProtocol) throws {
        self = try JSONDecoder().decode(Receipt.self, from: Data(text.utf8))
    }
}
