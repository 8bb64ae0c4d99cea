import Git
import Glibc
import Journal
import Observability
import Orchestration
import Processes
import SystemPackage

/// Carries effects out with real processes and real git.
package struct Executor: EffectCarrier {
    private let resources: RunResources
    private let repositories: Repositories
    private let turns: TurnExecution
    private let messages: MessageExecution
    private let conclusion: Conclusion

    /// - Parameter journal: keeps how far turns' output has been taken in; `nil`: every engine reads it from the beginning.
    package init(resources: RunResources, repositories: Repositories, journal: Journal? = nil) {
        self.resources = resources
        self.repositories = repositories
        turns = TurnExecution(resources: resources, repositories: repositories, journal: journal)
        messages = MessageExecution(backend: resources.backend, running: turns.running)
        conclusion = Conclusion(resources: resources, repositories: repositories)
    }

    package func stop(_ turn: TurnID, _ cause: StopCause) { turns.running.stop(turn, cause) }

    /// What running turns show at this moment, secrets replaced.
    var activities: [TurnID: TurnActivity] { turns.running.activities.mapValues { $0.shown(by: resources.redactor) } }

    package func useIdleTime() async {
        await pack { try await $0.compact() }
    }

    package func tidyMeanwhile() async {
        await pack { try await $0.gatherPacks() }
    }

    private func pack(_ body: (HubRepository) async throws -> HubRepository.Compaction) async {
        guard await repositories.isOpen else { return }
        do {
            let outcome = try await body(repositories.hub())
            if case .packed(let before, let after) = outcome {
                resources.log.log(
                    source: "cco",
                    message: "the run's repository is packed: \(before.looseObjects) loose objects, now \(after.looseObjects)",
                    fields: ["packs": "\(after.packs)", "kibibytes": "\(after.kibibytes)"])
            }
        } catch let error as GitError where error.kind == .cancelled {
            return  // Something begins; there will be another time.
        } catch {
            resources.log.log(
                source: "cco", level: .warning,
                message: "the run's repository could not be packed: \(resources.redactor.redacted("\(error)"))")
        }
    }

    package func carryOut(
        _ id: EffectID, _ effect: Effect, state: @escaping @Sendable () async throws -> Run,
        report: @escaping @Sendable (Input) async -> Void
    ) async -> EffectResult? {
        do {
            return try await perform(id, effect, state: state, report: report)
        } catch is CancellationError {
            return nil
        } catch let error as GitError where error.kind == .cancelled {
            return nil
        } catch let low as DiskSpace.Low {
            return await wait(low.description, report)
        } catch  where error.isDiskFull {
            return await wait(resources.redactor.redacted("\(error)"), report)
        } catch {
            let reason = resources.redactor.redacted("\(error)")
            resources.log.log(source: "cco", level: .warning, message: "\(id) failed: \(reason)")
            return .failed(reason, final: isFinal(error))
        }
    }

    /// Has the run wait for room; the effect is tried again when there is some.
    private func wait(_ reason: String, _ report: @escaping @Sendable (Input) async -> Void) async -> EffectResult {
        await report(.diskShort(reason))
        return .failed(reason, final: false)
    }

    private func perform(
        _ id: EffectID, _ effect: Effect, state: @escaping @Sendable () async throws -> Run,
        report: @escaping @Sendable (Input) async -> Void
    ) async throws -> EffectResult? {
        let observe: @Sendable (BaseFacts) async -> Void = { await report(.baseObserved($0)) }
        switch effect {
        case .prepareBase:
            let hub = try await repositories.hub()
            let facts = try await BasePreparation(hub: hub, resources: resources).prepare(try await state())
            CrashPoint.basePrepared.pass()
            return .base(facts)
        case .runTurn(let turn):
            await lookAtMemory(report)
            let outcome = try await turns.run(turn, state: state, report: report)
            await lookAtMemory(report)
            return .turn(outcome)
        case .say(let message):
            return .said(failure: try await messages.say(message, state: state))
        case .merge(let candidate):
            let hub = try await repositories.hub()
            return .merge(try await MergeExecution(hub: hub, resources: resources).merge(candidate, state: state, observe: observe))
        case .gate(let candidate, let commit, _, let command, let slot):
            let run = try await state()
            let waiting = run.queue.first { $0.id == candidate }
            let isRerun = if case .gating(_, _, _, true) = waiting?.state { true } else { false }
            let order = GateOrder(
                effect: id, commit: commit, command: command, seat: (waiting?.target ?? .base).gateSeat(slot ?? 0),
                kind: .full(isRerun: isRerun), timeLimitMinutes: run.settings.verifyTimeoutMinutes)
            return try await gate(order, run: run)
        case .quickGate(let task, let commit, _, let command, let slot):
            let run = try await state()
            guard let team = run.tasks[task]?.team else { throw CancellationError() }
            let order = GateOrder(
                effect: id, commit: commit, command: command, seat: team.quickSeat(slot), kind: .quick,
                timeLimitMinutes: run.settings.quickVerifyTimeoutMinutes ?? run.settings.verifyTimeoutMinutes)
            return try await gate(order, run: run)
        case .baseline(let commit, _, let command):
            let run = try await state()
            let order = GateOrder(
                effect: id, commit: commit, command: command, seat: MergeTarget.base.gateSeat(0),
                kind: .full(isRerun: run.baselineDoubted != nil),
                timeLimitMinutes: run.settings.verifyTimeoutMinutes)
            return try await gate(order, run: run)
        case .publish(let candidate, let commit, let onto):
            let hub = try await repositories.hub()
            return .publish(
                try await PublishExecution(hub: hub).publish(candidate, commit: commit, onto: onto, state: state, observe: observe))
        case .awaitRoom:
            CrashPoint.roomAwaited.pass()
            try await resources.disk.awaitRoom(resources.clock)
            return .room
        case .forecast:
            return .forecast(try await ForecastExecution(hub: try await repositories.hub(), resources: resources).look(state: state))
        case .conclude:
            try await conclusion.conclude(try await state())
            return .concluded
        }
    }

    private func lookAtMemory(_ report: @escaping @Sendable (Input) async -> Void) async {
        guard let available = Machine.availableMemory else { return }
        await report(.memorySeen(availableMiB: available, totalMiB: Machine.present.memory))
    }

    private func gate(_ order: GateOrder, run: Run) async throws -> EffectResult? {
        let execution = GateExecution(repositories: repositories, resources: resources)
        // A gate that was dropped a moment ago may still be on its way out of the worktree.
        let result = try await repositories.lock(of: order.seat).withLock {
            try await execution.verdict(order, run: run)
        }
        if let result { return .gate(result) }
        // Nobody will ask for what a dropped gate wrote.
        if _Concurrency.Task.isCancelled, run.suspension == nil { try PrivateFiles.remove(resources.folder.gate(order.effect)) }
        return _Concurrency.Task.isCancelled ? nil : .failed("the gate was ended from outside before it gave a verdict", final: false)
    }

    /// Whether trying again cannot help without a person.
    private func isFinal(_ error: any Error) -> Bool {
        if error is BaseError { return true }
        guard let error = error as? GitError else { return false }
        switch error.kind {
        case .accessDenied, .cannotSign, .noSuchBranch, .notARepository, .invalidInput, .wouldLoseWork, .tooLargeToCompare: return true
        case .unreachable, .lockHeld, .diskFull, .outOfResources, .cancelled, .other: return false
        }
    }
}

extension Error {
    /// Whether a write has failed because the disk, or the user's share of it, is full.
    var isDiskFull: Bool {
        switch self {
        case let error as GitError: error.kind == .diskFull
        case let error as Errno: [.noSpace, .diskQuotaExceeded].contains(error)
        case let error as SystemError: [ENOSPC, EDQUOT].contains(error.code)
        case let error as SupervisionError:
            if case .system(let cause) = error { cause.isDiskFull } else { false }
        default: false
        }
    }
}

extension MergeTarget {
    /// The name of a worktree in which the target's gate runs.
    ///
    /// - Parameter slot: counts from 0.
    func gateSeat(_ slot: Int) -> String {
        let name =
            switch self {
            case .base: "gate-main"
            case .team(let team): "gate-\(team)"
            }
        return slot == 0 ? name : "\(name)-\(slot + 1)"
    }
}
