import Orchestration
import Processes

/// Ends processes of the run that no active turn and no pending gate accounts for.
///
/// They are found by the mark in their environment and known by number, start time and boot, so a number that has passed to another process is
/// never touched.
struct StrayProcesses: ReconciliationDuty {
    let subject = "processes"
    /// The run's mark.
    let marker: String
    /// The marks below it whose processes are awaited.
    let awaited: Set<String>

    init(marker: String, awaited: Set<String>) {
        self.marker = marker
        self.awaited = awaited
    }

    init(folder: RunFolder, run: Run) {
        // Nobody awaits anything of a run that has ended.
        let names = run.isEnded ? [] : run.turns.keys.map(\.name) + run.effects.keys.map(\.name)
        self.init(marker: folder.marker, awaited: Set(names.map { "\(folder.marker)/\($0)" }))
    }

    /// Returns when they are gone: another gate may be about to use their worktree.
    func reconcile() async throws -> [String] {
        guard try !ProcessSweep.find(marker: marker, sparing: awaited).isEmpty else { return [] }
        let sweep = try await ProcessSweep.end(marker: marker, sparing: awaited)
        return ["ended \(sweep.ended) that belonged to nothing under way\(sweep.remainder)"]
    }
}
