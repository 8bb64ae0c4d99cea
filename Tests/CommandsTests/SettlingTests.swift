import ControlAPI
import Engine
import FoundationEssentials
import Orchestration
import TestSupport
import Testing

@testable import Commands

/// What is waited for happens only after a look has found the workspace held: without the wait, that look is the last.
@Suite("A look at a run that begins or ends", .timeLimit(.minutes(5))) struct SettlingTests {
    @Test("who has the workspace and serves nobody is waited for until its end")
    func ending() async throws {
        let fixture = try await RunFixture()
        let holder = try await held(fixture)
        let finder = RunFinder(place: fixture.where_)
        let looks = Recorder<Void>()
        let run = try await finder.settled {
            looks.add(())
            do {
                return try await finder.locked { $0?.id }
            } catch {
                holder.say("end")
                throw error
            }
        }
        #expect(run == fixture.folder.id)
        #expect(looks.values.count > 1)
    }

    @Test("an engine that begins is asked as soon as its socket is there")
    func beginning() async throws {
        let fixture = try await RunFixture()
        let holder = try await held(fixture)
        let finder = RunFinder(place: fixture.where_)
        let run = try #require(try RunHost.read(fixture.folder))
        let begin = OneWayGate()
        let asked = OneWayGate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await begin.wait()
                try await EngineStandIn.serving(fixture, run) { _ in await asked.wait() }
            }
            group.addTask {
                let status = try await finder.settled {
                    if let status = try await finder.live() { return status }
                    await begin.open()
                    return try await finder.locked { _ in throw Failure("the holder has ended", .unexpected) }
                }
                #expect(status.run == fixture.folder.id.name)
                await asked.open()
            }
            try await group.waitForAll()
        }
        withExtendedLifetime(holder) {}
    }

    @Test("an answer that breaks off is asked for again, a few times")
    func broken() async throws {
        let fixture = try await RunFixture()
        let finder = RunFinder(place: fixture.where_)
        let looks = Recorder<Void>()
        let answer = try await finder.settled {
            looks.add(())
            if looks.values.count < 3 { throw ControlClientError.broken("socket", "closed") }
            return "answer"
        }
        #expect(answer == "answer")
        await #expect(throws: ControlClientError.broken("socket", "closed")) {
            try await finder.settled {
                looks.add(())
                throw ControlClientError.broken("socket", "closed")
            }
        }
        #expect(looks.values.count == 6)
    }

    /// Another process that has the workspace as an engine has it, until something is said to it.
    private func held(_ fixture: RunFixture) async throws -> StrayProcess {
        let ready = fixture.place.path + "/ready"
        let script = """
            exec 9>'\(fixture.folder.workspace.lockPath)'; flock 9 || exit 1
            echo "$$ $(cut -d ' ' -f 22 /proc/$$/stat)" >&9; echo held >'\(ready)'; read line
            """
        let holder = try StrayProcess(["/bin/sh", "-c", script], variable: "CCO_TEST=holder")
        let changes = try FileChanges(ready)
        for await _ in changes.stream where FileManager.default.contents(atPath: ready) == Data("held\n".utf8) { break }
        return holder
    }
}
