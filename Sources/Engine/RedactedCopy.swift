import Observability

/// The copy of an output that still grows, made by a task of its own beside those who read it. Most outputs are so short that all of it is done at
/// their end.
package final class RedactedCopy: Sendable {
    /// Bytes that are left to the end.
    static let interval: Int64 = 256 << 10

    private let ends: AsyncStream<Int64>.Continuation
    private let worker: _Concurrency.Task<Void, any Error>

    /// - Parameter target: replaced as soon as there is something to copy.
    package init(from source: String, to target: String, redactor: Redactor, limit: Int64 = RawStream.limit) {
        let (stream, continuation) = AsyncStream<Int64>.makeStream(bufferingPolicy: .bufferingNewest(1))
        ends = continuation
        worker = _Concurrency.Task {
            var copied: Int64 = 0
            var copy: RawStream?
            for await end in stream where end - copied >= Self.interval {
                if copy == nil { copy = try RawStream.begin(from: source, to: target, redactor: redactor, limit: limit) }
                try copy?.copy(upTo: end)
                copied = end
            }
            try _Concurrency.Task.checkCancellation()
            try (copy.take() ?? RawStream.begin(from: source, to: target, redactor: redactor, limit: limit)).finish()
        }
    }

    /// The output is there up to this byte.
    package func reached(_ end: Int64) { ends.yield(end) }

    /// Copies what is left.
    ///
    /// - Throws: `Errno`, also for what went wrong before.
    package func finish() async throws {
        ends.finish()
        try await worker.value
    }

    deinit {
        worker.cancel()
        ends.finish()
    }
}
