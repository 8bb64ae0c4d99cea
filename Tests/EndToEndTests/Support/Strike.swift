import Synchronization
import Testing

@testable import TestSupport

/// A script that has something happen at the first request of a kind, before it is answered.
final class Strike: ModelScript {
    private struct State {
        var action: (@Sendable () async throws -> Void)?
        var isDone = false
    }

    private let script: any ModelScript
    private let isDue: @Sendable (ModelRequest) -> Bool
    private let state = Mutex(State())

    init(_ script: any ModelScript, at isDue: @escaping @Sendable (ModelRequest) -> Bool) {
        self.script = script
        self.isDue = isDue
    }

    /// Sets what happens.
    func does(_ action: @escaping @Sendable () async throws -> Void) { state.withLock { $0.action = action } }

    func reply(to request: ModelRequest) async -> ModelReply {
        if isDue(request), let action = take() {
            do {
                try await action()
            } catch {
                Issue.record("the fault could not be made: \(error)")
            }
        }
        return await script.reply(to: request)
    }

    private func take() -> (@Sendable () async throws -> Void)? {
        state.withLock { state in
            guard !state.isDone else { return nil }
            state.isDone = true
            return state.action
        }
    }
}

extension ModelRequest {
    /// Whether a worker asks.
    var isWorkers: Bool { tools.contains { $0.name == "Bash" } }
}
