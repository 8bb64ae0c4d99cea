import ConfigurationFiles
import Engine
import FoundationEssentials
import Git
import Merging
import Observability
import Orchestration
import Processes

/// Reads a few facts from the repository of a run that has not ended. Only reads, so that it disturbs nobody.
struct PresentLook: Sendable {
    var run: Run
    var place: Place
    var git: Git

    /// Lines of the direction that a report shows.
    static let directionLines = 12

    private var location: GitLocation { GitLocation(gitDirectory: place.workspace.folder(of: run.id).hub) }

    /// The report as things stand.
    ///
    /// - Throws: `GitError`.
    func report(_ logs: RunLogs) async throws -> RunReport {
        RunReport(run: run, place: place, logFolder: logs.folder, direction: try await direction(), landed: try await landed())
    }

    /// The first lines of the direction: the branch's, or the configuration folder's.
    ///
    /// - Throws: `GitError`.
    func direction() async throws -> [String] {
        var text = ""
        if let head = run.base?.head {
            let result = try await git.attempt(
                ["cat-file", "blob", "\(head):\(IntegrationRules.directionFile)"], at: location, limit: 1 << 20)
            if result.succeeded { text = result.outputText }
        }
        if text.isEmpty {
            // There need not be one.
            let data = try? Data(contentsOf: URL(filePath: place.folder.path + "/" + IntegrationRules.directionFile))
            text = data.map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
        return text.split(whereSeparator: \.isNewline).prefix(Self.directionLines).map(String.init)
    }

    /// What the target branch has gained since the run began, newest first.
    ///
    /// - Throws: `GitError`.
    func landed() async throws -> [LandedCommit] {
        guard let start = run.startedFrom, let head = run.base?.head, head != start else { return [] }
        let arguments = ["log", "--no-show-signature", "--first-parent", "--format=%H %s", head.hex, "^\(start)", "--"]
        return try await git.run(arguments, at: location).outputText.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ", maxSplits: 1)
            return parts.first.map { LandedCommit(id: String($0), subject: parts.count > 1 ? String(parts[1]) : "") }
        }
    }
}
