/// Lets one caller at a time, or a few, into a stretch of code that awaits, in order of arrival.
///
/// An actor alone does not do this: it lets others in at every `await`. Waiting is not cancellable, because every holder is bounded
/// by timeouts: those of the commands it runs, or its own.
package actor AsyncLock {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// - Parameter places: how many may be inside at the same time.
    package init(places: Int = 1) { free = max(1, places) }

    /// How many wait to be let in.
    package var waitingCount: Int { waiting.count }

    private func enter() async {
        guard free == 0 else {
            free -= 1
            return
        }
        // The place is handed over taken, so nobody can slip in between.
        await withCheckedContinuation { waiting.append($0) }
    }

    private func leave() {
        if waiting.isEmpty {
            free += 1
        } else {
            waiting.removeFirst().resume()
        }
    }

    /// Runs `body` once there is a place.
    package nonisolated func withLock<Value: Sendable, Failure: Error>(
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        await enter()
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
