import Synchronization

/// A value that a test can wait for: every change looks whether somebody's condition holds.
final class Watched<Value: Sendable>: Sendable {
    private struct State {
        var value: Value
        var waiters: [(condition: @Sendable (Value) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>

    init(_ value: Value) { state = Mutex(State(value: value)) }

    var value: Value { state.withLock { $0.value } }

    @discardableResult
    func change<Result: Sendable>(_ body: @Sendable (inout Value) -> Result) -> Result {
        let (result, woken) = state.withLock { state in
            let result = body(&state.value)
            let value = state.value
            let woken = state.waiters.filter { $0.condition(value) }.map(\.continuation)
            state.waiters.removeAll { $0.condition(value) }
            return (result, woken)
        }
        for continuation in woken { continuation.resume() }
        return result
    }

    func until(_ condition: @escaping @Sendable (Value) -> Bool) async {
        await withCheckedContinuation { continuation in
            let holds = state.withLock {
                if condition($0.value) { return true }
                $0.waiters.append((condition, continuation))
                return false
            }
            if holds { continuation.resume() }
        }
    }
}
