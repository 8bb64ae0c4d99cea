import Agents
import Orchestration
import Synchronization

/// Tells once when a running turn has taken the tokens that it may take. The agent's program has no such limit, so it is kept from outside: the
/// turn can pass it by the request that was under way.
final class TokenMeter: Sendable {
    private let most: Int?
    private let hasTold = Atomic(false)
    private let taken = Atomic(0)
    private let tell: @Sendable () async -> Void

    init(most: Int?, tell: @escaping @Sendable () async -> Void) {
        self.most = most
        self.tell = tell
    }

    /// What the turn had taken when it was looked at last.
    var tokens: Int { taken.load(ordering: .relaxed) }

    func look(at reader: any TurnReading) async {
        let tokens = reader.tokensSoFar
        taken.store(tokens, ordering: .relaxed)
        guard let most, tokens >= most, !hasTold.exchange(true, ordering: .relaxed) else { return }
        await tell()
    }
}
