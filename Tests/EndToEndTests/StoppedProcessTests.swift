import Engine
import Foundation
import Glibc
import Processes
import Testing

@testable import TestSupport

@Suite("Processes that are stopped for a while", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct StoppedProcessTests {
    @Test("an agent that is stopped in the middle of its turn holds nobody up, and goes on where it was")
    func agent() async throws {
        let plan = UndisturbedRun.slow(seconds: 4)
        try await CompanyFixture.with(plan) { fixture in
            let run = try await fixture.begin(["start"])
            try await fixture.untilTool("sleep 4", run)
            let agents = try fixture.processes(of: fixture.cli).filter { $0.directory.contains("/worker-1/") }
            #expect(!agents.isEmpty, "the agent is not at work")
            for agent in agents { try agent.identity.signal(SIGSTOP) }
            try await run.expectSays("is on main as")
            for agent in agents { try agent.identity.signal(SIGCONT) }
            let ended = try await run.ended()
            #expect(ended.exit == .exited(0), "\(ended.output)")
            try await fixture.expectUndisturbed()
        }
    }

    @Test("while cco is stopped its agents work on to their ends, and cco then takes what they have done, once")
    func engine() async throws {
        let plan = UndisturbedRun.slow(seconds: 4)
        try await CompanyFixture.with(plan) { fixture in
            let run = try await fixture.begin(["start"])
            try await fixture.untilTool("sleep 4", run)
            try run.signal(SIGSTOP)
            let agents = try fixture.processes(of: fixture.cli)
            #expect(!agents.isEmpty, "no agent was at work")
            for agent in agents { try await fixture.untilResult(of: agent.identity) }
            try run.signal(SIGCONT)
            let ended = try await run.ended()
            #expect(ended.exit == .exited(0), "\(ended.output)")
            try await fixture.expectUndisturbed()
        }
    }
}

/// A living process of a fixture's run.
struct RunProcess: Sendable {
    let identity: ProcessIdentity
    /// Where it works.
    let directory: String
}

extension CompanyFixture {
    /// Suspends until an agent has given its result. It then rests until cco ends its input.
    func untilResult(of agent: ProcessIdentity) async throws {
        if let process = try turn(of: agent) {
            for try await line in process.lines() where String(decoding: line.bytes, as: UTF8.self).contains(#""type":"result""#) { return }
        }
        Issue.record("an agent ended without a result")
    }

    /// The turn whose agent this is; `nil` for any other process, such as one that the agent has forked and that has yet to become another program.
    func turn(of agent: ProcessIdentity) throws -> SupervisedProcess? {
        for run in try Workspace(path: config + "/workspace").runs() {
            for turn in try FileManager.default.contentsOfDirectory(atPath: run.path + "/turns") {
                let process = try SupervisedProcess.attach(directory: "\(run.path)/turns/\(turn)")
                if let process, try process.child() == agent { return process }
            }
        }
        return nil
    }

    /// The processes of the fixture's runs that execute this program.
    func processes(of program: String) throws -> [RunProcess] {
        let program = URL(filePath: program).resolvingSymlinksInPath().path
        return try markers().flatMap { try ProcessSweep.find(marker: $0) }.compactMap { identity in
            // Unreadable: it has just ended.
            guard (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(identity.pid)/exe")) == program,
                let directory = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(identity.pid)/cwd")
            else { return nil }
            return RunProcess(identity: identity, directory: directory)
        }
    }
}
