import ControlAPI
import Engine
import FoundationEssentials
import Journal
import Orchestration
import TestSupport

@testable import Commands

/// A merge's workspace with a run in it, as `cco merge` leaves it when it is killed.
struct MergeFixture {
    let workspace: Workspace
    let scene: QueueScene

    init(_ surroundings: Surroundings, of repository: String, target: String = "main") throws {
        workspace = try MergePlaces(surroundings).workspace(of: repository, target: target)
        try workspace.prepare()
        scene = try QueueScene.waitingForGate()
    }

    /// - Parameter events: what follows the run's start.
    func leaveRun(_ events: [Event] = []) throws {
        let run = scene.run
        let folder = workspace.folder(of: run.id)
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        let journal = try Journal(
            folder: folder.path, identity: JournalIdentity(run: run.id.name, created: QueueScene.begin, version: "test"))
        let all: [Event] = [.runStarted(run.id, run.settings, seed: 1)] + events
        _ = try journal.append(all.map { try EventRecord.encode($0, at: QueueScene.begin) })
        try journal.close()
        try workspace.setCurrent(run.id)
    }

    func serving(_ body: @Sendable @escaping () async throws -> Void) async throws {
        let engine = EngineStandIn(scene.run)
        let server = ControlServer(socketPath: workspace.socketPath, run: scene.run.id, version: "1", control: engine)
        try await Serving.run({ try await server.run(onReady: $0) }, while: body)
    }
}
