import ControlAPI
import Engine
import Observability
import Orchestration
import Processes

/// Finds out how a configuration's newest run stands, without disturbing whoever has it in hand.
struct RunFinder: Sendable {
    enum Finding: Sendable {
        /// An engine has the run in hand and answered.
        case live(RunStatus)
        /// No engine; the state is what the journal says.
        case standing(Run)
        /// There has been no run, or it was cleaned up.
        case nothing
    }

    var place: Place

    var client: ControlClient { ControlClient(socketPath: place.workspace.socketPath) }

    /// - Throws: `Failure` when another process has the workspace and does not answer; `JournalError` and others for a journal that cannot be
    ///   read.
    func find() async throws -> Finding {
        try await settled {
            if let status = try await live() { return .live(status) }
            guard place.workspace.exists, try place.workspace.currentRun() != nil else { return .nothing }
            return try await locked { run in run.map { .standing($0) } ?? .nothing }
        }
    }

    /// How the newest run stands, whoever has it, and whether an engine has.
    ///
    /// - Throws: `Failure` when there is no run, with what to do; what `find` throws.
    func status() async throws -> (status: RunStatus, isLive: Bool) {
        switch try await find() {
        case .live(let answer): return (answer, true)
        case .standing(let run): return (RunStatus(run: run, at: run.clock.lastEventAt), false)
        case .nothing:
            guard place.isConfigured else { throw Start.unconfigured(place) }
            throw Failure("there is no run in \(place.workspace.path). Start one: cco start\(place.options)", .usage)
        }
    }

    /// The same without secrets, to be shown: an engine takes them out itself, and what the journal of a run that none has in hand says passes here.
    ///
    /// - Throws: what `status` throws; what `Place.redactor` throws: while the secrets are not known nothing is shown.
    func shownStatus(_ surroundings: Surroundings) async throws -> (status: RunStatus, isLive: Bool) {
        let (status, isLive) = try await status()
        return (isLive ? status : try status.redacted(by: place.redactor(surroundings)), isLive)
    }

    /// What the newest run has cost so far, whoever has it.
    ///
    /// - Throws: `Failure` when there is no run; what `find` throws.
    func cost() async throws -> CostReport {
        try await settled {
            do {
                return try await client.cost(deadline: .now + .seconds(30))
            } catch ControlClientError.notRunning {
                return try await locked { run in
                    guard let run else { throw Failure("there is no run any more", .usage) }
                    return CostReport(run: run, at: run.clock.lastEventAt)
                }
            }
        }
    }

    /// The engine's answer; `nil` when no engine serves the workspace.
    func live() async throws -> RunStatus? {
        do {
            return try await client.status(deadline: .now + .seconds(30))
        } catch ControlClientError.notRunning {
            return nil
        }
    }

    /// Takes the workspace while `body` looks at the newest run's state, so that no engine can start in between.
    ///
    /// - Throws: `WorkspaceError.held` at once when another process has it for long; `settled` waits for that one.
    func locked<Result: Sendable>(_ body: @Sendable (Run?) async throws -> Result) async throws -> Result {
        let lock = try place.workspace.lock(isBrief: true)
        defer { withExtendedLifetime(lock) {} }
        let run = try place.workspace.currentRun().flatMap { try RunHost.read($0) }
        return try await body(run)
    }
}
