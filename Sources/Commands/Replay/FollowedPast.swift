import Dashboard
import Engine
import Git
import Observability
import Orchestration

/// The history of the run that a follower keeps up with, for the pages. Nothing is read before a page asks. Secrets are taken out where answers
/// are sent.
actor FollowedPast: RunPast {
    private let surroundings: Surroundings
    private let place: Place
    private let follower: RunFollower
    private let kept: KeptRedactor
    private let clock = SystemClock()
    private var known: (run: String, history: RunHistory)

    /// - Parameter run: the follower's.
    init(surroundings: Surroundings, place: Place, run: String, follower: RunFollower) {
        self.surroundings = surroundings
        self.place = place
        self.follower = follower
        kept = KeptRedactor(place, surroundings)
        known = (run, RunHistory(Self.reader(place, kept, ID(run), follower)))
    }

    /// Another run may have begun meanwhile.
    private func history() async -> RunHistory {
        let run = await follower.moment.status.run
        if run != known.run { known = (run, RunHistory(Self.reader(place, kept, ID(run), follower))) }
        return known.history
    }

    private static func reader(_ place: Place, _ kept: KeptRedactor, _ run: RunID, _ follower: RunFollower) -> JournalReader {
        JournalReader(place: place, run: run, redactor: { try kept.redactor() }, follower: follower)
    }

    func timeline(after revision: Int, limit: Int) async throws -> Timeline.Update {
        try await newestTimeline().update(after: revision, limit: limit)
    }

    func timeline(of task: String) async throws -> Timeline.Update { try await newestTimeline().update(on: task) }

    private func newestTimeline() async throws -> Timeline {
        let history = await history()
        try await history.catchUp()
        return await history.timeline
    }

    func moment(at sequence: Int64) async throws -> PastMoment {
        let history = await history()
        let past = try await history.past(at: sequence)
        return PastMoment(
            moment: RunMoment(status: past.status, isLive: past.status.isAtWork, log: past.log, now: past.time.milliseconds),
            sequence: past.sequence, last: await history.last)
    }

    func commit(_ id: String) async throws -> CommitPage? { try await look().commit(id) }

    func work(on task: String) async throws -> WorkPage? {
        let run = try await newest()
        guard let task = run.tasks[ID(task)] else { return nil }
        let look = try await look()
        // What has landed is shown as it went in.
        if case .landed(let commit) = task.state, let page = try await look.commit(commit.hex) { return page.work }
        let target = run.head(of: run.target(of: task.team)) ?? task.base
        if let target, let page = await look.seat(of: task, in: place.workspace.folder(of: run.id), since: target) { return page }
        guard let head = task.head, try await look.has(head), let target, let base = try await look.mergeBase(target, head) ?? task.base
        else { return nil }
        return try await look.work(from: base.hex, to: head.hex)
    }

    func report() async throws -> String {
        let history = await history()
        let run = try await newest()
        let logs = try RunLogs.find(run.id.name, at: place, surroundings)
        let report = try await PresentLook(run: run, place: place, git: Git(environment: surroundings.environment)).report(logs)
        // Before they are escaped: a secret may hold characters that HTML writes otherwise.
        return try report.redacted(by: kept.redactor()).html(timeline: await history.timeline, isServed: true)
    }

    private func newest() async throws -> Run {
        let history = await history()
        try await history.catchUp()
        guard let run = await history.newest else { throw Failure("the run's journal has no event yet.", .usage) }
        return run
    }

    private func look() async throws -> CommitLook {
        await CommitLook(
            git: Git(environment: surroundings.environment),
            location: GitLocation(gitDirectory: place.workspace.folder(of: ID(history().runName)).hub))
    }
}

extension RunHistory {
    /// Whose history it is.
    nonisolated var runName: String { reader.run?.name ?? "" }
}

extension RunStatus {
    /// Whether, by its journal, somebody had it in hand.
    var isAtWork: Bool { suspension == nil && phase != "ended" }
}
