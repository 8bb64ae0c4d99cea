import Synchronization

/// Places for requests that wait for something to happen: fewer than there are connections, so that whoever gives an order finds one.
final class WaitingPlaces: Sendable {
    private let taken = Mutex(0)
    private let limit: Int

    init(_ limit: Int) { self.limit = limit }

    /// Takes a place, to be given back; `false` when all are taken.
    func take() -> Bool {
        taken.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
    }

    func giveBack() { taken.withLock { $0 -= 1 } }
}
