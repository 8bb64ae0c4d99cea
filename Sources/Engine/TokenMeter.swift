import Agents
import Orchestration
import Synchronization

/// Tells once when a running turn has taken the tokens that it may take. The agent's program has no such limit, so it is kept from outside: the
/// turn can pass it by the request that was under way.
final class TokenMeter: Sendable {
    private let most: Int?
    private let hasTold = Atomic(false)
    private let tell: @Sendable () async -> Void

    init(most: Int?, tell: @escaping @Sendable () async -> Void) {
        self.most = most
        self.tell = tell
    }

    func look(at reader: any TurnReading) async {
        guard let most, reader.tokensSoFar >= most, !hasTold.exchange(true, ordering: .relaxed) else { return }
        await tell()
    }
}
