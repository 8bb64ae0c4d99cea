import Testing

@testable import Agents

@Suite("The CLI's version")
struct CLIVersionTests {
    @Test("the probe's output is read")
    func probe() {
        #expect(CLIVersion(probe: "2.1.330 (Claude Code)\n") == CLIVersion(2, 1, 330))
        #expect(CLIVersion(probe: "2.2.0-beta.1 (Claude Code)") == CLIVersion(2, 2, 0))
    }

    @Test("anything else is no version", arguments: ["", "claude", "2.1", "2.1.x (Claude Code)", "2.-1.3", "a.b.c", "2..3"])
    func noVersion(text: String) {
        #expect(CLIVersion(probe: text) == nil)
    }

    @Test("versions are compared by number, not by letters")
    func order() {
        #expect(CLIVersion(2, 1, 99) < CLIVersion(2, 1, 330))
        #expect(CLIVersion(2, 1, 999) < CLIVersion(2, 2, 0))
        #expect(CLIVersion(2, 1, 330) >= CLIVersion.oldestSupported)
    }
}
