/// In which order tasks under way will be merged, as far as can be said. Made once for a decision that asks about many.
struct MergingOrder {
    /// Files at which a task is foreseen to meet others.
    let foreseen: [TaskID: [String]]
    private let places: [TaskID: Int]
    private let count: Int

    init(of run: Run) {
        var places: [TaskID: Int] = [:]
        for (place, candidate) in run.queue.enumerated() {
            if case .task(let task) = candidate.kind, places[task] == nil { places[task] = place }
        }
        self.places = places
        count = run.queue.count
        var foreseen: [TaskID: [String]] = [:]
        for collision in run.forecast.collisions {
            foreseen[collision.task, default: []] += collision.files.paths
            if let other = collision.other { foreseen[other, default: []] += collision.files.paths }
        }
        self.foreseen = foreseen
    }

    func rank(of task: TeamTask) -> (Int, TaskID) { rank(of: task.id, task.state) }

    /// The smaller, the sooner it lands: by how ready it is, then by age.
    func rank(of task: TaskID, _ state: TeamTask.State?) -> (Int, TaskID) {
        let readiness =
            switch state {
            case .approved: places[task] ?? count
            case .submitted: 1_000_000
            case .assigned: 2_000_000
            case .waiting: 3_000_000
            case .landed, .unneeded, .dropped, .failed, nil: 4_000_000
            }
        return (readiness, task)
    }
}
