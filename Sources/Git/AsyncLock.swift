/// Lets one caller at a time into a stretch of code that awaits, in order of arrival.
///
/// An actor alone does not do this: it lets others in at every `await`. Waiting is not cancellable, because every holder is bounded
/// by the timeout of the command it runs.
package actor AsyncLock {
    private var isHeld = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    package init() {}

    private func enter() async {
        guard isHeld else {
            isHeld = true
            return
        }
        // The lock is handed over held, so nobody can slip in between.
        await withCheckedContinuation { waiting.append($0) }
    }

    private func leave() {
        if waiting.isEmpty {
            isHeld = false
        } else {
            waiting.removeFirst().resume()
        }
    }

    /// Runs `body` alone.
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
