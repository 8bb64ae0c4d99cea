import Observability
import Orchestration

/// What a browser is told: the state, but of the tasks only those that have changed since it was told last. A run can have ten thousand.
struct RunUpdate: Encodable, Sendable {
    struct Counts: Encodable, Sendable, Equatable {
        var count: Int
        var landed: Int
    }

    /// The status without its tasks.
    var status: RunStatus
    var isLive: Bool
    /// `nil` where it is told beside the rest.
    var now: Int64?
    var counts: Counts
    /// Whether `tasks` are all there are; otherwise those that changed.
    var isWhole: Bool
    var tasks: [RunStatus.TaskStatus]
    /// Another number than before: the log has more.
    var logVersion: Int
    /// How many lines of each source the log has had, of those that have said more.
    var heard: [String: Int]

    /// Tasks that are told at once with the whole state; further ones follow in pieces, so that a page is there at once however many there are.
    static let firstTasks = 120
    static let pieceOfTasks = 1_000

    /// Takes out what is told later: of many tasks those that are settled come last.
    mutating func splitTasks() -> [[RunStatus.TaskStatus]] {
        guard tasks.count > Self.firstTasks else { return [] }
        let all = tasks
        var first = all.filter { $0.settledAt == nil }.prefix(Self.firstTasks)
        if first.count < Self.firstTasks { first += all.filter { $0.settledAt != nil }.suffix(Self.firstTasks - first.count) }
        tasks = Array(first)
        let told = Set(first.map(\.id))
        let rest = all.filter { !told.contains($0.id) }
        return stride(from: 0, to: rest.count, by: Self.pieceOfTasks).map { Array(rest[$0..<min(rest.count, $0 + Self.pieceOfTasks)]) }
    }

    /// - Parameter known: what the browser was told last; `nil` for its first update.
    init(_ moment: RunMoment, since known: RunMoment?) {
        status = moment.status
        status.tasks = []
        isLive = moment.isLive
        now = moment.now
        counts = Counts(count: moment.status.tasks.count, landed: moment.status.tasks.count(where: \.hasLanded))
        logVersion = moment.log.version
        heard = moment.log.counts
        // Back in time there may be tasks less, which only the whole says.
        guard let known, known.status.run == moment.status.run, known.status.tasks.count <= moment.status.tasks.count else {
            isWhole = true
            tasks = moment.status.tasks
            return
        }
        isWhole = false
        heard = heard.filter { known.log.counts[$0.key] != $0.value }
        var before: [String: RunStatus.TaskStatus] = [:]
        before.reserveCapacity(known.status.tasks.count)
        for task in known.status.tasks { before[task.id] = task }
        tasks = moment.status.tasks.filter { before[$0.id] != $0 }
    }

    /// Whether a browser that was told `known` would see nothing new.
    static func isSame(_ moment: RunMoment, as known: RunMoment) -> Bool {
        moment.isLive == known.isLive && moment.log.version == known.log.version && moment.status.at == known.status.at
            && moment.status == known.status
    }
}
