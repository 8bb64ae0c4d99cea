import ControlAPI
import Engine
import Glibc
import Processes

extension RunFinder {
    /// How long somebody who has the workspace and serves nobody is waited for.
    private static let patience: Duration = .seconds(10)

    /// Answers that may break off before that is what a look ends with.
    private static let breaks = 3

    /// Has a look at the run repeated while somebody has the workspace and does not answer: an engine does so for a moment when it begins and when
    /// it ends, and what it was answering breaks off. Its end and its socket's appearance wake whoever waits.
    ///
    /// - Parameter look: asks the engine, and without one takes the workspace; safe to repeat.
    /// - Throws: `Failure` when the workspace is still held after ten seconds; what `look` throws.
    func settled<Result: Sendable>(_ look: () async throws -> Result) async throws -> Result {
        let deadline = ContinuousClock.now + Self.patience
        var breaks = 0
        var appearance: FileChanges?
        while true {
            do {
                return try await look()
            } catch ControlClientError.broken(let path, let why) {
                breaks += 1
                guard breaks < Self.breaks, .now < deadline else { throw ControlClientError.broken(path, why) }
            } catch WorkspaceError.held(let path, let name) {
                let holder = FileLock.holder(of: place.workspace.lockPath)
                // Who waited for itself would wait for ever.
                guard .now < deadline, holder?.pid != getpid() else {
                    throw Failure(
                        "\(path) is in use by \(name), which does not answer: it is starting, ending or cleaning up. Try again in a moment.",
                        .held)
                }
                // Its first wake comes at once: what appeared before it watched is found by another look.
                let watch = try appearance ?? FileChanges(place.workspace.socketPath, isReplaced: true)
                appearance = watch
                try await Self.wait(for: holder, or: watch, until: deadline)
            }
        }
    }

    private static func wait(for holder: FileLock.Holder?, or appearance: FileChanges, until deadline: ContinuousClock.Instant) async throws
    {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                for await _ in appearance.stream { return }
                // Whoever looks has been cancelled.
                try Task.checkCancellation()
            }
            group.addTask { try await Alarm.wait(until: deadline) }
            if let holder {
                let process = ProcessIdentity(pid: holder.pid, startTime: holder.startTime, bootID: try ProcessIdentity.currentBootID())
                group.addTask { try await process.untilEnded() }
            }
            try await group.next()
        }
    }
}
