import Foundation
import Glibc
import Processes
import Testing

@testable import TestSupport

@Suite(
    "Writes that fail", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"),
    .enabled(if: FaultyCalls.isAvailable, "needs clang, which comes with Swift"), .timeLimit(.minutes(10)))
struct WriteFaultTests {
    @Test(
        "a sync of a file that fails once is tried again; when the journal's fail cco stops with a clear error, and the next start completes the run",
        arguments: FaultyCalls.Failure.allCases)
    func fails(_ failure: FaultyCalls.Failure) async throws {
        let calls = Strike(CompanyScript(UndisturbedRun.plan)) { $0.isWorkers }
        try await CompanyFixture.with(UndisturbedRun.plan, script: calls) { fixture in
            let faulty = try await FaultyCalls(in: fixture)
            let (pids, pid) = AsyncStream<Int32>.makeStream(bufferingPolicy: .bufferingOldest(1))
            calls.does {
                for await pid in pids {
                    try faulty.begin(failure, in: pid)
                    return
                }
            }
            let run = try await fixture.begin(["start"], through: faulty.prefix)
            pid.yield(try #require(try run.process.child()).pid)
            let ended = try await run.ended()
            #expect(faulty.hasStruck, "nothing was made to fail")
            #expect((ended.exit == .exited(0)) == (failure == .fileSync), "\(String(describing: ended.exit)): \(ended.output)")
            if ended.exit != .exited(0) {
                #expect(
                    failure.words.contains { ended.output.contains($0) },
                    "\(String(describing: ended.exit)) without a clear error: \(ended.output)")
                // It was told to fail until it ends; the next one is another process.
                let again = try await fixture.cco(["start"])
                #expect(again.exit == .exited(0), "\(again.outputText)\(again.errorText)")
            }
            try await fixture.expectUndisturbed(moreTurns: 4)
        }
    }
}
