import ControlAPI
import Engine
import Orchestration
import Synchronization

/// The control interface's view of the run that this process has in hand.
final class HostControl: RunControl {
    private let host: RunHost
    /// Opened when the run stands still and its journal is closed.
    let stillness = OneWayGate()
    private let clock = SystemClock()
    private let asked = Mutex(false)

    /// Whether a person has asked for the run to stand still. If not, it stands because it needs one.
    var wasAsked: Bool { asked.withLock { $0 } }

    init(host: RunHost) { self.host = host }

    func status() async -> RunStatus { RunStatus(run: await host.state(), at: clock.now()) }

    /// Acknowledges only when no process of the run is left and the journal is closed: whoever asked may then start another engine.
    func suspend(reason: String, by: String) async -> RunStatus {
        await ask(by.isEmpty ? reason : "\(reason), by \(by)")
        await stillness.wait()
        return await status()
    }

    /// Asks for the run to stand still, and does not wait for it.
    func ask(_ reason: String) async {
        asked.withLock { $0 = true }
        await host.suspend(reason)
    }
}
