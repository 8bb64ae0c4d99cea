import ControlAPI
import Dashboard
import Engine
import Observability
import Orchestration

/// The run that a follower keeps up with, for the pages.
struct FollowedRun: RunFeed {
    let follower: RunFollower
    let journalWatch: JournalWatch
    let place: Place
    let surroundings: Surroundings
    private let kept: KeptRedactor
    private let clock = SystemClock()

    init(follower: RunFollower, place: Place, surroundings: Surroundings) {
        self.follower = follower
        self.place = place
        self.surroundings = surroundings
        kept = KeptRedactor(place, surroundings)
        journalWatch = JournalWatch(follower: follower, client: RunFinder(place: place).client)
    }

    private var finder: RunFinder { RunFinder(place: place) }

    func moment() async -> RunMoment {
        let moment = await follower.moment
        return RunMoment(
            status: moment.status, isLive: moment.isLive, log: moment.log, now: clock.now().milliseconds, version: moment.version)
    }

    func redactor() throws -> Redactor { try kept.redactor() }

    func changes() async -> AsyncStream<Void> { await follower.changes() }

    func journalChanges() async -> AsyncStream<Void> { await journalWatch.changes() }

    func pause() async throws {
        try await follower.pause(with: "the web page")
    }

    /// What to do where no engine has the run in hand.
    private var remedy: String {
        get async {
            if (try? await follower.isEarlier) == true { return "It is not the newest run, and does not go on." }
            if await follower.moment.status.phase == "ended" { return "The run has ended. Start another: cco start --new\(place.options)" }
            return "Go on with the run first: cco resume\(place.options)"
        }
    }

    func order(_ body: [UInt8]) async throws(ControlProblem) -> OrderReceipt {
        do {
            return try await follower.give(try ControlClient.orderRequest(body))
        } catch ControlClientError.notRunning {
            throw ControlProblem(
                code: "no-engine", message: "No engine has the run in hand, so there is nobody to take the order.",
                remedy: await remedy, status: 409)
        } catch ControlClientError.broken, ControlClientError.deadline {
            throw ControlProblem(
                code: "uncertain", message: "Whether the order was taken is not known.",
                remedy: "Give it again with the same id: it is carried out once.", status: 504)
        } catch {
            throw ControlProblem(error)
        }
    }

    func cost() async throws(ControlProblem) -> CostReport {
        do {
            if let only = follower.only, try await follower.isEarlier {
                guard let run = try RunHost.read(place.workspace.folder(of: only)) else {
                    throw Failure("the journal of run \(only) is gone.", .usage)
                }
                return CostReport(run: run, at: run.clock.lastEventAt)
            }
            return try await finder.cost()
        } catch {
            throw ControlProblem(error)
        }
    }

    /// From the engine, or where none has the run in hand from the file.
    func journal(after sequence: Int64, limit: Int) async throws(ControlProblem) -> JournalPage {
        let reader = JournalReader(place: place, run: follower.only, redactor: redactor, follower: follower)
        do {
            return try await reader.page(after: sequence, limit: limit)
        } catch {
            throw ControlProblem(error)
        }
    }
}

extension ControlProblem {
    init(_ error: any Error) {
        if case ControlClientError.refused(let problem) = error {
            self = problem
        } else {
            let failure = Failure(error)
            self.init(
                code: "unavailable", message: "\(failure)", remedy: "Try again in a moment; `cco status` says how the run stands.",
                status: 503
            )
        }
    }
}
