import Git
import Orchestration
import Processes

/// Tries in memory which of the branches under way will not merge.
struct ForecastExecution: Sendable {
    let hub: HubRepository
    let resources: RunResources

    /// Milliseconds that pass before it looks, so that branches which change together are tried together.
    static let settling: Int64 = 500

    func look(state: () async throws -> Run) async throws -> TrialReport {
        try await resources.clock.wait(until: resources.clock.now().advanced(byMilliseconds: Self.settling))
        let order = TrialOrder(try await state())
        var collisions: [Collision] = []
        // One process for each target, whose attributes count.
        for target in Set(order.pairs.map(\.target)).sorted(by: { $0.hex < $1.hex }) {
            let pairs = order.pairs.filter { $0.target == target }
            let outcomes = try await hub.trialMerges(pairs.map { TrialPair(ours: $0.otherHead, theirs: $0.head) }, attributes: target)
            for (pair, outcome) in zip(pairs, outcomes) {
                guard case .conflict(let files) = outcome else { continue }
                collisions.append(
                    Collision(task: pair.task, other: pair.other, head: pair.head, otherHead: pair.otherHead, files: files))
            }
        }
        CrashPoint.forecastTried.pass()
        return order.report(collisions)
    }
}
