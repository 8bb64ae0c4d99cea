import Merging
import Observability
import Orchestration

/// What `cco verify` found.
struct BranchAudit: Sendable {
    /// The gate's verdict when it was run again.
    struct Rerun: Sendable, Codable, Equatable {
        var command: String
        var isGreen: Bool
        var ending: String
        var milliseconds: Int64
        /// The end of what a red gate said.
        var tail: String?
    }

    var run: String?
    var branch: String
    var head: ObjectID
    var source: String
    /// Newest first.
    var findings: [ReceiptAudit.Finding]
    var rerun: Rerun?

    /// Commits of others say nothing about cco; everything else has to be verified.
    var status: CommandStatus {
        if rerun.map({ !$0.isGreen }) ?? false || findings.contains(where: \.verdict.isFalse) { return .receiptFalse }
        return findings.contains(where: \.verdict.isUngated) ? .ungated : .ok
    }

    func lines(_ style: Style) -> [String] {
        var lines = ["\(branch) at \(head.short), in \(source)" + (run.map { ", run \($0)" } ?? "")]
        lines += findings.map { finding in
            let subject = ControlSequences.sanitised(finding.subject)
            return
                "  \(finding.commit.short)  \(finding.verdict.shown(style))  \(subject)\(finding.verdict.detail.map { "  (\($0))" } ?? "")"
        }
        if let rerun {
            let verdict = rerun.isGreen ? style.green("green") : style.red("red")
            lines.append(
                "gate run again on \(head.short): \(verdict), \(rerun.ending), \(HumanText.duration(milliseconds: rerun.milliseconds)): \(rerun.command)"
            )
            if let tail = rerun.tail { lines.append(ControlSequences.sanitised(tail)) }
        }
        lines.append(conclusion(style))
        return lines
    }

    private func conclusion(_ style: Style) -> String {
        let published = findings.filter { $0.verdict != .external }.count
        switch status {
        case .ok where published == 0: return "cco has published nothing on \(branch) yet."
        case .ok: return style.green("All \(published) published commits carry true receipts.")
        case .ungated:
            return style.red(
                "UNGATED: the receipts are true, but nothing verified \(findings.count(where: \.verdict.isUngated)) of the commits.")
        default:
            let count = findings.count(where: \.verdict.isFalse)
            return style.red(count == 0 ? "The gate is red on the head." : "Receipts that are missing or false: \(count) of \(published).")
        }
    }

    /// The findings as JSON.
    struct Document: Codable {
        struct Commit: Codable {
            var commit: String
            var subject: String
            var verdict: String
            var detail: String?
        }

        var format = 1
        var run: String?
        var branch: String
        var head: String
        var commits: [Commit]
        var rerun: Rerun?
        var exitCode: Int32
    }

    var document: Document {
        Document(
            run: run, branch: branch, head: head.hex,
            commits: findings.map {
                Document.Commit(commit: $0.commit.hex, subject: $0.subject, verdict: $0.verdict.word, detail: $0.verdict.detail)
            }, rerun: rerun, exitCode: status.rawValue)
    }
}

extension ReceiptAudit.Finding.Verdict {
    /// A stable word for scripts.
    var word: String {
        switch self {
        case .verified: "verified"
        case .ungated: "ungated"
        case .external: "external"
        case .missing: "missing"
        case .wrong: "wrong"
        }
    }

    var isFalse: Bool { word == "missing" || word == "wrong" }
    var isUngated: Bool { word == "ungated" }

    var detail: String? {
        switch self {
        case .verified(let receipt), .ungated(let receipt):
            [receipt.kind, receipt.task, receipt.agent, receipt.gate].compactMap { $0 }.joined(separator: ", ")
        case .external: "not made by cco"
        case .missing: "cco made it and it has no receipt"
        case .wrong(let why): why
        }
    }

    fileprivate func shown(_ style: Style) -> String {
        let text = word + String(repeating: " ", count: max(0, 8 - word.count))
        switch self {
        case .verified: return style.green(text)
        case .external: return style.dim(text)
        case .ungated: return style.yellow(text)
        case .missing, .wrong: return style.red(text)
        }
    }
}
