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
        let awaited = try await launch("\(run.marker)/turn-1", in: folder, "awaited")
        let stray = try await launch("\(run.marker)/turn-2", in: folder, "stray")
        let other = try await launch("\(workspace.folder(of: ID("run-10")).marker)/turn-2", in: folder, "other")

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
    @Test("what an agent that works on starts while strays are looked for is no stray")
    func startedMeanwhile() async throws {
        let folder = try TemporaryFolder()
        let run = Workspace(path: folder.path).folder(of: ID("run-1"))
        let agent = try await launch("\(run.marker)/turn-1", in: folder, "agent", "while :; do /bin/true || echo $? >> killed; done")
        let duty = StrayProcesses(marker: run.marker, awaited: ["\(run.marker)/turn-1"])
        for _ in 0..<60 {
            #expect(try await duty.reconcile().isEmpty)
            // A look does not wait for anything, and other tests have to get on, too.
            await Task.yield()
        }
        _ = try await agent.terminate()
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/killed"))
    }

    private func launch(
        _ marker: String, in folder: TemporaryFolder, _ name: String, _ script: String = "while :; do sleep 100; done"
    ) async throws -> SupervisedProcess {
        try await ShimLauncher(shimExecutable: try EngineFixture.shim()).launch(
            SupervisedProcess.Specification(
                directory: "\(folder.path)/\(name)", marker: marker, command: ["/bin/sh", "-c", script],
                workingDirectory: folder.path, grace: .milliseconds(100)),
            environment: ["PATH": "/usr/bin:/bin"], standardInput: [])
    }
}
