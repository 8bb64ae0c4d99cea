import Foundation
import Orchestration
import Processes
import Testing

@testable import Engine

@Suite("Reconciliation: stray processes", .timeLimit(.minutes(1)))
struct StrayProcessesTests {
    @Test("a process of the run that nothing under way accounts for is ended; one of an active turn or of another run is not")
    func strays() async throws {
        let folder = try TemporaryFolder()
        let workspace = Workspace(path: folder.path)
        let run = workspace.folder(of: ID("run-1"))
        let launcher = ShimLauncher(shimExecutable: try EngineFixture.shim())
        func launch(_ marker: String, _ name: String) async throws -> SupervisedProcess {
            try await launcher.launch(
                SupervisedProcess.Specification(
                    directory: "\(folder.path)/\(name)", marker: marker, command: ["/bin/sh", "-c", "while :; do sleep 100; done"],
                    workingDirectory: folder.path, grace: .milliseconds(100)),
                environment: ["PATH": "/usr/bin:/bin"], standardInput: [])
        }
        let awaited = try await launch("\(run.marker)/turn-1", "awaited")
        let stray = try await launch("\(run.marker)/turn-2", "stray")
        let other = try await launch("\(workspace.folder(of: ID("run-10")).marker)/turn-2", "other")

        let duty = StrayProcesses(marker: run.marker, awaited: ["\(run.marker)/turn-1"])
        let found = try await duty.reconcile()
        #expect(found.count == 1 && found[0].hasPrefix("ended "))
        _ = try await stray.waitForExit()
        #expect(try ProcessSweep.find(marker: stray.marker).isEmpty)
        #expect(awaited.shim.isAlive && other.shim.isAlive)
        #expect(try await duty.reconcile().isEmpty, "repeating it finds nothing")
        _ = try await awaited.terminate()
        _ = try await other.terminate()
    }
}
