import Orchestration

/// Removes what finished turns and gates have left in the run's folder: an engine that died did not come to it.
struct TurnFolders: ReconciliationDuty {
    let subject = "folders of turns and gates"
    let folder: RunFolder
    let run: Run

    func reconcile() throws -> [String] {
        // Nobody awaits anything of a run that has ended.
        let turns = try clear(folder.path + "/turns", keeping: run.isEnded ? [] : Set(run.turns.keys.map(\.name)))
        let gates = try clear(folder.path + "/gates", keeping: run.isEnded ? [] : Set(run.effects.keys.map(\.name)))
        return turns + gates
    }

    private func clear(_ parent: String, keeping awaited: Set<String>) throws -> [String] {
        guard PrivateFiles.exists(parent) else { return [] }
        let over = try PrivateFiles.names(in: parent).filter { !awaited.contains($0) }.sorted()
        for name in over { try PrivateFiles.remove("\(parent)/\(name)") }
        return over.isEmpty ? [] : ["removed \(over.joined(separator: ", ")), which nobody awaits any more"]
    }
}
