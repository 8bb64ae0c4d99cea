import ConfigurationFiles
import Engine
import Git
import Orchestration

/// Finds the runs whose queues are asked about: a configuration's, and those of `cco merge`, which have workspaces of their own.
struct QueueSearch: Sendable {
    var surroundings: Surroundings
    /// Where a configuration's run is.
    var place: Place
    /// Whether that is a folder that somebody has named.
    var namesConfiguration: Bool
    /// Whether that is a workspace that somebody has named, be it of a run or of a merge.
    var namesWorkspace: Bool
    /// As a person names it; `nil` for the configuration's, or the one that the current folder is in.
    var repository: String?
    /// `nil` for merges into any branch.
    var target: String?

    /// - Throws: `Failure` where there is nothing to show, with what to do; what reading a run meets.
    func report() async throws -> QueueReport {
        if repository == nil, target == nil {
            if place.isConfigured { return QueueReport(runs: try await companyAndMerges()) }
            if namesWorkspace {
                guard let entry = try await entry(of: place.workspace) else {
                    throw Failure("no run and no cco merge has been at work in \(place.workspace.path)", .usage)
                }
                return QueueReport(runs: [entry])
            }
            if namesConfiguration { throw Start.unconfigured(place) }
        }
        let name =
            try repository ?? (place.isConfigured ? configuredRepository() : SurroundingRepository.name(from: surroundings.currentFolder))
        let entries = try await merges(of: name) { try await entry(of: $0) }
        guard entries.isEmpty else { return QueueReport(runs: entries) }
        let into = target.map { " into \($0)" } ?? ""
        let advice = "Name another with --repository" + (place.isConfigured ? "." : ", or a run's configuration with --config.")
        let shown = name == "." ? surroundings.currentFolder : try RemoteURL(name, relativeTo: surroundings.currentFolder).redacted
        throw Failure("no cco merge\(into) has been at work on \(shown). \(advice)", .usage)
    }

    /// The configuration's run, and what is under way on its repository beside it. Where there is no run, also what came of merges.
    private func companyAndMerges() async throws -> [QueueReport.Entry] {
        var company: QueueReport.Entry?
        var absence: Failure?
        do {
            let (status, isLive) = try await RunFinder(place: place).shownStatus(surroundings)
            company = QueueReport.Entry(status, isLive: isLive, at: now)
        } catch let failure as Failure where failure.status == .usage {
            if namesWorkspace, let entry = try await entry(of: place.workspace) { return [entry] }
            absence = failure
        }
        var others: [QueueReport.Entry] = []
        do {
            others = try await merges(of: configuredRepository()) { try await entry(of: $0) }
        } catch {
            // A merge that cannot be looked at hides no run.
            surroundings.console.warn("cco: what cco merge has under way is not shown: \(Failure(error))")
        }
        if let company { return [company] + others.filter { !$0.isEnded } }
        if let absence, others.isEmpty { throw absence }
        return others
    }

    private func merges(
        of repository: String, _ look: (Workspace) async throws -> QueueReport.Entry?
    ) async throws -> [QueueReport.Entry] {
        let known = try MergePlaces(surroundings)
        let workspaces = try target.map { [try known.workspace(of: repository, target: $0)] } ?? known.workspaces(of: repository)
        var entries: [QueueReport.Entry] = []
        for workspace in workspaces {
            if let entry = try await look(workspace) { entries.append(entry) }
        }
        return entries
    }

    /// The run that a workspace has, or what came of the last one; `nil` where there has been none. One that begins is waited for.
    private func entry(of workspace: Workspace) async throws -> QueueReport.Entry? {
        guard workspace.isBegun else { return nil }
        let finder = RunFinder(place: Place(config: nil, workspace: workspace.path, surroundings: surroundings))
        return try await finder.settled {
            if let status = try await finder.live() { return QueueReport.Entry(status, isLive: true, at: now) }
            return try await finder.locked { run in
                let record = MergeRecord.read(in: workspace)
                guard let run, !run.isEnded || record?.run != run.id.name else {
                    return record.map { QueueReport.Entry($0, at: now) }
                }
                return QueueReport.Entry(RunStatus(run: run, at: run.clock.lastEventAt), isLive: false, at: now)
            }
        }
    }

    private var now: Moment { Moment(SystemClock().now()) }

    private func configuredRepository() throws -> String {
        try place.folder.load(home: surroundings.home).configuration.repository.argument
    }
}
