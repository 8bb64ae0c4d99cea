import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix
import Orchestration

/// Talks to the engine that has a run in hand, over its control socket.
///
/// Every method opens a connection of its own. All throw `ControlClientError`, or `CancellationError` when the task is cancelled.
package struct ControlClient: Sendable {
    let path: String

    /// The largest answer that is read, in bytes: far more than the status of the largest run.
    static let largestAnswer = 32 << 20

    package init(socketPath: String) { path = socketPath }

    /// Which process serves the run.
    package func health(deadline: ContinuousClock.Instant? = nil) async throws -> ControlHealth {
        try await answer(to: .GET, ControlPath.health, deadline: deadline)
    }

    /// The run as it is now.
    package func status(deadline: ContinuousClock.Instant? = nil) async throws -> RunStatus {
        try await answer(to: .GET, ControlPath.status, deadline: deadline)
    }

    /// What the run has cost so far.
    package func cost(deadline: ContinuousClock.Instant? = nil) async throws -> CostReport {
        try await answer(to: .GET, ControlPath.cost, deadline: deadline)
    }

    /// What the journal has after an event; see `RunControl.journal`.
    package func journal(
        after sequence: Int64, limit: Int = JournalPage.largest, waits: Bool = false, deadline: ContinuousClock.Instant? = nil
    ) async throws -> JournalPage {
        let uri = "\(ControlPath.journal)?after=\(sequence)&limit=\(limit)\(waits ? "&wait=1" : "")"
        return try await answer(to: .GET, uri, deadline: deadline)
    }

    /// Has the run stand still. Returns when it does and all of its processes are gone, however long that takes, unless a deadline is given;
    /// a deadline that passes does not take the request back.
    package func suspend(reason: String, by: String, deadline: ContinuousClock.Instant? = nil) async throws -> RunStatus {
        let body = try JSONEncoder().encode(SuspendRequest(reason: reason, by: by))
        return try await answer(to: .POST, ControlPath.suspend, body: ByteBuffer(bytes: body), deadline: deadline)
    }

    /// Reads an order as it comes over the web.
    ///
    /// - Throws: `ControlClientError.refused` for what is none.
    package static func orderRequest(_ body: [UInt8]) throws(ControlClientError) -> OrderRequest {
        do {
            return try JSONDecoder().decode(OrderRequest.self, from: Data(body))
        } catch {
            throw .refused(.malformedBody(form: OrderRequest.form))
        }
    }

    /// Gives an order. When the connection breaks off, or no answer comes in time, it may have been taken; then it is given once more with the same
    /// id, under which it is carried out once.
    ///
    /// - Parameter patience: how long each of the two tries may take; `nil` is as long as it takes.
    /// - Throws: after two tries without an answer what the first one met, also if the engine has gone meanwhile: it may have taken the order.
    package func order(_ request: OrderRequest, patience: Duration? = nil) async throws -> OrderReceipt {
        let body = ByteBuffer(bytes: try JSONEncoder().encode(request))
        func attempt() async throws -> OrderReceipt {
            try await answer(to: .POST, ControlPath.orders, body: body, deadline: patience.map { .now + $0 })
        }
        do {
            return try await attempt()
        } catch let error as ControlClientError where error.isUncertain {
            do {
                return try await attempt()
            } catch let second as ControlClientError {
                // Refused: the first one was not taken either, or its receipt had come now.
                if case .refused = second { throw second }
                throw error
            }
        }
    }

    private func answer<Answer: Decodable & Sendable>(
        to method: HTTPMethod, _ uri: String, body: ByteBuffer? = nil, deadline: ContinuousClock.Instant?
    ) async throws -> Answer {
        let answer = try await withDeadline(deadline) { try await exchange(method, uri, body) }
        let data = Data(answer.body.readableBytesView)
        do {
            guard answer.status == 200 else {
                let fields = try JSONDecoder().decode(ControlProblem.Body.self, from: data).error
                throw ControlClientError.refused(
                    ControlProblem(code: fields.code, message: fields.message, remedy: fields.remedy, status: answer.status))
            }
            return try JSONDecoder().decode(Answer.self, from: data)
        } catch let error as DecodingError {
            throw ControlClientError.broken(path, "status \(answer.status) with a body of another form (\(error))")
        }
    }

    private func withDeadline<Result: Sendable>(
        _ deadline: ContinuousClock.Instant?, _ work: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        guard let deadline else { return try await work() }
        return try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await ContinuousClock().sleep(until: deadline)
                throw ControlClientError.deadline
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }
}
