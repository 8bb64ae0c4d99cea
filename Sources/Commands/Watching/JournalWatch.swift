import ControlAPI
import Orchestration

/// Tells readers of a run's journal when it may have grown. However many there are, one request waits at the engine, and none while there are no
/// readers.
actor JournalWatch {
    private let follower: RunFollower
    private let client: ControlClient
    private var readers: [Int: AsyncStream<Void>.Continuation] = [:]
    private var readerCount = 0
    private var watching: Task<Void, Never>?

    init(follower: RunFollower, client: ControlClient) {
        self.follower = follower
        self.client = client
    }

    /// Wakes whenever the journal may have grown; the first wake comes at once.
    func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        readerCount += 1
        let number = readerCount
        readers[number] = continuation
        continuation.onTermination = { _ in Task { await self.forget(number) } }
        continuation.yield()
        if watching == nil { watching = Task { await self.watch() } }
        return stream
    }

    private func forget(_ number: Int) {
        readers[number] = nil
        guard readers.isEmpty else { return }
        watching?.cancel()
        watching = nil
    }

    private func wake() { for reader in readers.values { reader.yield() } }

    /// The run's log says when an engine has come, and its process when it has gone; in between the engine says when there is more.
    private func watch() async {
        var known: Int64 = 0
        for await _ in await follower.changes() {
            wake()
            // Ends with the engine, or with its run; what is missed then comes with the follower's next wake.
            while !Task.isCancelled, let page = try? await client.journal(after: known, limit: 0, waits: true), page.last > known,
                follower.only == nil || page.run == follower.only?.name
            {
                known = page.last
                wake()
            }
            // Another run, or another engine: its numbers may begin anew.
            known = 0
        }
    }
}
