import ControlAPI
import Engine
import FoundationEssentials
import Observability
import Orchestration
import Processes

/// Keeps up with a run for views: how it stands and the end of its log.
///
/// The growth of log and journal says that something has happened, the end of its process that an engine has gone; then the engine is asked how the
/// run stands, but never so often that its answers take more than a twentieth of its time, short of three seconds. While nothing happens, nothing
/// is asked. A view that falls behind gets the newest state and costs the others nothing.
actor RunFollower {
    /// What a view is made of.
    struct Moment: Sendable {
        var status: RunStatus
        /// Whether an engine has the run in hand.
        var isLive: Bool
        var log: LogTail
        /// Another number whenever one of the first two was set.
        var version: Int
    }

    private enum Wake: Sendable {
        case logGrew
        case engineEnded
        /// How the run stands; `nil`: no engine has it any more.
        case answered(RunStatus?, took: Int64)
        case mayAskAgain
        /// The number of the journal's last event; `nil` when nobody says.
        case journalGrew(Int64?)
        case mayAwaitGrowth
        case urged
    }

    /// Answers after which memory is given back.
    private static let trimmed = 8
    /// Milliseconds after which an engine that has let no request wait is asked to once more.
    private static let retry: Int64 = 3_000

    private let surroundings: Surroundings
    private let place: Place
    /// Gives what takes secrets out of the state of a run that no engine has in hand; an engine does that itself. `nil` where what is shown passes
    /// one later.
    private let redactor: (@Sendable () throws -> Redactor)?
    /// The run that is followed whatever begins after it; `nil` for whichever is the newest.
    let only: RunID?
    private let clock = SystemClock()
    private let wakes: AsyncStream<Wake>
    private let continuation: AsyncStream<Wake>.Continuation
    private var status: RunStatus { didSet { version += 1 } }
    private var isLive: Bool { didSet { version += 1 } }
    private var version = 0
    private var reader: LogTailReader
    /// Whether `status` is what the journal says, and nothing has been said since: then it need not be read again.
    private var isStanding: Bool
    private var isAsking = false
    private var isStale = false
    /// Whether a request for the journal's growth waits at the engine, and the last event that is known of: what no line of the log tells is seen too.
    private var awaitsGrowth = false
    private var lastEvent: Int64 = 0
    private(set) var answers = 0
    private var views: [Int: AsyncStream<Void>.Continuation] = [:]
    private var viewCount = 0

    /// - Throws: `Failure` when the run has no log; what `redactor` throws.
    init(
        surroundings: Surroundings, place: Place, status: RunStatus, isLive: Bool, only: RunID? = nil,
        redactor: (@Sendable () throws -> Redactor)? = nil
    ) throws {
        self.surroundings = surroundings
        self.place = place
        self.redactor = redactor
        self.only = only
        self.status = try isLive ? status : status.redacted(by: redactor?())
        self.isLive = isLive
        isStanding = !isLive
        reader = try LogTailReader(RunLogs.find(status.run, at: place, surroundings).combined)
        try reader.catchUp()
        // A wake that is lost is made good by the next: each only says that there is something to look at.
        (wakes, continuation) = AsyncStream<Wake>.makeStream(bufferingPolicy: .bufferingNewest(64))
    }

    var moment: Moment { Moment(status: status, isLive: isLive, log: reader.tail, version: version) }

    /// Wakes whenever the moment has changed, until the follower ends; the first wake comes at once.
    func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        viewCount += 1
        let number = viewCount
        views[number] = continuation
        continuation.onTermination = { _ in Task { await self.forget(number) } }
        continuation.yield()
        return stream
    }

    private func forget(_ number: Int) { views[number] = nil }

    /// Does what needs the workspace's lock, or the journal of a run that stands still, while the follower itself does not.
    func exclusively<Result: Sendable>(_ body: @Sendable () throws -> Result) rethrows -> Result { try body() }

    /// Has the run stand still, and asks how it stands.
    ///
    /// - Parameter means: what the person used.
    /// - Throws: what `ControlClient.suspend` throws.
    func pause(with means: String) async throws {
        try expectNewest()
        _ = try await RunFinder(place: place).client.suspend(reason: means, by: surroundings.environment["USER"] ?? "")
        continuation.yield(.urged)
    }

    /// Gives an order, and asks how the run stands.
    ///
    /// - Throws: what `ControlClient.order` throws.
    func give(_ order: OrderRequest) async throws -> OrderReceipt {
        try expectNewest()
        let receipt = try await RunFinder(place: place).client.order(order, patience: .seconds(30))
        continuation.yield(.urged)
        return receipt
    }

    /// Whoever has the workspace in hand has another run.
    var isEarlier: Bool { get throws { try only != nil && place.workspace.currentRun()?.id != only } }

    /// - Throws: `ControlClientError.notRunning` where an order would go to another run.
    private func expectNewest() throws {
        if try isEarlier { throw ControlClientError.notRunning(place.workspace.socketPath) }
    }

    /// Follows until the surrounding task is cancelled.
    ///
    /// - Throws: `Failure` when the log can no longer be read.
    func run() async throws {
        defer { for view in views.values { view.finish() } }
        // Each look is a task: in a group that keeps results, one that nobody asks for is kept to the end.
        try await withThrowingDiscardingTaskGroup { group in
            defer { group.cancelAll() }
            try followLog(&group)
            awaitEngine(&group)
            for await wake in wakes {
                try heed(wake, &group)
                for view in views.values { view.yield() }
            }
        }
    }

    private func heed(_ wake: Wake, _ group: inout ThrowingDiscardingTaskGroup<any Error>) throws {
        switch wake {
        case .logGrew:
            let known = reader.tail.version
            try reader.catchUp()
            // The watch's first wake comes at once, and says nothing as a rule: a run that stands still is not read once more for it.
            if reader.tail.version != known { isStanding = false }
            ask(&group)
        case .engineEnded, .urged: ask(&group)
        case .answered(let answer, let took): try answered(answer, took, &group)
        case .mayAskAgain:
            isAsking = false
            if isStale { ask(&group) } else { awaitGrowth(&group) }
        case .journalGrew(let last):
            guard let last, last <= lastEvent else {
                awaitsGrowth = false
                // No answer: whatever comes next is told by the log or by the engine's end.
                guard let last else { return }
                lastEvent = last
                return ask(&group)
            }
            // Nothing new: so many wait already that there is no place for one more, or the run is at its end.
            later(.mayAwaitGrowth, milliseconds: Self.retry, &group)
        case .mayAwaitGrowth:
            awaitsGrowth = false
            awaitGrowth(&group)
        }
    }

    /// Wakes the follower after a while.
    private func later(_ wake: Wake, milliseconds: Int64, _ group: inout ThrowingDiscardingTaskGroup<any Error>) {
        let (clock, continuation) = (clock, continuation)
        group.addTask {
            // Cancelled when nobody follows any more.
            guard (try? await clock.wait(until: clock.now().advanced(byMilliseconds: milliseconds))) != nil else { return }
            continuation.yield(wake)
        }
    }

    private func awaitGrowth(_ group: inout ThrowingDiscardingTaskGroup<any Error>) {
        guard isLive, !awaitsGrowth else { return }
        awaitsGrowth = true
        let client = RunFinder(place: place).client
        let (lastEvent, continuation) = (lastEvent, continuation)
        group.addTask {
            let page = try? await client.journal(after: lastEvent, limit: 0, waits: true)
            continuation.yield(.journalGrew(page?.last))
        }
    }

    private func followLog(_ group: inout ThrowingDiscardingTaskGroup<any Error>) throws {
        let changes = try FileChanges(reader.path)
        let continuation = continuation
        group.addTask { for await _ in changes.stream { continuation.yield(.logGrew) } }
    }

    private func awaitEngine(_ group: inout ThrowingDiscardingTaskGroup<any Error>) {
        let client = RunFinder(place: place).client
        let continuation = continuation
        group.addTask {
            // Without an engine, or one that does not answer, there is no end to wait for.
            if let health = try? await client.health(deadline: .now + .seconds(30)), let engine = try? ProcessIdentity.of(pid: health.pid) {
                // What cannot be watched counts as ended: the engine is asked.
                try? await engine.untilEnded()
            }
            continuation.yield(.engineEnded)
        }
    }

    private func ask(_ group: inout ThrowingDiscardingTaskGroup<any Error>) {
        isStale = isAsking
        guard !isAsking else { return }
        isAsking = true
        let finder = RunFinder(place: place)
        let (clock, continuation) = (clock, continuation)
        group.addTask {
            let begun = clock.now()
            // An engine that does not answer in time shows as one that is gone; the next change of the log asks again.
            let answer = try? await finder.live()
            continuation.yield(.answered(answer, took: clock.now().milliseconds(since: begun)))
        }
    }

    private func answered(_ newest: RunStatus?, _ took: Int64, _ group: inout ThrowingDiscardingTaskGroup<any Error>) throws {
        let answer = only == nil || newest?.run == only?.name ? newest : nil
        if answer != nil, !isLive { awaitEngine(&group) }
        answers += 1
        // Each is read into memory that is free when the next one has come.
        if answers.isMultiple(of: Self.trimmed) { ProcessMemory.giveBack() }
        if isLive != (answer != nil) { isLive = answer != nil }
        if let answer {
            isStanding = false
            let isOther = answer.run != status.run
            status = answer
            if isOther {
                lastEvent = 0
                reader = try LogTailReader(RunLogs.find(answer.run, at: place, surroundings).combined)
                try followLog(&group)
                try reader.catchUp()
            }
        } else if !isStanding, let last = standing(status.run) {
            status = last
            isStanding = true
        }
        later(.mayAskAgain, milliseconds: max(250, min(3_000, took * 20)), &group)
    }

    /// The run's last state from its journal, once its engine has gone; `nil` when somebody else has it in hand again.
    private func standing(_ run: String) -> RunStatus? {
        if let only, (try? isEarlier) == true {
            // Without its secrets it is not shown, as below.
            return try? Self.earlier(only, at: place)?.redacted(by: redactor?())
        }
        // Another process that holds the workspace is no failure of a view: the log will say more.
        guard let lock = try? place.workspace.lock(isBrief: true) else { return nil }
        defer { withExtendedLifetime(lock) {} }
        guard let folder = try? place.workspace.currentRun(), folder.id.name == run, let state = try? RunHost.read(folder) else {
            return nil
        }
        // Without its secrets it is not shown: the view stays at what the engine said last.
        return try? RunStatus(run: state, at: state.clock.lastEventAt).redacted(by: redactor?())
    }

    /// How a run stands that is not the newest any more; no engine opens its journal. `nil` where that is gone.
    static func earlier(_ run: RunID, at place: Place) throws -> RunStatus? {
        try RunHost.read(place.workspace.folder(of: run)).map { RunStatus(run: $0, at: $0.clock.lastEventAt) }
    }
}
