import Simulation

@testable import Orchestration

/// Branches that are merged by the real decisions in a world where each does what the test says, counted in gate runs.
final class BranchQueue {
    let scenario: Scenario
    /// What the gate says of a set of branches.
    private let isRed: (Set<Int>) -> Bool
    private let gateMilliseconds: Int64
    private let isBaseRed: Bool
    private(set) var gates = 0
    /// Numbers of the branches that were sent back, in that order.
    private(set) var returned: [Int] = []
    /// The branches in each published prefix.
    private(set) var landings: [[Int]] = []
    private var read = 0

    /// - Parameters:
    ///   - count: how many branches there are from the beginning, numbered from 0.
    ///   - isRed: whether the gate fails on a tree that holds these branches.
    ///   - isBaseRed: whether the gate fails on the base as found.
    ///   - isGated: whether there is a gate.
    init(
        _ count: Int, slots: Int = 1, gateMilliseconds: Int64 = 60_000, isBaseRed: Bool = false, isGated: Bool = true,
        isRed: @escaping (Set<Int>) -> Bool
    ) throws {
        self.isRed = isRed
        self.gateMilliseconds = gateMilliseconds
        self.isBaseRed = isBaseRed
        var world = SimulatedGit()
        let branches = (0..<count).map { BranchOffer(name: "branch-\($0)", head: world.commit(by: "branch-\($0)", on: [world.facts.head])) }
        let settings = RunSettings.sample(workers: 0, minutes: 10_000_000).with {
            $0.gateSlots = slots
            $0.branches = branches
            if !isGated { $0.verifyCommand = nil }
        }
        scenario = try Scenario(settings)
        scenario.world = world
        scenario.checksCoding = count < 20
        scenario.checksFold = count < 100
        scenario.hooks.duration = { effect, _ in if case .gate = effect { gateMilliseconds } else { 1 } }
        scenario.hooks.gate = { [unowned self] candidate, run in verdict(candidate, run) }
        try scenario.start()
    }

    private func verdict(_ candidate: Candidate?, _ run: Run) -> GateResult {
        guard let candidate else { return isBaseRed ? .red(Self.excerpt, milliseconds: 1) : .green(milliseconds: 1) }
        gates += 1
        let links = MergeChain(of: .base, in: run).prefix(through: candidate.id)
        let held = Set(links.compactMap(\.candidate.number)).union(landings.joined())
        guard isRed(held) else { return .green(milliseconds: gateMilliseconds) }
        return .red(Self.excerpt, milliseconds: gateMilliseconds)
    }

    private static let excerpt = GateExcerpt(command: "make check", exitCode: 1, ending: "exit code 1", tail: "", logPath: "gate.log")

    /// Brings more branches.
    func add(_ numbers: some Sequence<Int>) throws {
        let branches = numbers.map { number in
            BranchOffer(
                name: "branch-\(number)",
                head: scenario.world.commit(by: "branch-\(number)", on: [scenario.run.startedFrom]))
        }
        try scenario.feed(.branchesOffered(branches))
        take()
    }

    /// Plays until nothing waits any more.
    func playOut(within limit: Int = 200_000) throws {
        for _ in 0..<limit {
            guard try scenario.step() else { break }
            take()
        }
        guard scenario.run.phase == .ended(.merged) else { throw scenario.failure("not at its end", []) }
        try scenario.finalChecks()
    }

    /// Plays until a gate runs.
    func untilGate() throws {
        try scenario.play { $0.queue.contains { if case .gating = $0.state { true } else { false } } }
        take()
    }

    func step() throws {
        try scenario.step()
        take()
    }

    var numbers: [Int] { scenario.run.queue.compactMap(\.number) }

    private func take() {
        var landing: [Int] = []
        for record in scenario.journal[read...] {
            switch record.event {
            case .candidatePublished(let id, _, _): if let number = names[id] { landing.append(number) }
            case .candidateReturned(let id, _): if let number = names[id] { returned.append(number) }
            case .candidateQueued(let candidate): names[candidate.id] = candidate.number
            default: break
            }
        }
        read = scenario.journal.count
        if !landing.isEmpty { landings.append(landing) }
    }

    private var names: [CandidateID: Int] = [:]
}

extension Candidate {
    var number: Int? {
        guard case .branch(let name) = kind else { return nil }
        return Int(name.split(separator: "-").last ?? "")
    }
}
