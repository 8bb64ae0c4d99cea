import Simulation
import Testing

@testable import Orchestration

@Suite("Flaky gates")
struct FlakeTests {
    private func excerpt(_ failure: String?, tail: String = "tail") -> GateExcerpt {
        GateExcerpt(command: "make check", exitCode: 1, ending: "exit code 1", tail: tail, logPath: "gate.log", failure: failure)
    }

    @Test("the same failure is counted, whatever numbers are in its line; another one is another; what is kept is bounded")
    func book() {
        var book = FlakeBook()
        book.note(excerpt("testTimer failed (0.12 s)"), tree: SimulatedGit.object(1), at: .begin)
        book.note(excerpt("testTimer failed (7.5 s)"), tree: SimulatedGit.object(2), at: .begin.advanced(bySeconds: 1))
        book.note(excerpt(nil), tree: SimulatedGit.object(3), at: .begin.advanced(bySeconds: 2))
        #expect(book.flakes.map(\.times) == [2, 1] && book.flakes.map(\.failure) == ["testTimer failed (0.12 s)", "exit code 1"])
        #expect(book.flakes[0].tree == SimulatedGit.object(2))
        for name in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n"] {
            book.note(
                excerpt("test \(name) failed", tail: String(repeating: "x", count: 100_000)), tree: SimulatedGit.object(4),
                at: .begin.advanced(bySeconds: 3))
        }
        #expect(book.flakes.count == FlakeBook.most && book.flakes.allSatisfy { $0.excerpt.count <= 1200 })
    }

    @Test("a flake is news to the Director until a turn in which it judges has ended, and again when it comes again")
    func told() throws {
        let scenario = try Scenario(.sample(workers: 1))
        var reds = 1
        scenario.hooks.gate = { candidate, _ in
            guard candidate != nil, reds > 0 else { return nil }
            reds -= 1
            return .red(
                GateExcerpt(command: "make check", exitCode: 1, ending: "exit code 1", tail: "t", logPath: "l", failure: "f"),
                milliseconds: 1)
        }
        var rounds = 2
        scenario.hooks.turn = { turn, _ in
            guard turn.brief == .assess, rounds > 0 else { return nil }
            rounds -= 1
            reds = 1
            return .reported(ReportText.assessment(reached: false, [.draft("more-\(rounds)")]), input: 20)
        }
        try scenario.start()
        try scenario.play { $0.turns.values.contains { $0.brief == .assess } }
        #expect(scenario.run.flakes.news.map(\.times) == [1])
        try scenario.play { !$0.turns.values.contains { $0.brief == .assess } }
        #expect(scenario.run.flakes.news.isEmpty && scenario.run.flakes.flakes.count == 1)
        try scenario.play { $0.flakes.flakes.first?.times == 2 }
        #expect(scenario.run.flakes.news.map(\.times) == [2])
        try scenario.playOut()
        #expect(scenario.run.flakes.flakes.map(\.times) == [3])
        let status = RunStatus(run: scenario.run, at: scenario.now)
        #expect(status.gate.flakes?.map(\.times) == [3] && status.gate.flakes?.first?.failure == "f")
    }
}
