/// The run's tasks by id, with what decisions ask of them at every step kept ready.
///
/// A run may have a hundred thousand tasks, and no decision may cost more for that. So copies share what they have in common (tasks stand in
/// small pages and those in chapters, and a change copies one of each), and who is open, ready or in review is kept in step with every change
/// instead of being looked for.
package struct TaskRegister: Sendable {
    /// One task and what hangs on it. Never changed: another takes its place.
    final class Entry: Sendable {
        let task: TeamTask
        /// The places of tasks that wait for this one.
        let dependents: [Int]
        /// Dependencies that hold this one back.
        let hindrances: Int
        // What is asked of very many at every step, so that nobody has to copy the task for it.
        /// Whether its worker has it to do, and may.
        let isAssigned: Bool
        let awaitsAnswer: Bool
        let mayHoldFiles: Bool
        let hasOpenBranch: Bool
        let pausesUntil: Timestamp?

        init(_ task: TeamTask, dependents: [Int] = [], hindrances: Int = 0) {
            self.task = task
            self.dependents = dependents
            self.hindrances = hindrances
            awaitsAnswer = task.awaitsAnswer
            isAssigned = task.state == .assigned && !task.awaitsAnswer
            mayHoldFiles = task.holdsFiles && !task.isRepair
            hasOpenBranch = task.hasOpenBranch
            pausesUntil = task.next?.notBefore
        }
    }

    /// Entries of a page, and pages of a chapter.
    static let pageSize = 32

    private(set) var chapters: [[[Entry]]] = []
    package private(set) var count = 0
    /// Places of tasks that do not stand where their number says. In a run there is none.
    private var displaced: [TaskID: Int] = [:]
    /// Tasks that wait for one that is not there.
    private var awaited: [TaskID: [Int]] = [:]
    private(set) var index = TaskIndex()

    package init() {}

    package var isEmpty: Bool { count == 0 }

    /// `nil` for an unknown task. Setting adds or changes one; setting `nil` takes it out, which a run never does and is slow.
    package subscript(id: TaskID) -> TeamTask? {
        get { place(of: id).map { entry($0).task } }
        set {
            guard let newValue else {
                if place(of: id) != nil { self = TaskRegister(values.filter { $0.id != id }) }
                return
            }
            if let place = place(of: id) { change(place, to: newValue) } else { add(newValue) }
        }
    }

    /// Changes a task in one step, where each assignment through the subscript makes an entry anew. Nothing happens for an unknown task.
    package mutating func change(_ id: TaskID, _ change: (inout TeamTask) -> Void) {
        guard let place = place(of: id) else { return }
        var task = entry(place).task
        change(&task)
        self.change(place, to: task)
    }

    func entry(_ place: Int) -> Entry {
        let page = place / Self.pageSize
        return chapters[page / Self.pageSize][page % Self.pageSize][place % Self.pageSize]
    }

    func task(_ place: Int) -> TeamTask { entry(place).task }

    private func place(of id: TaskID) -> Int? {
        if let number = id.taskNumber, number <= count, entry(number - 1).task.id == id { return number - 1 }
        return displaced.isEmpty ? nil : displaced[id]
    }

    /// The places of the tasks that wait for this one, each once.
    func dependentPlaces(of id: TaskID) -> [Int] {
        let places = place(of: id).map { entry($0).dependents } ?? awaited[id] ?? []
        return Set(places).sorted()
    }

    private mutating func replace(_ place: Int, _ entry: Entry) {
        let page = place / Self.pageSize
        chapters[page / Self.pageSize][page % Self.pageSize][place % Self.pageSize] = entry
    }

    private mutating func add(_ task: TeamTask) {
        let place = count
        if task.id.taskNumber != place + 1 { displaced[task.id] = place }
        var hindrances = 0
        for dependency in task.dependsOn {
            guard let other = self.place(of: dependency) else {
                awaited[dependency, default: []].append(place)
                continue
            }
            let entry = entry(other)
            if !entry.task.state.satisfiesDependents { hindrances += 1 }
            replace(other, Entry(entry.task, dependents: entry.dependents + [place], hindrances: entry.hindrances))
        }
        let dependents = awaited.isEmpty ? [] : awaited.removeValue(forKey: task.id) ?? []
        let page = count / Self.pageSize
        if count % Self.pageSize == 0 {
            if page % Self.pageSize == 0 { chapters.append([]) }
            chapters[page / Self.pageSize].append([])
        }
        chapters[page / Self.pageSize][page % Self.pageSize].append(Entry(task, dependents: dependents, hindrances: hindrances))
        count += 1
        index.enter(task, at: place, isHindered: hindrances > 0)
        if !task.state.satisfiesDependents { for dependent in dependents { hinder(dependent, by: 1) } }
    }

    private mutating func change(_ place: Int, to task: TeamTask) {
        let old = entry(place)
        guard old.task.dependsOn == task.dependsOn else {
            var tasks = values.map(\.self)
            tasks[place] = task
            self = TaskRegister(tasks)
            return
        }
        let isPlaceKept = TaskIndex.isSame(old.task, task)
        if !isPlaceKept { index.leave(old.task, at: place, isHindered: old.hindrances > 0) }
        replace(place, Entry(task, dependents: old.dependents, hindrances: old.hindrances))
        if isPlaceKept { return }
        index.enter(task, at: place, isHindered: old.hindrances > 0)
        let (was, isNow) = (old.task.state.satisfiesDependents, task.state.satisfiesDependents)
        if was != isNow { for dependent in old.dependents { hinder(dependent, by: isNow ? -1 : 1) } }
    }

    private mutating func hinder(_ place: Int, by difference: Int) {
        let old = entry(place)
        let hindrances = old.hindrances + difference
        replace(place, Entry(old.task, dependents: old.dependents, hindrances: hindrances))
        guard (old.hindrances > 0) != (hindrances > 0) else { return }
        index.leave(old.task, at: place, isHindered: old.hindrances > 0)
        index.enter(old.task, at: place, isHindered: hindrances > 0)
    }
}

