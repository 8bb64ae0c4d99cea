import FoundationEssentials
import Git
import Merging
import Observability
import Orchestration

/// Collects what a run's report needs of the world, and writes it.
package struct RunReporting: Sendable {
    private let hub: HubRepository
    private let logFolder: String
    private let directionFallback: String?
    private let redactor: Redactor
    private let now: @Sendable () -> Timestamp

    package init(
        hub: HubRepository, logFolder: String, directionFallback: String?, redactor: Redactor, now: @escaping @Sendable () -> Timestamp
    ) {
        self.hub = hub
        self.logFolder = logFolder
        self.directionFallback = directionFallback
        self.redactor = redactor
        self.now = now
    }

    init(hub: HubRepository, resources: RunResources) {
        let clock = resources.clock
        self.init(
            hub: hub, logFolder: resources.log.folder, directionFallback: resources.directionFallback, redactor: resources.redactor,
            now: { clock.now() })
    }

    /// The report as the state and the repository stand now.
    ///
    /// - Throws: `GitError`.
    package func report(_ run: Run, kept: [KeptCommit]) async throws -> RunReport {
        var direction = directionFallback ?? ""
        var landed: [LandedCommit] = []
        if let head = run.base?.head, run.settings.isRehearsal != true {
            if run.settings.branches == nil,
                let text = try await hub.file(at: head, path: IntegrationRules.directionFile, limit: 16 << 10)
            {
                direction = String(decoding: text, as: UTF8.self)
            }
            landed = try await hub.firstParentLog(from: run.startedFrom, to: head, limit: 2_000).map {
                LandedCommit(id: $0.id.hex, subject: $0.subject)
            }
        }
        let isMerge = run.settings.branches != nil
        let lines = isMerge ? [] : direction.split(separator: "\n", omittingEmptySubsequences: false).prefix(12).map(String.init)
        let fetch = "git fetch \(hub.path) \(run.settings.targetBranch)"
        let facts = RunReportFacts(direction: lines, logFolder: logFolder, fetchCommand: fetch, kept: kept, landed: landed)
        return RunReport(run: run, facts: facts, at: now())
    }

    /// Writes `report.md` and `report.json` into the log folder.
    package func write(_ run: Run, kept: [KeptCommit]) async throws {
        let report = try await report(run, kept: kept)
        try PrivateFiles.write(Array(redactor.redacted(report.markdown()).utf8), to: logFolder + "/report.md")
        try PrivateFiles.write(Array(redactor.redacted(try report.json()).utf8), to: logFolder + "/report.json")
    }
}
