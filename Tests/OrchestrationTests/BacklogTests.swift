import Simulation
import Testing

@testable import Orchestration

@Suite("What a batch waits for")
struct BacklogTests {
    @Test("what has gathered over a long time while a gate ran is taken as one batch")
    func backlog() throws {
        let queue = try BranchQueue(1) { _ in false }
        queue.scenario.hooks.duration = { effect, _ in if case .gate = effect { 1_200_000 } else { 1 } }
        try queue.untilGate()
        for number in 1..<8 {
            // More than twice what a gate takes on average, as far as is known.
            queue.scenario.now = queue.scenario.now.advanced(bySeconds: 130)
            try queue.add(number..<number + 1)
        }
        try queue.playOut()
        #expect(queue.landings == [[0], Array(1..<8)] && queue.gates == 2, "\(queue.landings)")
    }

    @Test("without a gate, too, what does not fit the others waits until they have landed, and no longer", arguments: [true, false])
    func heldBackUngated(conflicts: Bool) throws {
        let queue = try BranchQueue(3, isGated: false) { _ in false }
        queue.scenario.hooks.merge = { candidate, run in
            guard candidate.number == 1, let onto = run.tip(of: .base) else { return nil }
            guard onto == run.base?.head else { return .heldBack(onto: onto) }
            guard conflicts else { return .nothingToMerge }
            return .conflict(onto: onto, files: [ConflictExcerpt(path: "a", kind: "content", hunks: "")])
        }
        try queue.playOut()
        #expect(queue.landings == [[0], [2]] && queue.returned == [1], "\(queue.landings)")
        #expect(queue.scenario.run.merges.conflicts == (conflicts ? 1 : 0))
    }
}
