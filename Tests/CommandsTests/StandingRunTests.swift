import ArgumentParser
import Engine
import FoundationEssentials
import Glibc
import Orchestration
import Processes
import Testing

@testable import Commands

@Suite("A run without an engine") struct StandingRunTests {
    private func run(_ arguments: [String], _ fixture: RunFixture) async throws {
        let command = try Root.parseAsRoot(arguments + ["--config", fixture.place.path + "/config"])
        guard var command = command as? any AsyncParsableCommand else { throw Failure("not asynchronous", .unexpected) }
        try await Surroundings.$current.withValue(fixture.surroundings) { try await command.run() }
    }

    @Test("pause says that a paused run is paused already, and leaves it as it is")
    func alreadyPaused() async throws {
        let fixture = try await RunFixture(events: [.suspended("cco pause")])
        try await run(["pause"], fixture)
        #expect(fixture.console.text.contains("is paused already"))
        #expect(fixture.console.text.contains("no agent process is left"))
        #expect(try RunHost.read(fixture.folder)?.suspension == "cco pause")
    }

    @Test("pause ends the agents that outlived their engine")
    func afterCrash() async throws {
        let fixture = try await RunFixture(events: [])
        let agent = try StrayProcess(
            ["/bin/sh", "-c", "read line"], variable: "\(SupervisedProcess.markerVariable)=\(fixture.folder.marker)/turn-1")
        try await run(["pause"], fixture)
        #expect(agent.ending() == SIGKILL)
        #expect(fixture.console.text.contains("is gone"))
        #expect(fixture.console.text.contains("no agent process is left"))
    }

    @Test("status and report are had from the journal")
    func views() async throws {
        let fixture = try await RunFixture(events: [.suspended("cco pause")])
        try fixture.place.write("config/\(fixture.folder.id)/combined.log", "")
        try await run(["status"], fixture)
        #expect(fixture.console.text.contains("paused (cco pause)"))
        #expect(fixture.console.text.contains("cco resume --config"))
        let json = ScriptedConsole()
        let status = try #require(try Root.parseAsRoot(["status", "--json", "--config", fixture.place.path + "/config"]) as? Status)
        try await Surroundings.$current.withValue(fixture.place.surroundings(json)) { try await status.run() }
        let decoded = try JSONDecoder().decode(RunStatus.self, from: Data(json.text.utf8))
        #expect(decoded.run == fixture.folder.id.name && decoded.suspension == "cco pause")
        try await run(["report"], fixture)
        #expect(fixture.console.text.contains("# Run \(fixture.folder.id)"))
    }

    @Test("a workspace whose holder does not answer is not read")
    func held() async throws {
        let fixture = try await RunFixture()
        let lock = try fixture.folder.workspace.lock()
        for command in ["status", "pause"] {
            await #expect {
                try await run([command], fixture)
            } throws: {
                Failure($0).status == .held && Failure($0).message.contains("process \(getpid())")
            }
        }
        withExtendedLifetime(lock) {}
    }

    @Test("without any run, status says how to start one and pause has nothing to do")
    func nothing() async throws {
        let fixture = try await RunFixture()
        try FileManager.default.removeItem(atPath: fixture.folder.workspace.path)
        await #expect {
            try await run(["status"], fixture)
        } throws: {
            Failure($0).status == .usage && Failure($0).message.contains("cco start --config")
        }
        try await run(["pause"], fixture)
        #expect(fixture.console.text.contains("nothing to pause"))
        #expect(!FolderRemoval.exists(fixture.folder.workspace.path))
    }
}
