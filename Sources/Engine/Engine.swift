import Journal
import Orchestration
import Processes

/// The run's single writer: takes inputs in, commits what is decided, and only then has it carried out.
///
/// Rules:
/// - State is read, decided on, journaled and replaced in one uninterrupted step; nothing is awaited between.
/// - An effect starts only after the event that intends it is durable. When a process dies in between, the next engine finds the intention in
///   the journal and carries it out then: starting and recovering are the same path.
/// - The engine never waits for an effect. What comes of it is an input like any other.
package actor Engine {
    /// The state after the newest durable event.
    package private(set) var run: Run
    private let journal: Journal
    private let carrier: any EffectCarrier
    private let clock: any EngineClock
    private let observer: any EngineObserver
    private var hasStarted = false
    private var earlySuspension: String?
    private var inFlight: [EffectID: _Concurrency.Task<Void, Never>] = [:]
    private var upkeep: _Concurrency.Task<Void, Never>?
    private var tidying: _Concurrency.Task<Void, Never>?
    /// How many changes had landed when the carrier last was asked to tidy up beside its work.
    private var tidiedAt = 0
    private var alarm: _Concurrency.Task<Void, Never>?
    private var awaited: AwaitedMoment?
    private var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    private var nextWaiter = 0
    /// Why the journal could not take an event; the engine does nothing more then.
    package private(set) var journalFault: JournalError?

    package init(run: Run, journal: Journal, carrier: any EffectCarrier, clock: any EngineClock, observer: any EngineObserver) {
        self.run = run
        self.journal = journal
        self.carrier = carrier
        self.clock = clock
        self.observer = observer
    }

    /// Takes the run up: announces this engine, then carries out everything that is intended and not acknowledged.
    package func start(settings: RunSettings) {
        hasStarted = true
        submit(.engineStarted(settings))
        guard journalFault == nil else { return }
        if let earlySuspension { submit(.suspend(earlySuspension)) }
        carryOutPending()
    }

    /// Decides about `input`, makes the decision durable and has its effects carried out.
    package func submit(_ input: Input) {
        guard journalFault == nil else { return }
        if !hasStarted, case .suspend(let reason) = input {
            // Starting ends a suspension, so one that comes first has to wait for it.
            earlySuspension = reason
            return
        }
        let now = clock.now()
        let (events, next) = Decider.decide(run, input, at: now)
        if !events.isEmpty {
            CrashPoint.inputDecided.pass()
            do {
                _ = try journal.append(events.map { try EventRecord.encode($0, at: now) })
            } catch {
                return stop(after: error)
            }
            CrashPoint.eventsCommitted.pass()
            #if DEBUG
                assertFoldAgrees(events, next, at: now)
            #endif
            let previous = run
            run = next
            observer.committed(events, before: previous, after: run, at: now)
            carryOut(events)
        }
        setAlarm()
        wakeWaitersIfStanding()
        useIdleTime()
        tidyMeanwhile()
    }

    /// Carries out what a person wants. It is durable when this returns; the same order again is only answered again.
    ///
    /// - Throws: `OrderObjection`; nothing has happened then.
    package func order(_ order: Order) throws(OrderObjection) -> OrderReceipt {
        if let known = run.orders[order.id] {
            if let objection = run.objection(toRepeating: order, known) { throw objection }
            return known
        }
        guard hasStarted else { throw .notYet }
        if let objection = run.objection(to: order) { throw objection }
        submit(.ordered(order))
        guard let receipt = run.orders[order.id] else { throw .notKept }
        return receipt
    }

    /// Returns when nothing more will happen: the run has ended, or stands still with all its processes gone, or the journal has failed. Returns
    /// early when its task is cancelled.
    package func standstill() async {
        if isStanding { return }
        nextWaiter += 1
        let id = nextWaiter
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if _Concurrency.Task.isCancelled { continuation.resume() } else { waiters[id] = continuation }
            }
        } onCancel: {
            _Concurrency.Task { await self.giveUpWaiting(id) }
        }
    }

    private func giveUpWaiting(_ id: Int) { waiters.removeValue(forKey: id)?.resume() }

    private var isStanding: Bool {
        guard journalFault != nil || run.isEnded || run.suspension != nil else { return false }
        return inFlight.isEmpty && upkeep == nil && tidying == nil
    }

    private func wakeWaitersIfStanding() {
        if journalFault != nil || run.isEnded || run.suspension != nil {
            upkeep?.cancel()
            tidying?.cancel()
        }
        guard isStanding else { return }
        alarm?.cancel()
        for waiter in waiters.values { waiter.resume() }
        waiters = [:]
    }

    /// In a run that is to stand still this takes up turns only: an engine that died may have left their processes alive, and they have to end.
    private func carryOutPending() {
        for (id, pending) in run.effects.sorted(by: { $0.key < $1.key }) where pending.delayedUntil == nil { begin(id, pending.effect) }
    }

    private func carryOut(_ events: [Event]) {
        for event in events {
            switch event {
            case .effectIntended(let id, let effect):
                begin(id, effect)
            case .effectRetried(let id):
                if let pending = run.effects[id] { begin(id, pending.effect) }
            case .turnStopRequested(let turn, let cause):
                carrier.stop(turn, cause)
                takeUp(turn)
            case .effectDropped(let id):
                inFlight[id]?.cancel()
            case .suspended, .faulted:
                // Turns report how they ended; everything else is left intended and is done again by the next engine.
                for (id, task) in inFlight {
                    if case .runTurn = run.effects[id]?.effect { continue }
                    task.cancel()
                }
            default:
                break
            }
        }
    }

    /// A turn that is to be stopped while it waits for its next try may have left its process at work: it has to be taken up to be ended.
    private func takeUp(_ turn: TurnID) {
        for (id, pending) in run.effects where pending.delayedUntil != nil {
            if case .runTurn(turn) = pending.effect { begin(id, pending.effect) }
        }
    }

    /// Has the carrier tidy up while nothing is in flight.
    private func useIdleTime() {
        guard upkeep == nil, hasStarted, inFlight.isEmpty, !run.isEnded, run.suspension == nil else { return }
        let carrier = carrier
        upkeep = _Concurrency.Task { [weak self] in
            await carrier.useIdleTime()
            await self?.idleTimeUsed()
        }
    }

    private func idleTimeUsed() {
        upkeep = nil
        wakeWaitersIfStanding()
    }

    /// A run with many agents may never be without work in flight.
    private func tidyMeanwhile() {
        guard tidying == nil, run.merges.published >= tidiedAt + Self.landingsBetweenTidying, !run.isEnded, run.suspension == nil else {
            return
        }
        tidiedAt = run.merges.published
        let carrier = carrier
        tidying = _Concurrency.Task { [weak self] in
            await carrier.tidyMeanwhile()
            await self?.tidied()
        }
    }

    private func tidied() {
        tidying = nil
        wakeWaitersIfStanding()
    }

    /// Each leaves some tens of objects.
    static let landingsBetweenTidying = 64

    private func begin(_ id: EffectID, _ effect: Effect) {
        guard inFlight[id] == nil, run.suspension == nil || effect.isTurn else { return }
        let carrier = carrier
        upkeep?.cancel()
        inFlight[id] = _Concurrency.Task { [weak self, upkeep] in
            await upkeep?.value
            CrashPoint.effectBegun.pass()
            let result = await carrier.carryOut(id, effect) { [weak self] in
                guard let self else { throw CancellationError() }
                return await self.run
            } report: { [weak self] in
                await self?.submit($0)
            }
            CrashPoint.effectDone.pass()
            await self?.finished(id, result)
        }
    }

    /// `nil` means that the effect was interrupted by a suspension and stays intended. Without a journal nothing can be made of a result: the
    /// effect stays intended, too.
    private func finished(_ id: EffectID, _ result: EffectResult?) {
        inFlight[id] = nil
        if let result, journalFault == nil {
            submit(.effectFinished(id, result))
        } else {
            wakeWaitersIfStanding()
        }
    }

    /// Arms one alarm for the next deadline of the state.
    private func setAlarm() {
        let moment = AwaitedMoment(of: run, at: clock.now())
        guard moment != awaited else { return }
        alarm?.cancel()
        awaited = moment
        guard let moment else { return }
        let clock = clock
        alarm = _Concurrency.Task { [weak self] in
            do {
                try await moment.comes(clock)
            } catch {
                return  // Cancelled: another alarm has taken this one's place.
            }
            await self?.alarmRang()
        }
    }

    private func alarmRang() {
        awaited = nil
        submit(.clock)
    }

    /// Without a journal nothing may be decided. What runs is left to the next engine, except that its processes are told to stop.
    private func stop(after error: any Error) {
        journalFault =
            error as? JournalError ?? JournalError(.misuse, path: journal.path, detail: "an event could not be encoded: \(error)")
        observer.journalFailed("\(error)")
        for turn in run.turns.keys { carrier.stop(turn, .suspended) }
        for task in inFlight.values { task.cancel() }
        wakeWaitersIfStanding()
    }

    #if DEBUG
        private func assertFoldAgrees(_ events: [Event], _ next: Run, at now: Timestamp) {
            var folded = run
            for event in events { folded.apply(event, at: now) }
            assert(folded == next, "the journal's events do not fold to the decided state")
        }
    #endif
}

extension Effect {
    var isTurn: Bool {
        if case .runTurn = self { true } else { false }
    }
}
