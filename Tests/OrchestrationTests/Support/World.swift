@testable import Orchestration

/// Git and origin as the decisions see them: objects, what they hold, and where the base branch stands.
struct World {
    private var objects = 0
    /// What a commit holds: the tasks whose work is in it, and what other people pushed.
    private(set) var contents: [ObjectID: Set<String>] = [:]
    private(set) var trees: [ObjectID: ObjectID] = [:]
    /// The target branch's head where it is published.
    private(set) var base: ObjectID
    var direction: ObjectID?

    init() {
        base = World.object(0xba5e)
        contents[base] = []
        trees[base] = World.object(0x7ee)
        direction = World.object(0xd1)
    }

    static func object(_ number: Int) -> ObjectID {
        let digits = String(number, radix: 16)
        guard let object = ObjectID(String(repeating: "0", count: 40 - digits.count) + digits) else {
            preconditionFailure("not an object id")
        }
        return object
    }

    var facts: BaseFacts { BaseFacts(head: base, tree: tree(of: base), direction: direction) }

    func tree(of commit: ObjectID) -> ObjectID { trees[commit] ?? World.object(0xdead) }

    func holds(_ commit: ObjectID?) -> Set<String> { commit.flatMap { contents[$0] } ?? [] }

    /// A new commit with a tree of its own.
    mutating func commit(_ holds: Set<String>) -> ObjectID {
        objects += 1
        let commit = World.object(0xc000_0000 + objects)
        contents[commit] = holds
        trees[commit] = World.object(0x7000_0000 + objects)
        return commit
    }

    /// Somebody else pushes to the target branch.
    mutating func pushFromOutside(newDirection: Bool = false) {
        let commit = commit(holds(base).union(["outside-\(objects + 1)"]))
        if newDirection { direction = World.object(0xd100_0000 + objects) }
        base = commit
    }

    /// Joins a candidate with its target the way `git merge-tree` does.
    mutating func merge(_ candidate: Candidate, in run: Run) -> MergeResult {
        guard let onto = run.head(of: candidate.target) else { return .objection("the target has no head") }
        if case .upkeep = candidate.kind {
            let commit = commit(holds(onto))
            return .clean(commit: commit, tree: tree(of: commit), onto: onto)
        }
        let (ours, theirs) = (holds(onto), holds(candidate.head))
        if theirs.isSubset(of: ours) { return .nothingToMerge }
        if case .sync = candidate.kind, ours.isSubset(of: theirs) {
            return .fastForward(commit: candidate.head, tree: tree(of: candidate.head), onto: onto)
        }
        let commit = commit(ours.union(theirs))
        return .clean(commit: commit, tree: tree(of: commit), onto: onto)
    }

    /// Moves the target to a commit unless somebody else has moved it. Publishing twice is published once.
    mutating func publish(_ commit: ObjectID, onto: ObjectID, target: MergeTarget) -> PublishResult {
        guard target == .base, base != commit else { return .published }
        guard base == onto else { return .moved }
        base = commit
        return .published
    }
}
