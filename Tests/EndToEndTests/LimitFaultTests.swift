import Glibc
import Processes
import Testing

@testable import TestSupport

@Suite("Low limits of the shell", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct LimitFaultTests {
    @Test("with too few open files cco says how many it needs and begins nothing; with just enough, or a low soft limit, it works")
    func openFiles() async throws {
        try await CompanyFixture.with(UndisturbedRun.plan) { fixture in
            let refused = try await fixture.start(under: "ulimit -n 95")
            #expect(refused.exit == .exited(69), "\(refused.outputText)\(refused.errorText)")
            #expect(refused.errorText.contains("only 95 files may be open at once, and 2 workers need 96"), "\(refused.errorText)")
            #expect(try fixture.markers().isEmpty, "a run has begun")
        }
        for enough in ["ulimit -n 96", "ulimit -Sn 24"] {
            try await CompanyFixture.with(UndisturbedRun.plan) { fixture in
                let limited = try await fixture.start(under: enough)
                #expect(limited.exit == .exited(0), "\(enough): \(limited.outputText)\(limited.errorText)")
                try await fixture.expectUndisturbed()
            }
        }
    }

    @Test("a journal that reaches the limit for the size of files stops the run with an error, and without the limit it is completed")
    func fileSize() async throws {
        try await CompanyFixture.with(UndisturbedRun.plan) { fixture in
            let limited = try await fixture.start(under: "ulimit -f 64")
            let output = limited.outputText + limited.errorText
            #expect(limited.exit == .exited(73), "\(output)")
            #expect(output.contains("journal.sqlite could not be read or written"), "no clear error: \(output)")
            let again = try await fixture.cco(["start"])
            #expect(again.exit == .exited(0), "\(again.outputText)\(again.errorText)")
            try await fixture.expectUndisturbed(moreTurns: 2)
        }
    }
}

extension CompanyFixture {
    /// `cco start` from a shell with a limit, and with the signals that a shell in a terminal gives.
    fileprivate func start(under limit: String) async throws -> ChildCommandResult {
        try await cco(["start"], through: ["env", "--default-signal=XFSZ", "sh", "-c", limit + "; exec \"$@\"", "sh"])
    }
}
