import Orchestration
import Testing

@testable import Commands

@Suite("What cco merge says at its end") struct MergeOutcomeTests {
    private func outcome(_ run: Run) -> MergeOutcome { MergeOutcome(run: run, hub: "", logFolder: "/srv/logs", isDryRun: false) }

    @Test("what others have named stays on its line, whatever is in it")
    func oneLine() throws {
        var scene = try QueueScene(branches: 1)
        scene.apply(.candidateReturned(QueueScene.id(1), .conflict))
        scene.apply(.branchReturned(QueueScene.id(1), .conflict, "one\ntwo\u{1B}[2J.txt"))
        #expect(outcome(scene.run).lines(Style(isOn: false)).contains("  branch-1  does not merge: one two.txt"))
    }

    @Test("that nothing verified what has landed is said for people and for programs")
    func ungated() throws {
        var run = try QueueScene.over().run
        let gated = outcome(run)
        #expect(!gated.document.isUngated && gated.document.gate == "true")
        #expect(!gated.lines(Style(isOn: false)).joined().contains("UNGATED"))
        run.verifyCommand = nil
        let ungated = outcome(run)
        #expect(ungated.document.isUngated && ungated.document.gate == nil)
        #expect(ungated.lines(Style(isOn: false)).joined().contains("UNGATED"))
        #expect(try JSONText.of(ungated.document).contains("\"isUngated\""))
    }
}
