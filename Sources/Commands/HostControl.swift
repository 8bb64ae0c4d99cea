import ControlAPI
import Engine
import Orchestration

/// The control interface's view of the run that this process has in hand.
final class HostControl: RunControl {
    private let host: RunHost
    /// Opened when the run stands still and its journal is closed.
    let stillness = OneWayGate()

    init(host: RunHost) { self.host = host }

    func status() async -> RunStatus { RunStatus(run: await host.state(), at: host.now, activities: host.activities) }

    func cost() async -> CostReport { CostReport(run: await host.state(), at: host.now) }

    func journal(after sequence: Int64, limit: Int, waits: Bool) async throws -> JournalPage {
        if waits { await host.journalGrowth(beyond: sequence) }
        return try host.journalPage(after: sequence, limit: limit)
    }

    /// An unknown name is answered with the nearest one and all that there are.
    func order(_ order: Order) async throws -> OrderReceipt {
        do {
            return try await host.order(order)
        } catch {
            var objection = error
            if let name = objection.name, let known = objection.known, !known.isEmpty {
                objection.remedy = Named.advice(name, among: known)
            }
            throw objection
        }
    }

    /// Acknowledges only when no process of the run is left and the journal is closed: whoever asked may then start another engine.
    func suspend(reason: String, by: String) async -> RunStatus {
        await host.suspend(by.isEmpty ? reason : "\(reason), by \(by)")
        await stillness.wait()
        return await status()
    }
}
