/// Lets one caller at a time, or a few, into a stretch of code that awaits, in order of arrival; those that go ahead come before all others.
///
/// An actor alone does not do this: it lets others in at every `await`. Waiting is not cancellable, because every holder is bounded
/// by timeouts: those of the commands it runs, or its own.
package actor AsyncLock {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var ahead: [CheckedContinuation<Void, Never>] = []

    /// - Parameter places: how many may be inside at the same time.
    package init(places: Int = 1) { free = max(1, places) }

    /// How many wait to be let in.
    package var waitingCount: Int { ahead.count + waiting.count }

    private func enter(_ goesAhead: Bool) async {
        guard free == 0 else {
            free -= 1
            return
        }
        // The place is handed over taken, so nobody can slip in between.
        await withCheckedContinuation { if goesAhead { ahead.append($0) } else { waiting.append($0) } }
    }

    private func leave() {
        if !ahead.isEmpty {
            ahead.removeFirst().resume()
        } else if !waiting.isEmpty {
            waiting.removeFirst().resume()
        } else {
            free += 1
        }
    }

    /// Runs `body` once there is a place.
    ///
    /// - Parameter goesAhead: it gets the next place, whoever waits. Not for what there is much of: others would wait for ever.
    package nonisolated func withLock<Value: Sendable, Failure: Error>(
        goesAhead: Bool = false, _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        await enter(goesAhead)
        do {
            let value = try await body()
            await leave()
            return value
        } catch {
            await leave()
            throw error
        }
    }
}
