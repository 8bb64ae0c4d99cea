import Synchronization

/// A clock that notes what is slept and either skips it or never wakes by itself.
final class RecordingClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    enum Event: Equatable, Sendable {
        case sleeping(Duration)
        case cancelled
    }

    let minimumResolution: Duration = .nanoseconds(1)
    private let skips: Bool
    private let offset = Mutex(Duration.zero)
    /// What happened on the clock, in order.
    let events: AsyncStream<Event>
    private let source: AsyncStream<Event>.Continuation

    /// - Parameter skips: true if every sleep ends at once, with the time moved on; false if it ends only when its task is cancelled.
    init(skips: Bool) {
        self.skips = skips
        (events, source) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1000))
    }

    var now: Instant { Instant(offset: offset.withLock { $0 }) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        source.yield(.sleeping(now.duration(to: deadline)))
        if skips {
            offset.withLock { $0 = deadline.offset }
            return
        }
        // A stream that nothing is ever put into ends only by cancellation.
        let (never, _hold) = AsyncStream<Never>.makeStream(bufferingPolicy: .bufferingNewest(1))
        for await _ in never {}
        withExtendedLifetime(_hold) {}
        source.yield(.cancelled)
        throw CancellationError()
    }

    /// Ends ``events``.
    func finish() { source.finish() }
}
