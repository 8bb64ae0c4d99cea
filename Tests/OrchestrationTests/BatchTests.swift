import Foundation
import Simulation
import Testing

@testable import Orchestration

@Suite("Verifying many changes together")
struct BatchTests {
    @Test("changes that are all good land after one gate; those that come meanwhile after a second, and never disturb the first")
    func twoGates() throws {
        let queue = try BranchQueue(1) { _ in false }
        try queue.untilGate()
        let running = queue.scenario.run.effects.keys.sorted()
        try queue.add(1..<100)
        #expect(Set(running).isSubset(of: queue.scenario.run.effects.keys))
        try queue.playOut()
        #expect(queue.gates == 2)
        #expect(queue.landings == [[0], Array(1..<100)] && queue.returned.isEmpty)
    }

    @Test("the second batch takes all there are, also while the first one is still being pushed")
    func slowPush() throws {
        let queue = try BranchQueue(100, gateMilliseconds: 1_000) { _ in false }
        queue.scenario.hooks.duration = { effect, _ in
            switch effect {
            case .publish: 60_000
            case .gate: 1_000
            default: 1
            }
        }
        try queue.playOut()
        #expect(queue.gates == 2 && queue.landings == [Array(0..<20), Array(20..<100)], "\(queue.gates)")
    }

    @Test("changes that come as fast as they are merged do not keep the gate from starting")
    func stream() throws {
        let queue = try BranchQueue(1, gateMilliseconds: 100) { _ in false }
        queue.scenario.hooks.duration = { effect, _ in
            switch effect {
            case .merge: 300
            case .gate: 100
            default: 1
            }
        }
        while queue.scenario.run.startedFrom == nil { try queue.step() }
        var next = 1
        while queue.gates == 0, next < 60 {
            // Whenever one is taken for a merge the next one is there.
            while queue.scenario.run.queue.count(where: { $0.state == .waiting }) < 2 {
                try queue.add(next..<next + 1)
                next += 1
            }
            try queue.step()
        }
        #expect(queue.gates == 1 && next < 10, "\(next) changes have come before the first gate")
        try queue.playOut()
        #expect(queue.returned.isEmpty)
        #expect(queue.landings.joined().sorted() == Array(0..<next))
    }

    @Test("of a batch with a bad change everything before it lands at once, it goes back, and the rest lands without it")
    func culprit() throws {
        let queue = try BranchQueue(8) { $0.contains(5) }
        try queue.playOut()
        #expect(queue.returned == [5])
        #expect(queue.landings.first == [0, 1, 2, 3] && queue.landings.joined().sorted() == [0, 1, 2, 3, 4, 6, 7])
        // The whole, three to find it, one to be sure, one for the rest.
        #expect(queue.gates == 6)
        #expect(queue.scenario.run.merges.redGates == 1)
    }

    /// What a view has been told of a batch so far, each state once.
    private func told(_ queue: BranchQueue) throws -> [RunStatus.QueueStatus] {
        var told: [RunStatus.QueueStatus] = []
        while queue.scenario.run.phase != .ended(.merged) {
            try queue.step()
            for queue in RunStatus.queues(of: queue.scenario.run, at: queue.scenario.now) where queue.batch != nil {
                if told.last?.batch != queue.batch { told.append(queue) }
            }
        }
        return told
    }

