/// What decisions ask, answered without a look at every task.
extension TaskRegister {
    /// Whether something of the team is not settled.
    func hasOpen(_ team: TeamID) -> Bool { index.open[team]?.isEmpty == false }

    /// What waits for the lead's judgement.
    func submitted(of team: TeamID) -> [TaskID] { (index.submitted[team] ?? []).map { task($0).id }.sorted() }

    /// Whether something waits for the lead's judgement.
    func hasSubmitted(_ team: TeamID) -> Bool { index.submitted[team]?.isEmpty == false }

    /// What the quick gate has yet to look at.
    var unchecked: [TeamTask] { index.unchecked.map(task) }

    /// The tasks that a worker has not brought to their end, in the order of the plan.
    func open(of worker: AgentID) -> [TeamTask] { (index.openOfWorker[worker] ?? []).map(task) }

    /// The tasks that a worker has to do, those that wait for a person among them, in the order of the plan.
    func assigned(to worker: AgentID) -> [TeamTask] {
        (index.openOfWorker[worker] ?? []).compactMap { place in
            let entry = entry(place)
            return entry.isAssigned || entry.awaitsAnswer ? entry.task : nil
        }
    }

    /// Whether a worker has something to do.
    func hasAssigned(_ worker: AgentID) -> Bool { (index.openOfWorker[worker] ?? []).contains { entry($0).isAssigned } }

    /// Whether a worker has nothing to do, and so much at most out of its hands. What waits for a person stands in nobody's way.
    func isFree(_ worker: AgentID, having most: Int) -> Bool {
        var count = 0
        for place in index.openOfWorker[worker] ?? [] {
            let entry = entry(place)
            if entry.isAssigned { return false }
            if !entry.awaitsAnswer { count += 1 }
        }
        return count <= most
    }

    /// The tasks by which cco repairs the team's branch.
    func repairs(of team: TeamID) -> [TeamTask] { (index.repairs[team] ?? []).map(task) }

    /// The first task of the team that may start: repairs, then what a person wants first, then those that this worker has not failed at, then in
    /// the order of the plan.
    func ready(for worker: AgentID, of team: TeamID) -> TeamTask? {
        guard let ready = index.ready[team] else { return nil }
        func first(of places: [Int]) -> TeamTask? {
            places.lazy.map(task).min { $0.rank(for: worker) < $1.rank(for: worker) }
        }
        if let repair = first(of: ready.repairs) { return repair }
        if let urgent = first(of: ready.urgent) { return urgent }
        guard let fresh = ready.fresh.first else { return first(of: ready.returned) }
        return first(of: ready.returned + [fresh])
    }

    /// Whether a task of the team may start.
    func hasReady(_ team: TeamID) -> Bool {
        guard let ready = index.ready[team] else { return false }
        return !ready.fresh.isEmpty || !ready.returned.isEmpty || !ready.urgent.isEmpty || !ready.repairs.isEmpty
    }

    /// All tasks of the team that may start, in the order of the plan.
    func ready(of team: TeamID) -> [TeamTask] { readyEntries(of: team).map(\.task) }

    /// The same for those who ask something of each, which copies none of them.
    func readyEntries(of team: TeamID) -> [Entry] {
        guard let ready = index.ready[team] else { return [] }
        return (ready.repairs + ready.urgent + ready.returned + ready.fresh.places).sorted().map(entry)
    }

    /// The entries of tasks that are not settled and have a commit that the base of their work does not have.
    var entriesWithOpenBranch: [Entry] { index.begun.map(entry).filter(\.hasOpenBranch) }

    /// The tasks that a worker has, in the order of the plan.
    var underWay: [TeamTask] { index.openOfWorker.values.joined().sorted().map(task) }

    /// Those tasks of workers with which others may collide, in no order.
    func holdingFiles(of workers: [AgentID]) -> [TeamTask] {
        workers.flatMap { worker in
            (index.openOfWorker[worker] ?? []).compactMap { place in
                let entry = entry(place)
                return entry.mayHoldFiles ? entry.task : nil
            }
        }
    }

    /// The tasks that are not settled and have a commit that the base of their work does not have.
    var withOpenBranch: [TeamTask] { entriesWithOpenBranch.map(\.task) }

    /// Since when tasks that could start are held back.
    var held: [Timestamp] { index.held.compactMap { task($0).held?.since } }

    /// The tasks that were to begin after this one.
    func dependents(of id: TaskID) -> [TeamTask] {
        dependentPlaces(of: id).map(task)
    }

    /// Tasks of the team that are not settled.
    func open(in team: TeamID) -> [TeamTask] { (index.open[team]?.places ?? []).map(task) }

    /// When tasks that have to wait may go on.
    var pauses: [Timestamp] {
        index.openOfWorker.values.flatMap { $0.compactMap { entry($0).pausesUntil } }
    }

    /// Tasks that wait for longer than until `time`.
    func pausing(beyond time: Timestamp) -> [TaskID] {
        index.openOfWorker.values.flatMap { $0.map(task).filter { ($0.next?.notBefore ?? time) > time }.map(\.id) }
    }
}

extension TeamTask {
    /// The order in which a worker takes tasks that may start.
    func rank(for worker: AgentID) -> (Int, Int, Int, TaskID) {
        (isRepair ? 0 : 1, -(priority ?? 0), formerWorkers.contains(worker) ? 1 : 0, id)
    }
}
