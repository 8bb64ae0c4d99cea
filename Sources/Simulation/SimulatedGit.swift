import Orchestration

/// The repositories of a simulated run: origin, the hub with its refs, and every commit that was ever made.
///
/// A commit holds changes, and a tree is named by the changes it holds: as in git, the same content is the same tree, whichever way it came
/// about. What a tree is worth is decided by its defects, which the gate finds.
package struct SimulatedGit: Sendable {
    struct Commit: Sendable {
        let id: ObjectID
        let tree: ObjectID
        let changes: ChangeSet
        /// Numbers of the commits that it can be reached from, itself among them.
        let history: ChangeSet
        /// Which version of `TEAM_STRUCTURE.md` it holds.
        let structure: Int
        /// Which version of `PROJECT_DIRECTION.md` it holds.
        let direction: Int
    }

    private struct TreeName: Hashable {
        let changes: ChangeSet
        let structure: Int
        let direction: Int
    }

    /// Something that makes the gate red wherever both changes are (one change may be bad by itself) and no cure is.
    struct Defect: Sendable {
        let first: Int
        let second: Int
        var cures = ChangeSet()
    }

    private(set) var commits: [Commit] = []
    private var numbers: [ObjectID: Int] = [:]
    private var trees: [TreeName: ObjectID] = [:]
    private var structures: [String: Int] = [:]
    /// Who made each change: a task, or somebody outside.
    private(set) var owners: [String] = []
    private(set) var defects: [Defect] = []
    private var directions = 1

    /// The target branch at origin.
    private(set) var origin = 0
    /// The run's own branch at origin, once the target branch was refused.
    private(set) var fallback: Int?
    /// The target branch in the hub.
    private(set) var hub = 0
    private(set) var teams: [TeamID: Int] = [:]
    /// `refs/cco/work/<task>`.
    private(set) var work: [TaskID: Int] = [:]
    /// Commits that agents made and that were brought home.
    private(set) var harvested = ChangeSet()
    /// The files that each task's branch changes.
    private var touched: [TaskID: Set<String>] = [:]
    /// Commits under `refs/cco/kept/`.
    private(set) var kept: [Int] = []

    package init() { _ = add(ChangeSet(), history: ChangeSet(), structure: 0, direction: 1) }

    /// The object of a number, for commits and blobs that nothing else gives a name.
    package static func object(_ number: Int) -> ObjectID {
        let digits = String(number, radix: 16)
        guard let object = ObjectID(String(repeating: "0", count: 40 - digits.count) + digits) else {
            preconditionFailure("not an object id")
        }
        return object
    }

    // MARK: Reading

    func number(_ commit: ObjectID?) -> Int? { commit.flatMap { numbers[$0] } }

    /// The tree of a commit.
    package func tree(of commit: ObjectID?) -> ObjectID? { self.commit(commit)?.tree }

    func commit(_ id: ObjectID?) -> Commit? { number(id).map { commits[$0] } }

    /// The tasks whose work a commit holds, and what other people pushed.
    package func holds(_ commit: ObjectID?) -> Set<String> {
        guard let number = number(commit) else { return [] }
        return Set(commits[number].changes.numbers.map { owners[$0] })
    }

    /// The target branch's head at origin.
    package var base: ObjectID { commits[origin].id }

    package var direction: ObjectID { SimulatedGit.object(0xd100_0000 + commits[origin].direction) }

    /// What a look at origin shows.
    package var facts: BaseFacts { facts(of: origin) }

    func facts(of number: Int) -> BaseFacts {
        let commit = commits[number]
        return BaseFacts(head: commit.id, tree: commit.tree, direction: SimulatedGit.object(0xd100_0000 + commit.direction))
    }

    func isAncestor(_ older: Int, of newer: Int) -> Bool { commits[newer].history.contains(older) }

    func isRed(_ changes: ChangeSet) -> Bool { defects.contains { isOpen($0, in: changes) } }

    func isOpen(_ defect: Defect, in changes: ChangeSet) -> Bool {
        changes.contains(defect.first) && changes.contains(defect.second) && !defect.cures.intersects(changes)
    }

    // MARK: Making commits

    private mutating func add(_ changes: ChangeSet, history: ChangeSet, structure: Int, direction: Int) -> Int {
        let number = commits.count
        let id = SimulatedGit.object(0xc000_0000 + number)
        let name = TreeName(changes: changes, structure: structure, direction: direction)
        let tree = trees[name] ?? SimulatedGit.object(0x7000_0000 + trees.count)
        trees[name] = tree
        var history = history
        history.insert(number)
        commits.append(
            Commit(id: id, tree: tree, changes: changes, history: history, structure: structure, direction: direction))
        numbers[id] = number
        return number
    }

    /// A commit that joins its parents; `added` are the changes that are new in it.
    mutating func join(_ parents: [Int], adding added: [Int] = [], structure: Int? = nil, direction: Int? = nil) -> Int {
        var changes = ChangeSet()
        var history = ChangeSet()
        for parent in parents {
            changes = changes.union(commits[parent].changes)
            history = history.union(commits[parent].history)
        }
        for change in added { changes.insert(change) }
        return add(
            changes, history: history, structure: structure ?? parents.map { commits[$0].structure }.max() ?? 0,
            direction: direction ?? parents.map { commits[$0].direction }.max() ?? 1)
    }

    /// A new change of somebody's.
    mutating func change(by owner: String) -> Int {
        owners.append(owner)
        return owners.count - 1
    }

    /// A commit by an agent on top of others; unknown parents are left out.
    package mutating func commit(by owner: String, on parents: [ObjectID?]) -> ObjectID {
        let change = change(by: owner)
        let made = join(parents.compactMap { number($0) }, adding: [change])
        return commits[made].id
    }

    /// Makes the gate red wherever both changes meet.
    mutating func addDefect(_ first: Int, _ second: Int) { defects.append(Defect(first: first, second: second)) }

    /// Makes `change` the cure of every defect that `changes` show.
    mutating func cure(_ changes: ChangeSet, by change: Int) {
        for index in defects.indices where isOpen(defects[index], in: changes) { defects[index].cures.insert(change) }
    }

    /// Somebody else pushes to the target branch.
    package mutating func pushFromOutside(newDirection: Bool = false) {
        let change = change(by: "outside-\(commits.count)")
        if newDirection { directions += 1 }
        origin = join([origin], adding: [change], direction: newDirection ? directions : nil)
    }

    mutating func addNewestOutsideDefect() {
        guard let last = commits[origin].changes.last else { return }
        addDefect(last, last)
    }

    /// The number of a version of `TEAM_STRUCTURE.md`; a text that was there before has its old one.
    mutating func structure(_ text: String) -> Int {
        if let known = structures[text] { return known }
        structures[text] = structures.count + 1
        return structures.count
    }

    // MARK: Moving refs

    mutating func setOrigin(_ number: Int) { origin = number }
    mutating func setFallback(_ number: Int) { fallback = number }
    mutating func setHub(_ number: Int) { hub = number }
    mutating func setTeam(_ team: TeamID, _ number: Int) { teams[team] = number }
    mutating func keep(_ number: Int) { kept.append(number) }

    /// A file for a path that is claimed.
    static func file(in claim: String) -> String { claim.hasSuffix("/") ? claim + "file.swift" : claim }

    package mutating func touch(_ files: [String], by task: TaskID) { touched[task, default: []].formUnion(files) }

    package func files(of task: TaskID) -> ChangedFiles { ChangedFiles((touched[task] ?? []).sorted()) }

    /// Brings an agent's commits home under the task's ref.
    mutating func harvest(_ number: Int, of task: TaskID) {
        work[task] = number
        harvested.insert(number)
    }
}
