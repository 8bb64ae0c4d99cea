import Agents
import ConfigurationFiles
import FoundationEssentials
import Git
import Journal
import Observability
import Orchestration
import Processes

/// A run in the hands of this process: everything that is needed to carry it on, put together.
package struct RunHost: Sendable {
    /// Which run is wanted.
    package enum Choice: Sendable, Equatable {
        /// Go on with an unfinished run, or start a new one.
        case unfinishedOrNew
        /// Go on with an unfinished run only.
        case unfinished
        /// A new run; an unfinished one is given up, its work kept.
        case new
    }

    /// What the caller of `open` brings along.
    package struct Request: Sendable {
        package var configuration: ConfigurationFolder
        package var contents: ConfigurationFolder.Contents
        package var workspace: Workspace
        package var choice: Choice
        /// cco's own environment.
        package var environment: [String: String]
        /// Path of `cco-shim`.
        package var shim: String
        /// Path of the `claude` executable.
        package var claude: String
        package var version: String

        package init(
            configuration: ConfigurationFolder, contents: ConfigurationFolder.Contents, workspace: Workspace, choice: Choice,
            environment: [String: String], shim: String, claude: String, version: String
        ) {
            self.configuration = configuration
            self.contents = contents
            self.workspace = workspace
            self.choice = choice
            self.environment = environment
            self.shim = shim
            self.claude = claude
            self.version = version
        }
    }

    package let engine: Engine
    package let folder: RunFolder
    package let log: RunLog
    /// Whether an unfinished run was taken up.
    package let isResumed: Bool
    /// Things a person should know before it begins.
    package let notices: [String]
    let journal: Journal
    let settings: RunSettings
    let lock: FileLock
    let narrator: Narrator
    let notifier: Notifier?
    package let redactor: Redactor
    let executor: Executor
    let clock: any EngineClock

    /// The engine's time, which the states are of.
    package var now: Timestamp { clock.now() }

    /// Carries the run on until it ends or stands still.
    package func run() async -> RunEnding {
        await engine.start(settings: settings)
        await engine.standstill()
        await endWhatIsLeft()
        let run = await engine.run
        let fault = await engine.journalFault
        CrashPoint.runEnded.pass()
        await narrator.drain()
        await notifier?.drain(clock)
        log.flush()
        do {
            try journal.close()
        } catch {
            return RunEnding(run: run, journalFault: "\(fault ?? error)", logFolder: log.folder)
        }
        return RunEnding(run: run, journalFault: fault.map(String.init(describing:)), logFolder: log.folder)
    }

    /// Nobody would look at a process any more that has been lost sight of.
    private func endWhatIsLeft() async {
        do {
            let sweep = try await ProcessSweep.end(marker: folder.marker)
            guard sweep.ended > 0 || !sweep.survivors.isEmpty else { return }
            log.log(source: "cco", level: .warning, message: "ended \(sweep.ended) processes that had been lost sight of\(sweep.remainder)")
        } catch {
            log.log(source: "cco", level: .error, message: "processes may be left: \(error)")
        }
    }

    /// Stops every agent and makes the run stand still; `run()` then returns. The next engine goes on from there.
    package func suspend(_ reason: String) async { await engine.submit(.suspend(reason)) }

    /// Carries out what a person wants; see `Engine.order`.
    package func order(_ order: Order) async throws(OrderObjection) -> OrderReceipt { try await engine.order(order) }

    /// The state as ``run()`` takes it up: with the present configuration.
    package func stateAtStart() async -> Run { await engine.run.afterStart(with: settings) }

    /// The run's present state and the time of the reading.
    package func state() async -> Run { await engine.run }

    /// What running turns show at this moment, which is no part of the state.
    package var activities: [TurnID: TurnActivity] { executor.activities }
}
