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

    func commit(_ id: String) async throws -> CommitPage? {
        var page = try await look().commit(id)
        guard let wanted = page?.gated else { return page }
        page?.gateRun = GateLogs(run: known.run, place: place, surroundings: surroundings).newest(of: wanted)?.run
        return page
    }

    func transcript(of agent: String, turn: String?, _ wish: PieceWish, until sequence: Int64?) async throws -> TranscriptPage? {
        let status = await follower.moment.status
        guard let agent = status.agents.first(where: { $0.id == agent }) else { return nil }
        let files = TranscriptFiles(run: status.run, place: place, surroundings: surroundings)
        guard let sequence else { return try files.page(of: agent, turn: turn, wish, kept.redactor()) }
        let begun = try await newestTimeline().turns(of: agent.id, until: sequence)
        return try files.page(of: agent, turn: turn, wish, kept.redactor()) { begun.contains($0) }
    }

    func gateLog(of run: String, _ wish: PieceWish) async throws -> GateLogPage? {
        let logs = await GateLogs(run: follower.moment.status.run, place: place, surroundings: surroundings)
        let redactor = try kept.redactor()
        @Sendable func isAwaited(_ page: GateLogPage?) -> Bool {
            page.map { $0.isGrowing && wish.after != nil && $0.text.isEmpty } ?? false
        }
        let page = try logs.page(of: run, wish, redactor)
        guard isAwaited(page) else { return page }
        let (follower, changes) = (follower, try FileChanges(logs.running(run)))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            // Both wake at once in the beginning. What is printed before the watch is there is found by that.
            group.addTask { for await _ in changes.stream where try !isAwaited(logs.page(of: run, wish, redactor)) { return } }
            group.addTask {
                var isFirst = true
                for await _ in await follower.changes() {
                    // The gate may have ended.
                    if !isFirst { return }
                    isFirst = false
                }
            }
            try await group.next()
            return try logs.page(of: run, wish, redactor)
        }
    }

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

extension CommitPage {
    /// The commit that the gate looked at, by the receipt.
    var gated: String? {
        receipt.contains { $0.name == "Gate" } ? receipt.first { $0.name == "Verified at" }?.value ?? id : nil
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
