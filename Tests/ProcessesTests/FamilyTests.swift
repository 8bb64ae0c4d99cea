import Foundation
import Glibc
import Testing

@testable import Processes

/// Who belongs to a run, as those ask who refuse its processes.
@Suite("A run's family of processes")
struct FamilyTests {
    @Test(
        "a process is found by its environment, and without it by those that it descends from",
        arguments: ["exec sleep 60", "exec env -i /bin/sh -c 'exec sleep 60'", "exec setsid env -i sleep 60"])
    func found(_ script: String) async throws {
        let supervision = try Supervision()
        // In the background twice over, so that only the shim can be its parent in the end.
        let process = try await supervision.launch(
            "(sh -c 'echo $$ > pid; \(script.replacingOccurrences(of: "'", with: "'\\''"))' &) ; sleep 60"
        ) {
            $0.usesControlGroups = false
        }
        let child = try await supervision.process(namedIn: "pid")
        #expect(ProcessSweep.isFamily(child.pid, of: supervision.marker))
        #expect(ProcessSweep.isFamily(process.shim.pid, of: supervision.marker))
        #expect(!ProcessSweep.isFamily(child.pid, of: supervision.marker + "-other"))
        #expect(!ProcessSweep.isFamily(getpid(), of: supervision.marker) && !ProcessSweep.isFamily(getppid(), of: supervision.marker))
        #expect(!ProcessSweep.isFamily(1, of: supervision.marker))
        _ = try await ProcessSweep.end(marker: supervision.marker)
    }
}
