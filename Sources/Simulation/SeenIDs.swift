import Orchestration

/// Every id that a run has given out, to notice one that is given twice.
package struct SeenIDs {
    private var names: Set<String> = []

    package init() {}

    /// - Throws: `Violation` when the events give an id out a second time.
    package mutating func add(_ events: [Event]) throws {
        for event in events {
            let name: String? =
                switch event {
                case .effectIntended(let id, _): id.name
                case .turnStarted(let turn): turn.id.name
                case .taskAdded(let task): task.id.name
                case .candidateQueued(let candidate): candidate.id.name
                default: nil
                }
            if let name, !names.insert(name).inserted { throw Violation(.idsAreUnique, "the id \(name) is given out twice") }
        }
    }
}
