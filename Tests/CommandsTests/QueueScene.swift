import Orchestration
import Testing

@testable import Commands

/// A run whose queue is in a state that a test wants, as events have brought it there.
struct QueueScene {
    /// 2026-01-02 03:04:05 UTC.
    static let begin = Timestamp(milliseconds: 1_767_323_045_000)
    /// When it is looked at: two minutes and five seconds later.
    static let later = begin.advanced(byMilliseconds: 125_000)
    static let red = GateExcerpt(command: "true", exitCode: 1, ending: "exit code 1", tail: "", logPath: "/srv/gate.log")

    private(set) var run: Run

    /// A `cco merge` of this many branches, each of which came a second after the one before.
    init(branches: Int) throws {
        try self.init(branches: [])
        for number in 1...branches { try queue(.branch("branch-\(number)"), number) }
    }

    /// - Parameter branches: `nil` for a company.
    init(branches: [BranchOffer]?) throws {
        var settings = RunFixture.settings("/srv/shop.git")
        settings.branches = branches
        run = Run(id: ID("run-1"), settings: settings, seed: 1, at: Self.begin)
        apply(.baseMoved(BaseFacts(head: try Self.object(0), tree: try Self.object(100), direction: nil)))
    }

    mutating func apply(_ event: Event) { run.apply(event, at: Self.begin) }

    mutating func queue(_ kind: Candidate.Kind, _ number: Int) throws {
        let ready = Self.begin.advanced(byMilliseconds: Int64(number) * 1_000)
        apply(
            .candidateQueued(Candidate(id: Self.id(number), target: .base, kind: kind, head: try Self.object(200 + number), readyAt: ready))
        )
    }

    /// Chains the first candidates, each onto the one before.
    mutating func merge(_ count: Int) throws {
        for number in 1...count {
            apply(
                .candidateEntered(
                    Self.id(number), .merged(commit: try commit(number), tree: try tree(number), onto: try commit(number - 1))))
        }
    }

    mutating func gate(_ number: Int) throws {
        let state = Candidate.State.gating(commit: try commit(number), tree: try tree(number), onto: try commit(number - 1), rerun: false)
        apply(.candidateEntered(Self.id(number), state))
    }

    /// The gate has ended and was red.
    mutating func fail(_ number: Int) throws {
        apply(.gateRed(Self.id(number), Self.red))
        apply(.candidateEntered(Self.id(number), .merged(commit: try commit(number), tree: try tree(number), onto: try commit(number - 1))))
    }

    func commit(_ number: Int) throws -> ObjectID { try Self.object(number) }
    func tree(_ number: Int) throws -> ObjectID { try Self.object(50 + number) }

    /// What `cco queue` shows of it.
    func entry(isLive: Bool = true) -> QueueReport.Entry {
        QueueReport.Entry(RunStatus(run: run, at: isLive ? Self.later : run.clock.lastEventAt), isLive: isLive, at: Moment(Self.later))
    }

    static func id(_ number: Int) -> CandidateID { ID("candidate", number) }

    static func object(_ number: Int) throws -> ObjectID {
        let digits = String(number, radix: 16)
        return try #require(ObjectID(String(repeating: "0", count: 40 - digits.count) + digits))
    }
}

extension QueueScene {
    static func waitingForGate() throws -> QueueScene {
        var scene = try QueueScene(branches: 2)
        try scene.merge(2)
        return scene
    }

    static func heldBack() throws -> QueueScene {
        var scene = try QueueScene(branches: 2)
        try scene.merge(1)
        scene.apply(.candidateEntered(id(2), .merging))
        scene.apply(.candidateHeldBack(id(2)))
        try scene.gate(1)
        return scene
    }

    /// Two tasks, of which the first was asked to mend the base.
    static func redBase() throws -> QueueScene {
        var scene = try QueueScene(branches: nil)
        for (number, title) in [(1, "Add a"), (2, "Add b")] {
            let task = ID<TeamTask>("task", number)
            scene.apply(
                .taskAdded(
                    TeamTask(
                        id: task, team: ID("team-1"), title: title, description: "d", acceptance: "a", paths: ["a"], dependsOn: [],
                        createdAt: begin)))
            scene.apply(.taskApproved(task))
            try scene.queue(.task(task), number)
        }
        scene.apply(.effectIntended(ID("effect-1"), .baseline(commit: try object(0), tree: try object(100), command: "true")))
        scene.apply(.effectDone(ID("effect-1")))
        scene.apply(.baselineKnown(red))
        scene.apply(.candidateReturned(id(1), .red))
        return scene
    }

    static func paused() throws -> QueueScene {
        var scene = try QueueScene(branches: 2)
        try scene.merge(2)
        try scene.gate(2)
        scene.apply(.suspended("cco pause, by ann"))
        return scene
    }

    /// One of three breaks the gate, which runs on the first now.
    static func searched() throws -> QueueScene {
        var scene = try QueueScene(branches: 3)
        try scene.merge(3)
        try scene.gate(3)
        try scene.fail(3)
        try scene.gate(1)
        return scene
    }

    /// Origin could not be reached.
    static func delayed() throws -> QueueScene {
        var scene = try QueueScene(branches: 1)
        let (commit, onto) = (try scene.commit(1), try scene.commit(0))
        scene.apply(.candidateEntered(id(1), .publishing(commit: commit, tree: try scene.tree(1), onto: onto)))
        scene.apply(.effectIntended(ID("effect-1"), .publish(id(1), commit: commit, onto: onto)))
        scene.apply(
            .effectDelayed(
                ID("effect-1"), until: later.advanced(byMilliseconds: 4_000), reason: "origin cannot be reached: no route"))
        return scene
    }

    /// Branches 1 and 2 break the gate together: the first has landed, or is about to, and the second was sent back.
    static func pair(hasLanded: Bool = true) throws -> QueueScene {
        var scene = try QueueScene(branches: 2)
        try scene.merge(2)
        scene.apply(.treeVerified(tree: try scene.tree(1), command: "true", milliseconds: 1_000))
        if hasLanded { scene.apply(.candidatePublished(id(1), commit: try scene.commit(1), tree: try scene.tree(1))) }
        var excerpt = red
        excerpt.failure = "error: 1 with 2\u{1B}[0m"
        scene.apply(.gateRed(id(2), excerpt))
        scene.apply(.candidateReturned(id(2), .red))
        scene.apply(.branchReturned(id(2), .red, "exit code 1; log: /srv/gate.log"))
        return scene
    }

    /// The first has landed, the second was sent back.
    static func over() throws -> QueueScene {
        var scene = try QueueScene(branches: 2)
        try scene.merge(1)
        scene.apply(.candidatePublished(id(1), commit: try scene.commit(1), tree: try scene.tree(1)))
        scene.apply(.candidateReturned(id(2), .red))
        scene.apply(.branchReturned(id(2), .red, "exit code 1; log: /srv/gate.log"))
        scene.apply(.ended(.merged))
        return scene
    }
}
