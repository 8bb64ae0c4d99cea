import Git
import Orchestration

/// Checks that every commit that cco published on a branch carries a true receipt.
package struct ReceiptAudit: Sendable {
    /// One commit of the branch's first-parent line.
    package struct Finding: Sendable, Equatable {
        package enum Verdict: Sendable, Equatable {
            case verified(Receipt)
            /// Published by a run without a gate.
            case ungated(Receipt)
            /// Not made by cco: somebody else moved the branch.
            case external
            case missing
            case wrong(String)
        }

        package var commit: ObjectID
        package var subject: String
        package var verdict: Verdict
    }

    private let hub: HubRepository

    package init(hub: HubRepository) { self.hub = hub }

    /// Looks at every commit that `head` has in its first-parent line after `start`.
    ///
    /// - Parameter committerEmail: whose commits are cco's own.
    /// - Throws: `GitError`.
    package func audit(from start: ObjectID?, to head: ObjectID, committerEmail: String) async throws -> [Finding] {
        var findings: [Finding] = []
        for entry in try await hub.firstParentLog(from: start, to: head) {
            let verdict: Finding.Verdict
            if let note = try await hub.note(entry.id) {
                verdict = try await judge(note, commit: entry.id)
            } else {
                verdict = entry.committerEmail == committerEmail ? .missing : .external
            }
            findings.append(Finding(commit: entry.id, subject: entry.subject, verdict: verdict))
        }
        return joined(findings)
    }

    /// A commit that was verified by a later one is as good as that one's receipt, which has to be on the same line.
    private func joined(_ findings: [Finding]) -> [Finding] {
        let own = Dictionary(findings.map { ($0.commit.hex, $0.verdict) }) { first, _ in first }
        return findings.map { finding in
            guard case .verified(let receipt) = finding.verdict, let other = receipt.verifiedAt else { return finding }
            if case .verified(let theirs) = own[other], theirs.verifiedAt == nil, theirs.gate == receipt.gate { return finding }
            var wrong = finding
            wrong.verdict = .wrong("it was verified at \(other.prefix(10)), which is not on this branch or has no receipt of its own")
            return wrong
        }
    }

    private func judge(_ note: String, commit: ObjectID) async throws -> Finding.Verdict {
        let receipt: Receipt
        do {
            receipt = try Receipt(text: note)
        } catch {
            return .wrong("the note is not a receipt")
        }
        let tree = try await hub.tree(of: commit)
        guard receipt.tree == tree.hex else {
            return .wrong("the receipt speaks of tree \(receipt.tree.prefix(10)), the commit has \(tree.short)")
        }
        guard receipt.gate != nil else { return .ungated(receipt) }
        guard receipt.exitCode == 0 else { return .wrong("the receipt says exit code \(receipt.exitCode.map(String.init) ?? "none")") }
        return .verified(receipt)
    }
}
