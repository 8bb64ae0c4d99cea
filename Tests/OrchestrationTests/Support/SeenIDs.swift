@testable import Orchestration

/// Every id that a run has given out, to notice one that is given twice.
struct SeenIDs {
    private var names: Set<String> = []

    /// What the events give out a second time.
    mutating func add(_ events: [Event]) -> [String] {
        var twice: [String] = []
        for event in events {
            let name: String? =
                switch event {
                case .effectIntended(let id, _): id.name
                case .turnStarted(let turn): turn.id.name
                case .taskAdded(let task): task.id.name
                case .candidateQueued(let candidate): candidate.id.name
                default: nil
                }
            if let name, !names.insert(name).inserted { twice.append("the id \(name) is given out twice") }
        }
        return twice
    }
}
