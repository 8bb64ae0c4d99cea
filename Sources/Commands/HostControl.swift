import ControlAPI
import Engine
import Orchestration

/// The control interface's view of the run that this process has in hand.
final class HostControl: RunControl {
    private let host: RunHost
    /// Opened when the run stands still and its journal is closed.
    let stillness = OneWayGate()
    private let clock = SystemClock()

    init(host: RunHost) { self.host = host }

    func status() async -> RunStatus { RunStatus(run: await host.state(), at: clock.now()) }

    func cost() async -> CostReport { CostReport(run: await host.state(), at: clock.now()) }

    /// Acknowledges only when no process of the run is left and the journal is closed: whoever asked may then start another engine.
    func suspend(reason: String, by: String) async -> RunStatus {
        await host.suspend(by.isEmpty ? reason : "\(reason), by \(by)")
        await stillness.wait()
        return await status()
    }
}
