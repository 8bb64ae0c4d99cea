import Engine
import Observability
import Orchestration
import Testing

@testable import Commands

@Suite("What is said when an engine lets go of a run") struct EndingTextTests {
    @Test("of a run that stands still no secret is told, neither by its reason nor by its summary")
    func secrets() throws {
        let folder = try TemporaryPlace()
        var run = Run(id: ID("run-1"), settings: RunFixture.settings("/srv/shop.git"), seed: 1, at: Timestamp(milliseconds: 0))
        run.apply(.suspended("login with s3cret-password failed"), at: Timestamp(milliseconds: 1))
        let text = EndingText(
            ending: RunEnding(run: run, journalFault: nil, logFolder: folder.path),
            place: Place(config: nil, workspace: nil, surroundings: folder.surroundings()), console: ScriptedConsole().console,
            redactor: Redactor(secrets: [Secret(name: "PASSWORD", value: "s3cret-password")])
        ).text
        #expect(text.contains("stands still (login with") && text.contains("run-1"))
        #expect(!text.contains("s3cret-password"), "\(text)")
    }
}
