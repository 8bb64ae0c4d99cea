import Synchronization

extension Journal {
    /// A wake-up for readers: yields the newest sequence number after each commit, and once at the start when there are events.
    ///
    /// It holds one number at most: a slow reader misses numbers, never events, because it reads the journal from its own cursor.
    /// The stream ends when the journal is closed. Leaving the loop, dropping the stream or cancelling its task unsubscribes.
    package func subscribe() -> AsyncStream<Int64> {
        let (stream, continuation) = AsyncStream.makeStream(of: Int64.self, bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state -> UInt64? in
            guard !state.isEnded else { return nil }
            state.nextSubscriber += 1
            state.subscribers[state.nextSubscriber] = continuation
            if state.last > 0 { continuation.yield(state.last) }
            return state.nextSubscriber
        }
        guard let id else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.subscribers[id] = nil }
        }
        return stream
    }

    /// How many subscriptions are alive.
    package var subscriberCount: Int { state.withLock { $0.subscribers.count } }

    /// Called after a commit, still in the order of the commits.
    func announce(_ last: Int64) {
        state.withLock { state in
            state.last = last
            for subscriber in state.subscribers.values { subscriber.yield(last) }
        }
    }
}
