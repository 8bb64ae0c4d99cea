import Simulation
import Testing

@testable import Orchestration

@Suite("Branches that people bring onto a target that fails the gate by itself")
struct RedTargetTests {
    /// Branches by name: what is called `cure` mends the target, `bad` breaks it otherwise, and all others are good.
    struct Case: Sendable, CustomTestStringConvertible {
        let names: [String]
        /// Gate runs on branches, with one slot and with three.
        let gates: (one: Int, three: Int)

        init(_ names: String, gates: (one: Int, three: Int)) {
            self.names = names.split(separator: " ").map(String.init)
            self.gates = gates
        }

        var testDescription: String { names.joined(separator: " ") }

        func numbers(of name: String) -> [Int] { names.indices.filter { names[$0] == name } }

        func queue(slots: Int) throws -> BranchQueue {
            let (cures, bad) = (Set(numbers(of: "cure")), Set(numbers(of: "bad")))
            return try BranchQueue(names.count, slots: slots, isBaseRed: true) { $0.isDisjoint(with: cures) || !$0.isDisjoint(with: bad) }
        }
    }

    private static let cases = [
        Case("a1 cure", gates: (1, 1)),
        Case("a1 cure bad", gates: (7, 7)),
        Case("bad a1 cure", gates: (9, 9)),
        Case("a1 bad cure", gates: (8, 8)),
        Case("a1 a2 cure bad a3", gates: (11, 11)),
        Case("cure a1 bad a2", gates: (5, 6)),
        Case("bad cure bad a1 a2 a3 a4 bad", gates: (19, 17)),
    ]

    @Test("all that can land lands, wherever the cure stands; what is bad on the mended target is told its own failure", arguments: cases)
    func cured(example: Case) throws {
        let bad = example.numbers(of: "bad")
        for (slots, gates) in [(1, example.gates.one), (3, example.gates.three)] {
            let queue = try example.queue(slots: slots)
            try queue.playOut()
            #expect(queue.returned.sorted() == bad)
            #expect(queue.landings.joined().sorted() == example.names.indices.filter { !bad.contains($0) })
            for number in bad {
                guard case .returned(.red, let why) = queue.scenario.run.branches[number].outcome else {
                    Issue.record("\(number) is \(queue.scenario.run.branches[number].outcome)")
                    continue
                }
                #expect(!why.contains("by itself"), "\(why)")
            }
            #expect(queue.gates == gates, "\(queue.gates) gates with \(slots) slots")
            expectCounted(queue)
        }
    }

    @Test("whatever mends or breaks the target, what can land lands, and only that", arguments: 0..<81)
    func exhaustive(code: Int) throws {
        let kinds = [1, 3, 9, 27].map { ["good", "bad", "cure"][code / $0 % 3] }
        let example = Case(kinds.joined(separator: " "), gates: (0, 0))
        let (cures, bad) = (example.numbers(of: "cure"), example.numbers(of: "bad"))
        let queue = try example.queue(slots: 1 + code % 2 * 2)
        try queue.playOut()
        #expect(queue.landings.joined().sorted() == (0..<4).filter { !cures.isEmpty && !bad.contains($0) })
        #expect(queue.gates <= 16, "\(queue.gates) gates")
    }

    @Test(
        "without a cure all go back, after the search and one gate run for each but the first",
        arguments: [(1, 2), (2, 4), (3, 5), (8, 12), (20, 25)])
    func uncured(count: Int, gates: Int) throws {
        for slots in [1, 3] {
            let queue = try BranchQueue(count, slots: slots, isBaseRed: true) { _ in true }
            try queue.playOut()
            #expect(queue.returned == Array(0..<count) && queue.landings.isEmpty)
            for branch in queue.scenario.run.branches {
                #expect(branch.outcome == .returned(.red, "main fails it by itself (exit code 1; log: gate.log)"))
            }
            if slots == 1 { #expect(queue.gates == gates, "\(queue.gates) gates for \(count)") }
            expectCounted(queue)
        }
    }

    @Test("more than one batch holds are tried alone as well, and land with the cure")
    func many() throws {
        let queue = try BranchQueue(60, isBaseRed: true) { !$0.contains(40) }
        try queue.playOut()
        #expect(queue.returned.isEmpty && queue.landings.joined().sorted() == Array(0..<60))
        #expect(queue.gates <= 6 + 40 + 2, "\(queue.gates) gates")
    }

    @Test("a branch that comes while the cure is looked for is tried, too")
    func late() throws {
        let queue = try BranchQueue(4, isBaseRed: true) { !$0.contains(4) }
        while queue.gates < 5 { try queue.step() }
        try queue.add(4..<5)
        try queue.playOut()
        #expect(queue.returned.isEmpty && queue.landings.joined().sorted() == Array(0..<5))
    }

    @Test("a branch that conflicts with the target goes back as that, and the others are decided")
    func conflict() throws {
        for number in 1...2 {
            let queue = try BranchQueue(3, isBaseRed: true) { _ in true }
            queue.scenario.hooks.merge = { candidate, run in
                guard candidate.number == number, let onto = run.tip(of: .base) else { return nil }
                guard onto == run.base?.head else { return .heldBack(onto: onto) }
                return .conflict(onto: onto, files: [ConflictExcerpt(path: "a", kind: "content", hunks: "")])
            }
            try queue.playOut()
            #expect(queue.returned.sorted() == [0, 1, 2] && queue.scenario.run.merges.conflicts == 1)
        }
    }

    @Test("what was found on a target that somebody moves counts for nothing on the new one")
    func moved() throws {
        let queue = try BranchQueue(3, isBaseRed: true) { _ in true }
        while queue.gates < 4 { try queue.step() }
        queue.scenario.world.pushFromOutside()
        try queue.scenario.feed(.baseObserved(queue.scenario.world.facts))
        #expect(queue.scenario.run.queue.allSatisfy { !queue.scenario.run.isUseless($0) })
        try queue.playOut()
        #expect(queue.returned == [0, 1, 2])
    }

    @Test("whoever waits is told what is looked for")
    func words() throws {
        let queue = try BranchQueue(3, isBaseRed: true) { _ in true }
        var told: Set<String> = []
        while queue.returned.isEmpty {
            try queue.step()
            for status in RunStatus.queues(of: queue.scenario.run, at: queue.scenario.now) { told.formUnion(status.candidates.map(\.why)) }
        }
        #expect(told.contains("main itself fails the gate; each branch is tried alone, since one may mend it"), "\(told.sorted())")
        #expect(told.contains("main itself fails the gate, with this alone as well; waits for a branch that mends it"), "\(told.sorted())")
    }

    /// Every run of the gate that came to its end is counted once, those on the target among them.
    private func expectCounted(_ queue: BranchQueue) {
        let asked = queue.scenario.journal.count { if case .effectIntended(_, .baseline) = $0.event { true } else { false } }
        #expect(queue.scenario.run.merges.gateRuns == queue.gates + asked)
    }
}
