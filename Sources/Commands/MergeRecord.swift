import Engine
import FoundationEssentials
import Orchestration

/// What came of the newest `cco merge` of a workspace, which removes its journal when it has ended: so that `cco queue` can say so afterwards.
struct MergeRecord: Codable, Equatable, Redactable {
    static let fileName = "outcome.json"

    var run: String
    /// For display, without user information.
    var repository: String
    var startedAt: Moment
    var endedAt: Moment
    /// Why it has ended, in words.
    var reason: String
    var outcome: MergeOutcome.Document

    init(_ merge: MergeOutcome) {
        run = merge.run.id.name
        repository = merge.run.settings.repository
        startedAt = Moment(merge.run.clock.startedAt)
        endedAt = Moment(merge.run.clock.lastEventAt)
        reason = merge.run.phase.endReason?.explanation ?? ""
        outcome = merge.document
    }

    /// - Throws: `Failure` when it cannot be written.
    func write(in workspace: Workspace) throws { try PrivateFile.replace(Self.path(in: workspace), with: JSONText.of(self) + "\n") }

    /// `nil` when no merge has ended there, or another version has written of it.
    static func read(in workspace: Workspace) -> MergeRecord? {
        guard let data = try? Data(contentsOf: URL(filePath: path(in: workspace))) else { return nil }
        return try? JSONDecoder().decode(MergeRecord.self, from: data)
    }

    private static func path(in workspace: Workspace) -> String { "\(workspace.path)/\(fileName)" }
}
