import ArgumentParser
import ConfigurationFiles
import ControlAPI
import Engine
import Orchestration
import Processes

/// `cco pause`
struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop every agent and have the run stand still.",
        discussion: """
            Returns when no process of the run is left. Nothing is lost: `cco resume` goes on where the agents were stopped.

            EXAMPLE:
              cco pause --config ./my-config
            """)

    @OptionGroup var places: PlaceOptions

    func run() async throws {
        let surroundings = Surroundings.current
        let place = places.place(surroundings)
        guard place.isConfigured || place.workspace.exists else { throw Start.unconfigured(place) }
        try await PauseRequest(surroundings: surroundings, place: place).run()
    }
}

/// Has a run stand still, with or without an engine that could be asked.
struct PauseRequest: Sendable {
    var surroundings: Surroundings
    var place: Place

    func run() async throws {
        let finder = RunFinder(place: place)
        try await finder.settled {
            do {
                try await ask(finder.client)
            } catch ControlClientError.notRunning {
                guard place.workspace.exists, try place.workspace.currentRun() != nil else {
                    return surroundings.console.write("No run is going on in \(place.workspace.path): there is nothing to pause.")
                }
                try await finder.locked { run in try await standStill(run) }
            }
        }
    }

    private func ask(_ client: ControlClient) async throws {
        let health = try await client.health(deadline: .now + .seconds(30))
        let engine = try ProcessIdentity.of(pid: health.pid)
        surroundings.console.write("Pausing run \(health.run): its agents are being stopped …")
        let status = try await client.suspend(reason: "cco pause", by: surroundings.environment["USER"] ?? "")
        // The engine lets go of the workspace with its end, so that `cco resume` can follow at once.
        try await engine?.untilEnded()
        if let end = status.end, status.phase == "ended" {
            return surroundings.console.write("Run \(status.run) has ended meanwhile: \(end.explanation)")
        }
        let left = try ProcessSweep.find(marker: place.workspace.folder(of: ID(status.run)).marker)
        try report(status.run, isMerge: status.width == nil, left: left)
    }

    /// No engine is there. Whatever a crash has left is ended; the next engine finds the agents' turns interrupted and goes on with them.
    private func standStill(_ run: Run?) async throws {
        guard let run else { return surroundings.console.write("No run is going on: there is nothing to pause.") }
        let result = try await ProcessSweep.end(marker: place.workspace.folder(of: run.id).marker)
        if result.ended > 0 {
            surroundings.console.write("The engine of run \(run.id) is gone; processes of its agents that were ended: \(result.ended).")
        }
        if run.isEnded { return surroundings.console.write("Run \(run.id) has ended already; there is nothing to pause.") }
        surroundings.console.write(result.ended == 0 ? "Run \(run.id) is paused already." : "Run \(run.id) is paused.")
        try report(run.id.name, isMerge: run.settings.branches != nil, left: result.survivors)
    }

    private func report(_ run: String, isMerge: Bool, left: [ProcessIdentity]) throws {
        guard left.isEmpty else {
            let names = left.map { "\($0.pid)" }.joined(separator: ", ")
            throw Failure("run \(run) stands still, but processes of it are stuck in the kernel: \(names)", .unexpected)
        }
        let advice = isMerge ? "Go on with the same cco merge." : "Go on with: cco resume\(place.options)"
        surroundings.console.write("Run \(run) stands still: no agent process is left. \(advice)")
    }
}
