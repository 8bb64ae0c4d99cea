/// Which tasks are open, ready, in review, and whose: by their places in a ``TaskRegister``.
struct TaskIndex: Sendable {
    /// Tasks of one team that may start.
    struct Ready: Sendable {
        var repairs: [Int] = []
        /// What a person wants first.
        var urgent: [Int] = []
        /// Given back by a worker before.
        var returned: [Int] = []
        var fresh = PlaceSet()
    }

    /// What of one team is not settled.
    private(set) var open: [TeamID: PlaceSet] = [:]
    private(set) var submitted: [TeamID: [Int]] = [:]
    /// What the quick gate has yet to look at, and is not in review before that.
    private(set) var unchecked: [Int] = []
    private(set) var ready: [TeamID: Ready] = [:]
    private(set) var repairs: [TeamID: [Int]] = [:]
    /// What is not settled and has a commit.
    private(set) var begun: [Int] = []
    /// What could start and is held back.
    private(set) var held: [Int] = []
    /// What a worker has not brought to its end, in the order of the plan.
    private(set) var openOfWorker: [AgentID: [Int]] = [:]

    /// Whether a task stands in the same lists before and after a change, which is so of most.
    static func isSame(_ old: TeamTask, _ new: TeamTask) -> Bool {
        old.state == new.state && old.worker == new.worker && (old.head == nil) == (new.head == nil)
            && (old.held == nil) == (new.held == nil)
            && old.awaitsQuickCheck == new.awaitsQuickCheck && (old.priority == nil) == (new.priority == nil)
            && old.formerWorkers.isEmpty == new.formerWorkers.isEmpty && old.isRepair == new.isRepair && old.team == new.team
    }

    mutating func enter(_ task: TeamTask, at place: Int, isHindered: Bool) {
        if task.isRepair { repairs[task.team, default: []].enter(place) }
        guard !task.state.isSettled else { return }
        open[task.team, default: PlaceSet()].insert(place)
        if task.head != nil { begun.enter(place) }
        if task.held != nil { held.enter(place) }
        if let worker = task.worker { openOfWorker[worker, default: []].enter(place) }
        switch task.state {
        case .submitted where task.awaitsQuickCheck: unchecked.enter(place)
        case .submitted: submitted[task.team, default: []].enter(place)
        case .waiting where !isHindered:
            if task.isRepair {
                ready[task.team, default: Ready()].repairs.enter(place)
            } else if task.priority != nil {
                ready[task.team, default: Ready()].urgent.enter(place)
            } else if task.formerWorkers.isEmpty {
                ready[task.team, default: Ready()].fresh.insert(place)
            } else {
                ready[task.team, default: Ready()].returned.enter(place)
            }
        default: break
        }
    }

    mutating func leave(_ task: TeamTask, at place: Int, isHindered: Bool) {
        if task.isRepair { repairs[task.team]?.leave(place) }
        guard !task.state.isSettled else { return }
        open[task.team]?.remove(place)
        if task.head != nil { begun.leave(place) }
        if task.held != nil { held.leave(place) }
        if let worker = task.worker { openOfWorker[worker]?.leave(place) }
        switch task.state {
        case .submitted where task.awaitsQuickCheck: unchecked.leave(place)
        case .submitted: submitted[task.team]?.leave(place)
        case .waiting where !isHindered:
            if task.isRepair {
                ready[task.team]?.repairs.leave(place)
            } else if task.priority != nil {
                ready[task.team]?.urgent.leave(place)
            } else if task.formerWorkers.isEmpty {
                ready[task.team]?.fresh.remove(place)
            } else {
                ready[task.team]?.returned.leave(place)
            }
        default: break
        }
    }
}

/// Many places, of which the first is wanted: a bit for each.
struct PlaceSet: Sendable {
    private var words: [UInt64] = []
    /// No place stands before this word.
    private var start = 0

    mutating func insert(_ place: Int) {
        let word = place / 64
        if word >= words.count { words.append(contentsOf: repeatElement(0, count: word + 1 - words.count)) }
        words[word] |= 1 << UInt64(place % 64)
        start = min(start, word)
    }

    mutating func remove(_ place: Int) {
        let word = place / 64
        guard word < words.count else { return }
        words[word] &= ~(1 << UInt64(place % 64))
        while start < words.count, words[start] == 0 { start += 1 }
    }

    var isEmpty: Bool { first == nil }

    /// All places in order.
    var places: [Int] {
        var places: [Int] = []
        for index in words.indices[start...] {
            var word = words[index]
            while word != 0 {
                places.append(index * 64 + word.trailingZeroBitCount)
                word &= word - 1
            }
        }
        return places
    }

    var first: Int? {
        guard let word = words[start...].firstIndex(where: { $0 != 0 }) else { return nil }
        return word * 64 + words[word].trailingZeroBitCount
    }
}

extension [Int] {
    /// Adds a place to a short list in order.
    fileprivate mutating func enter(_ place: Int) { insert(place, at: firstIndex { $0 > place } ?? endIndex) }

    fileprivate mutating func leave(_ place: Int) {
        if let index = firstIndex(of: place) { remove(at: index) }
    }
}
