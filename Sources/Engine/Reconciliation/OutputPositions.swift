import Journal
import Orchestration

/// Forgets how far the output of finished turns had been read: an engine that died did not come to it.
struct OutputPositions: ReconciliationDuty {
    let subject = "places in turns' output"
    let journal: Journal
    let run: Run

    func reconcile() throws -> [String] {
        let running = run.isEnded ? [] : Set(run.turns.keys.map(\.name))
        let over = try journal.turnsWithPosition().filter { !running.contains($0) }
        for turn in over { try journal.removePosition(of: turn) }
        return over.isEmpty ? [] : ["forgot \(over.joined(separator: ", ")), which nobody reads any more"]
    }
}