extension TaskRegister {
    package init(_ tasks: some Sequence<TeamTask>) {
        self.init()
        for task in tasks { self[task.id] = task }
    }

    /// All tasks, in the order in which they were added.
    package var values: some Sequence<TeamTask> { chapters.lazy.joined().joined().map(\.task) }

    package var keys: [TaskID] { values.map(\.id) }
}

extension TaskRegister: Equatable {
    /// Chapters and pages that both share are not looked into.
    package static func == (left: TaskRegister, right: TaskRegister) -> Bool {
        left.count == right.count
            && isSame(left.chapters, right.chapters) { ours, theirs in
                isSame(ours, theirs) { ours, theirs in isSame(ours, theirs) { $0 === $1 || $0.task == $1.task } }
            }
    }

    private static func isSame<Element>(_ left: [Element], _ right: [Element], by isSame: (Element, Element) -> Bool) -> Bool {
        let isShared = left.withUnsafeBufferPointer { left in right.withUnsafeBufferPointer { left.baseAddress == $0.baseAddress } }
        return isShared || zip(left, right).allSatisfy(isSame)
    }
}

extension TaskRegister: Codable {
    package init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        self.init()
        while !list.isAtEnd {
            let task = try list.decode(TeamTask.self)
            self[task.id] = task
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        for task in values { try list.encode(task) }
    }
}

extension ID<TeamTask> {
    /// The number in `task-7`; `nil` for any other name.
    fileprivate var taskNumber: Int? {
        var number = 0
        var position = 0
        for byte in name.utf8 {
            if position < taskPrefix.count {
                guard byte == taskPrefix[position] else { return nil }
            } else {
                let isFirst = position == taskPrefix.count
                guard (0x30...0x39).contains(byte), position < 15, !isFirst || byte != 0x30 else { return nil }
                number = number * 10 + Int(byte - 0x30)
            }
            position += 1
        }
        return position > taskPrefix.count ? number : nil
    }
}

private let taskPrefix = Array("task-".utf8)