    @Test("views are told of a batch as it is verified and searched: which prefixes are tested, what is good, where the culprit can be")
    func search() throws {
        let told = try told(BranchQueue(8) { $0.contains(5) })
        let batches = told.compactMap(\.batch)
        let all = (1...8).map { "candidate-\($0)" }
        let whole = try #require(batches.first { $0.candidates == all && $0.gates.map(\.through) == [8] })
        #expect(whole.search == "verifying" && whole.green == 0 && whole.red == nil && whole.gates[0].candidate == "candidate-8")
        #expect(whole.gates[0].run?.hasPrefix("effect-") == true && !whole.gates[0].isRerun)
        #expect(whole.words == "8 are verified together; a gate runs on the first 8")
        let halved = try #require(batches.first { $0.search == "searching" && $0.red == 8 && !$0.gates.isEmpty })
        #expect(halved.green == 0 && halved.gates.map(\.through) == [4])
        #expect(halved.words == "one of 8, the 1st to the 8th, breaks the gate and is being found; a gate runs on the first 4")
        // The first four are published as soon as they are known to be good, and the search goes on in the rest.
        let found = try #require(told.first { $0.batch?.search == "found" && $0.batch?.gates.first?.isRerun == true })
        #expect(found.batch?.words.hasSuffix("breaks the gate; its gate runs once more to be sure") == true, "\(found.batch?.words ?? "")")
        #expect(found.candidates.first { $0.verdict == "red" }?.what.contains("branch-5") == true)
        #expect(found.candidates.filter { $0.verdict == "behind" }.allSatisfy { ($0.place ?? 0) > (found.batch?.red ?? .max) })
        for queue in told {
            for candidate in queue.candidates {
                // A candidate's place is where the batch has it, and the gate that it names is one that runs.
                let index = queue.batch?.candidates.firstIndex(of: candidate.id)
                #expect(candidate.place == index.map { $0 + 1 })
                let gates = queue.batch?.gates ?? []
                guard let run = candidate.gateRun, let place = candidate.place else { continue }
                let covering = gates.first { $0.through >= place } ?? gates.last
                #expect(covering?.run == run, "\(candidate.id) names \(run)")
            }
        }
    }

    @Test("why a candidate does not merge names the search it is in, and what it is verified together with")
    func sentences() throws {
        let told = try told(BranchQueue(8) { $0.contains(5) })
        let together = try #require(told.first { $0.batch?.gates.map(\.through) == [8] })
        #expect(together.candidates[0].why == "verified together with what is behind it, up to branch-7")
        #expect(together.candidates[7].why == "its gate runs")
        let searching = try #require(told.first { $0.batch?.red == 8 && $0.batch?.gates.map(\.through) == [4] })
        #expect(searching.candidates[0].why == "one of 8 breaks the gate; which one is being found")
        #expect(searching.candidates.prefix(8).allSatisfy { $0.verdict == "suspect" })
        let behind = try #require(told.first { ($0.batch?.red ?? .max) < $0.batch?.candidates.count ?? 0 })
        #expect(behind.candidates.last?.verdict == "behind" && behind.candidates.last?.why == "merged in memory; waits for a gate slot")
    }

    @Test("a change that is verified alone is told of without the words for many")
    func alone() throws {
        let words = try told(BranchQueue(1) { _ in true }).compactMap(\.batch?.words)
        #expect(words.contains("its gate runs") && words.contains("its gate was red and runs once more"), "\(words)")
        #expect(words.allSatisfy { !$0.contains("1st") && !$0.contains("first") }, "\(words)")
        #expect(try told(BranchQueue(1) { _ in false }).contains { $0.batch?.words == "is being published" })
    }

    @Test("several gates search with several prefixes, and each candidate is under the shortest that holds it")
    func prefixes() throws {
        let told = try told(BranchQueue(16, slots: 3) { $0.contains(11) })
        let search = try #require(told.first { $0.batch?.search == "searching" && ($0.batch?.gates.count ?? 0) == 3 })
        let gates = try #require(search.batch?.gates)
        #expect(gates.map(\.through) == gates.map(\.through).sorted() && Set(gates.compactMap(\.run)).count == 3)
        #expect(search.candidates.first?.gateRun == gates[0].run)
        #expect(search.candidates[gates[0].through].gateRun == gates[1].run)
        #expect(search.batch?.words.contains("a gate runs on the first \(gates[0].through), the first \(gates[1].through) and") == true)
    }

    @Test("once a shorter prefix is red, the next gates split what is left evenly: those that were ended take no place among them")
    func splitAgain() throws {
        let queue = try BranchQueue(20, slots: 2) { $0.contains(0) }
        try queue.scenario.play { MergeChain(of: .base, in: $0).search.red ?? 20 < 20 }
        let chain = MergeChain(of: .base, in: queue.scenario.run)
        #expect(chain.search.red == 5 && queue.scenario.journal.contains { if case .effectDropped = $0.event { true } else { false } })
        let gated = chain.links.indices.filter { chain.links[$0].isGating }.map { $0 + 1 }
        #expect(gated == [2, 3])
        #expect(gated == chain.search.probes(places: 2, failureRate: queue.scenario.run.merges.failureRate.estimate))
        try queue.playOut()
        #expect(queue.returned == [0])
    }

