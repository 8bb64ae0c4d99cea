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
        let names = run.turns.keys.map(\.name) + run.effects.keys.map(\.name)
        self.init(marker: folder.marker, awaited: Set(names.map { "\(folder.marker)/\($0)" }))
    }

    func reconcile() async throws -> [String] {
        let strays = try ProcessSweep.find(marker: marker, sparing: awaited)
        guard !strays.isEmpty else { return [] }
        for stray in strays { try stray.signal(Self.kill) }
        return ["ended \(strays.count) that belonged to nothing under way: \(strays.map { "\($0.pid)" }.joined(separator: ", "))"]
    }

    private static let kill: Int32 = 9
}
