import Processes
import Synchronization

/// Lines on their way to a reader who may not read, such as a pager or a terminal that was halted: whoever hands one over never waits for it.
///
/// Of what piles up only so much is kept, and how many lines were left out is said in their place.
final class LineQueue: Sendable {
    /// Lines that wait at most.
    static let longest = 10_000

    private struct State {
        var lines: [String] = []
        var leftOut = 0
        var isWriting = false
        var waiters: [AsyncStream<Void>.Continuation] = []
    }

    private let state = Mutex(State())
    private let write: @Sendable (String) -> Void

    /// - Parameter write: writes one or more lines; it may block.
    init(_ write: @escaping @Sendable (String) -> Void) { self.write = write }

    func put(_ line: String) {
        let isFirst = state.withLock { state in
            if state.lines.count < Self.longest { state.lines.append(line) } else { state.leftOut += 1 }
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if isFirst { Blocking.start { while let text = self.next() { self.write(text) } } }
    }

    /// All that waits, as one text.
    private func next() -> String? {
        state.withLock { state in
            guard !state.lines.isEmpty else {
                state.isWriting = false
                for waiter in state.waiters { waiter.finish() }
                state.waiters = []
                return nil
            }
            var lines = state.lines
            if state.leftOut > 0 { lines.append("(\(state.leftOut) lines are left out here: nobody has read what was before them)") }
            state.lines = []
            state.leftOut = 0
            return lines.joined(separator: "\n")
        }
    }

    /// Returns when everything has been written, or the task is cancelled.
    func drained() async {
        let (stream, done) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        state.withLock { if $0.isWriting { $0.waiters.append(done) } else { done.finish() } }
        for await _ in stream {}
    }

    /// The same, but no longer than that.
    func drained(within limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.drained() }
            // Cancelled or not: it is over then.
            group.addTask { try? await Alarm.wait(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }
}
