import Foundation
import Glibc
import Processes
import Testing

/// `cco verify` as others see it: real git, no agents.
@Suite("Verifying what was published", .serialized)
struct VerifyCommandTests {
    @Test("Ctrl-C ends the gate that runs again, and leaves no process and no copy of anything")
    func interrupted() async throws {
        try await BranchFixture.with { fixture in
            let gate = try await fixture.heldGate()
            let command = "test -f .env && echo > '\(gate.beginning)' && cat '\(gate.release)'"
            try fixture.configure([
                "orchestrator.json":
                    #"{"repositoryUrl":"\#(fixture.origin)","workerCount":1,"verifyCommand":\#(fixture.quoted(command))}"#,
                ".env": "TOKEN=hidden-value\n",
            ])
            let verify = try await fixture.start(["verify", "--rerun", "--config", "config"])
            try await fixture.untilHeld(gate)
            let pid = try #require(try verify.process.child()).pid
            let gates = try ProcessSweep.find(marker: "verify-\(pid)")
            #expect(!gates.isEmpty)
            #expect(try fixture.temporaryFiles().contains { $0.hasPrefix("cco-verify-") })
            try verify.signal(SIGINT)
            let stopped = try await verify.ended()
            #expect(stopped.exit == .exited(13) && stopped.output.contains("stopped by SIGINT (Ctrl-C)"), "\(stopped.output)")
            let left = try ProcessSweep.find(marker: "verify-\(pid)")
            #expect(left.isEmpty)
            #expect(try !fixture.temporaryFiles().contains { $0.hasPrefix("cco-verify-") })
        }
    }
}
