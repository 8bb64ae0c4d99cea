import ControlAPI
import Engine
import Orchestration
import TestSupport

@testable import Commands

/// Answers as an engine that has a fixture's run in hand, and notes the orders that it gets.
final class EngineStandIn: RunControl {
    let orders = Recorder<Order>()
    /// Opened when the journal gets a second event.
    let growth = OneWayGate()
    private let run: Run

    init(_ run: Run) { self.run = run }

    /// Serves the fixture's control socket while `body` runs.
    static func serving(_ fixture: RunFixture, _ run: Run, _ body: @Sendable @escaping (EngineStandIn) async throws -> Void) async throws {
        let engine = EngineStandIn(run)
        let server = ControlServer(socketPath: fixture.folder.workspace.socketPath, run: run.id, version: "1", control: engine)
        try await Serving.run({ try await server.run(onReady: $0) }, while: { try await body(engine) })
    }

    func status() async throws -> RunStatus { RunStatus(run: run, at: run.clock.lastEventAt) }

    func cost() async throws -> CostReport { CostReport(run: run, at: run.clock.lastEventAt) }

    func order(_ order: Order) async throws -> OrderReceipt {
        orders.add(order)
        return OrderReceipt(id: order.id, by: order.by, subject: "question-1", words: "is answered")
    }

    func journal(after sequence: Int64, limit: Int, waits: Bool) async throws -> JournalPage {
        if waits, sequence > 0 { await growth.wait() }
        return JournalPage(run: run.id.name, last: sequence + 1, entries: [])
    }

    func suspend(reason: String, by: String) async throws -> RunStatus { try await status() }
}
