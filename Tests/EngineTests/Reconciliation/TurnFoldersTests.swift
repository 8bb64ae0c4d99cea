import Foundation
import Orchestration
import Testing

@testable import Engine

@Suite("Reconciliation: folders of turns and gates")
struct TurnFoldersTests {
    @Test("folders of what is over go, those of what is pending stay")
    func folders() throws {
        let folder = try TemporaryFolder()
        let run = Workspace(path: folder.path).folder(of: ID("run-1"))
        var state = Decider.begin(id: ID("run-1"), settings: EngineFixture.settings, seed: 7, at: ManualClock.begin).run
        state.apply(.effectIntended(EngineFixture.prepare, .prepareBase), at: ManualClock.begin)
        for name in ["turns/turn-1", "gates/effect-1", "gates/effect-0"] { try PrivateFiles.makeFolder("\(run.path)/\(name)") }
        let duty = TurnFolders(folder: run, run: state)
        #expect(
            try duty.reconcile() == ["removed turn-1, which nobody awaits any more", "removed effect-0, which nobody awaits any more"])
        #expect(PrivateFiles.exists(run.path + "/gates/effect-1"))
        #expect(try duty.reconcile().isEmpty)
    }
}