    @Test("of two changes that break only together the later one goes back", arguments: [1, 2, 4])
    func pair(slots: Int) throws {
        let queue = try BranchQueue(12, slots: slots) { $0.isSuperset(of: [2, 9]) }
        try queue.playOut()
        #expect(queue.returned == [9])
        #expect(queue.landings.joined().sorted() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11])
        let red = try #require(queue.scenario.run.branches[9].red)
        #expect(red.with.sorted() == (0..<9).map { "branch-\($0)" } && red.others == 0, "\(red.with)")
        #expect(red.passesWithout && !red.isTargetRed && red.onto != queue.scenario.run.startedFrom && red.logPath == "gate.log")
    }

    @Test("a change that is known to break the gate does not land before one that mends it", arguments: [2, 3])
    func mended(slots: Int) throws {
        // With three slots the prefixes of two, four and six are tested: the second is red, the third is green.
        let queue = try BranchQueue(8, slots: slots) { ($0.contains(2) && !$0.contains(5)) || $0.contains(7) }
        try queue.playOut()
        #expect(queue.returned.sorted() == [2, 7] || queue.returned == [7], "\(queue.returned)")
        for (place, landing) in queue.landings.enumerated() {
            let held = Set(queue.landings[...place].joined())
            #expect(!held.contains(2) || held.contains(5), "\(landing) was published with a red head")
        }
        if slots == 3 { #expect(queue.returned.sorted() == [2, 7]) }
    }

    @Test("more gate slots search with more arms at once")
    func arms() throws {
        func milliseconds(_ slots: Int) throws -> Int64 {
            let queue = try BranchQueue(64, slots: slots) { $0.contains(37) }
            try queue.playOut()
            #expect(queue.returned == [37])
            return queue.scenario.now.milliseconds(since: .begin)
        }
        let one = try milliseconds(1)
        let three = try milliseconds(3)
        #expect(three < one, "\(three) ms and \(one) ms of virtual time")
    }

    @Test("a gate that is red without reason sends nobody back: it is run once more where only one change is left")
    func flake() throws {
        var isFirst = true
        let queue = try BranchQueue(4) { held in
            defer { if held.count == 4 { isFirst = false } }
            return held.count == 4 && isFirst
        }
        try queue.playOut()
        #expect(queue.returned.isEmpty && queue.landings.joined().sorted() == [0, 1, 2, 3])
        #expect(queue.scenario.run.merges.flakes == 1)
    }

    @Test("every good change lands and every bad one goes back, whatever is bad", arguments: 0..<128)
    func exhaustive(bad: Int) throws {
        let isBad = { (number: Int) in bad & (1 << number) != 0 }
        let queue = try BranchQueue(7, slots: 1 + bad % 3) { $0.contains(where: isBad) }
        try queue.playOut()
        #expect(queue.returned.sorted() == (0..<7).filter(isBad))
        #expect(queue.landings.joined().sorted() == (0..<7).filter { !isBad($0) })
    }

    /// The oldest change is in every prefix that is tested, and each search ends after as many tests as its batch is long, so what stands at a
    /// place in the queue is decided after a number of gates that follows from the place.
    @Test("nothing waits for ever: whoever comes later, the oldest change is decided within its batch's search and a confirming run")
    func bound() throws {
        let queue = try BranchQueue(4) { $0.contains { $0 % 3 == 0 } }
        var next = 4
        var waits: [Int: Int] = [:]
        while next < 400 {
            try queue.untilGate()
            let before = queue.gates
            let oldest = try #require(queue.numbers.min())
            try queue.add(next..<next + 4)
            next += 4
            while queue.numbers.contains(oldest), queue.gates < before + 20 { try queue.step() }
            waits[oldest] = queue.gates - before
            #expect(!queue.numbers.contains(oldest), "\(oldest) still waits after \(queue.gates - before) gates")
        }
        #expect(try #require(waits.values.max()) <= 9)
    }

    @Test("what does not fit the others that are being verified waits for them, and is nobody's conflict before it is one with the target")
    func heldBack() throws {
        let queue = try BranchQueue(3) { _ in false }
        queue.scenario.hooks.merge = { candidate, run in
            guard candidate.number == 1, let onto = run.tip(of: .base) else { return nil }
            guard onto == run.base?.head else { return .heldBack(onto: onto) }
            return .conflict(onto: onto, files: [ConflictExcerpt(path: "a", kind: "content", hunks: "")])
        }
        try queue.playOut()
        #expect(queue.landings == [[0, 2]] && queue.returned == [1])
        #expect(queue.scenario.run.merges.conflicts == 1)
    }

    @Test("what was held back is tried on the target itself although others come all the time")
    func heldBackInAStream() throws {
        let queue = try BranchQueue(2) { _ in false }
        queue.scenario.hooks.merge = { candidate, run in
            guard candidate.number == 1, let onto = run.tip(of: .base) else { return nil }
            guard onto == run.base?.head else { return .heldBack(onto: onto) }
            return .conflict(onto: onto, files: [ConflictExcerpt(path: "a", kind: "content", hunks: "")])
        }
        while queue.scenario.run.startedFrom == nil { try queue.step() }
        var next = 2
        while queue.returned.isEmpty, queue.gates < 12 {
            while queue.scenario.run.queue.count(where: { $0.state == .waiting }) < 3 {
                try queue.add(next..<next + 1)
                next += 1
            }
            try queue.step()
        }
        #expect(queue.returned == [1] && queue.gates <= 3, "after \(queue.gates) gates")
        try queue.playOut()
        #expect(queue.landings.joined().sorted() == [0] + Array(2..<next))
    }

    @Test("a branch whose gate never comes to an end goes back to who brought it, and the others land")
    func lostGate() throws {
        let queue = try BranchQueue(3) { _ in false }
        queue.scenario.hooks.effect = { effect, run in
            guard case .gate(let id, _, _, _, _) = effect, run.queue.first(where: { $0.id == id })?.number == 2 else { return nil }
            return .failed("its gate was ended from outside", final: false)
        }
        try queue.playOut()
        #expect(queue.returned == [2] && queue.landings == [[0, 1]])
        #expect(queue.scenario.run.branches.last?.outcome == .returned(.objection, "its gate was ended from outside"))
        #expect(queue.scenario.run.suspension == nil)
    }

    @Test("when somebody else moves the branch, what was verified on the old one is merged and verified again")
    func moved() throws {
        let queue = try BranchQueue(3) { _ in false }
        try queue.untilGate()
        queue.scenario.world.pushFromOutside()
        try queue.playOut()
        #expect(queue.landings.joined().sorted() == [0, 1, 2] && queue.gates == 2)
        #expect(queue.scenario.world.holds(queue.scenario.run.base?.head).count == 4)
    }

    @Test("a changed command forgets what the old one has said, also that it was red")
    func otherCommand() throws {
        var commands: [String] = []
        let queue = try BranchQueue(3) { _ in commands.last == "make check" }
        queue.scenario.hooks.effect = { effect, _ in
            if case .gate(_, _, _, let command, _) = effect { commands.append(command) }
            return nil
        }
        try queue.scenario.play { $0.queue.contains { $0.redExcerpt != nil } }
        try queue.scenario.feed(.suspend("cco pause"))
        while try queue.scenario.step() {}
        try queue.scenario.crash(settings: queue.scenario.run.settings.with { $0.verifyCommand = "make test" })
        try queue.playOut()
        #expect(queue.returned.isEmpty && queue.landings.joined().sorted() == [0, 1, 2])
    }

    @Test("a gate whose verdict nobody needs any more is ended, and its slot is free for others")
    func dropped() throws {
        let queue = try BranchQueue(16, slots: 3) { $0.contains(1) }
        try queue.playOut()
        #expect(queue.returned == [1])
        #expect(queue.scenario.journal.contains { if case .effectDropped = $0.event { true } else { false } })
    }

    /// Of the serial queue 0.95 a gate, of the entropy bound 3.32.
    @Test("with one bad change in twenty a gate lands three changes", arguments: [3, 4, 5] as [UInt64])
    func throughput(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let bad = Set((0..<300).filter { _ in random.happens(0.05) })
        let queue = try BranchQueue(300) { !$0.isDisjoint(with: bad) }
        try queue.playOut()
        #expect(Set(queue.returned) == bad && queue.landings.joined().count == 300 - bad.count)
        let confirming = bad.count
        let expected = Double(bad.count) / 300
        let bits = -(expected * log2(expected) + (1 - expected) * log2(1 - expected))
        let limit = (1 - expected) / bits
        let reached = Double(300 - bad.count) / Double(queue.gates - confirming)
        #expect(reached >= 0.9 * limit, "\(reached) a gate, the limit is \(limit)")
    }
}
