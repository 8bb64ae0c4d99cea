import Agents
import Git
import Journal
import Observability
import Orchestration
import Processes
import Synchronization

/// Runs one turn: makes its worktree ready, starts (or takes up) its process, reads what it says, and brings its commits home.
struct TurnExecution: Sendable {
    let resources: RunResources
    let repositories: Repositories
    let running: RunningTurns
    /// Keeps how far each turn's output has been taken in; `nil`: nothing does.
    let journal: Journal?
    private let starts: TurnStarts

    init(resources: RunResources, repositories: Repositories, journal: Journal? = nil) {
        self.resources = resources
        self.repositories = repositories
        self.journal = journal
        starts = TurnStarts(clock: resources.clock)
        let log = resources.log
        running = RunningTurns(backend: resources.backend) { turn, error in
            log.log(source: "cco", level: .error, message: "\(turn) could not be stopped: \(error)")
        }
    }

    func run(
        _ id: TurnID, state: @escaping @Sendable () async throws -> Run, report: @escaping @Sendable (Input) async -> Void
    ) async throws -> TurnOutcome {
        defer { running.ended(id) }
        do {
            return try await carryOut(id, state: state, report: report)
        } catch {
            // Who has been told to end has ended before anybody takes the turn up again.
            await running.settled(id)
            throw error
        }
    }

    private func carryOut(
        _ id: TurnID, state: @escaping @Sendable () async throws -> Run, report: @escaping @Sendable (Input) async -> Void
    ) async throws -> TurnOutcome {
        guard let turn = try await state().turns[id] else { throw CancellationError() }
        if let cause = turn.stopCause { running.stop(id, cause) }
        let seat = try await repositories.seat(turn.agent.name, identity: RunResources.identity(of: turn.agent))
        let folder = resources.folder.turn(id)
        var process = try await resources.launcher.takeUp(directory: folder)
        var order: TurnOrder?
        if process == nil {
            if running.isNotToBegin(id) { return try await stopped(turn, state) }
            // Benched or taken out of the configuration since the turn was decided: it goes back as it is, and another credential carries it.
            guard try await state().mayBegin(turn, at: resources.clock.now()), resources.credentials[turn.credential] != nil else {
                return TurnOutcome(end: .stopped(.suspended), sessionExists: turn.resumes)
            }
            guard let prepared = try await prepare(turn, seat, folder: folder, state: state, report: report) else {
                return try await stopped(turn, state)
            }
            order = prepared.order
            process = prepared.process
        } else if let process {
            hasBegun(id, process)
        }
        guard let process else { throw CancellationError() }
        // A manager thinks, and the machine has time.
        let filling = SeatFilling(resources: resources, repositories: repositories)
        let early = turn.role == .worker ? nil : _Concurrency.Task { await filling.fill(try await state()) }
        let conclusion: TurnConclusion
        do {
            conclusion = try await follow(process, turn, order: order, state: state, report: report)
        } catch {
            early?.cancel()
            _ = await early?.result
            throw error
        }
        early?.cancel()
        _ = await early?.result
        return try await harvest(conclusion, turn, seat, state: state)
    }

    /// What came of a turn that was stopped before it had a process.
    private func stopped(_ turn: Turn, _ state: @Sendable () async throws -> Run) async throws -> TurnOutcome {
        let turn = try await state().turns[turn.id] ?? turn
        return TurnOutcome(end: .stopped(turn.stopCause ?? .suspended), sessionExists: turn.resumes)
    }

    /// Makes everything ready and starts the turn's process; `nil` if the turn was stopped while others had the processors.
    private func prepare(
        _ turn: Turn, _ seat: AgentRepository, folder: String, state: @escaping @Sendable () async throws -> Run,
        report: @escaping @Sendable (Input) async -> Void
    ) async throws -> (order: TurnOrder, process: SupervisedProcess)? {
        try await resources.disk.require()
        let hub = try await repositories.hub()
        if turn.role == .director {
            await report(.baseObserved(try await OriginWatch(hub: hub).look(try await state(), knownWithin: OriginWatch.lately)))
        }
        return try await starts.take(goesAhead: turn.role != .worker) { () async throws in
            if running.isNotToBegin(turn.id) { return nil }
            let prepared = try await prepareFiles(turn, seat, hub, folder: folder, state: state, report: report)
            hasBegun(turn.id, prepared.process)
            return prepared
        }
    }

    /// From here on the turn can be stopped and told something, also while its program has said nothing yet.
    private func hasBegun(_ turn: TurnID, _ process: SupervisedProcess) {
        CrashPoint.turnStarted.pass()
        running.began(turn, process)
    }

    private func prepareFiles(
        _ turn: Turn, _ seat: AgentRepository, _ hub: HubRepository, folder: String, state: @escaping @Sendable () async throws -> Run,
        report: @escaping @Sendable (Input) async -> Void
    ) async throws -> (order: TurnOrder, process: SupervisedProcess) {
        let run = try await state()
        let commit = try await repositories.lock(of: turn.agent.name).withLock { try await checkOut(turn, seat, run) }
        try await resources.furnish(seat, at: commit, trusting: run.startedFrom)
        CrashPoint.turnWorktreeReady.pass()
        let materialFolder = resources.folder.material(turn.agent)
        let composer = MaterialComposer(hub: hub, resources: resources, folder: materialFolder)
        let material = try await composer.material(for: turn, run)
        var rendered = try resources.prompts.render(material)
        if let cone = cone(of: turn, run) { rendered.userPrompt += SparseNote.text(cone) }
        if turn.carriesOn { rendered.userPrompt = ContinuationNote.text + rendered.userPrompt }
        rendered.bring((turn.messages ?? []).compactMap { run.messages[$0] })
        try PrivateFiles.makeFolder(folder)
        let model = resources.models[turn]
        var order = TurnOrder(
            role: turn.role, model: model.model, effort: model.effort, sessionID: turn.session, resume: turn.resumes, turn: rendered,
            budgetUsd: turn.budgetUsd, turnDirectory: folder, readableDirectories: [materialFolder, resources.log.folder + "/gates"])
        order.promptUUID = turn.promptUUID
        if turn.role == .director { await report(.directionShown(run.base?.direction)) }
        return (order, try await launch(turn, order, seat, run: run))
    }

    /// Reads the process's output to its end: from its beginning, or from the byte up to which an earlier engine is known to have taken it in (see
    /// `OutputBookmark`). The reader is pure and the file is all there, so what is read twice does no harm; what was logged is not logged again.
    private func follow(
        _ process: SupervisedProcess, _ turn: Turn, order: TurnOrder?, state: @escaping @Sendable () async throws -> Run,
        report: @escaping @Sendable (Input) async -> Void
    ) async throws -> TurnConclusion {
        var order =
            order
            ?? TurnOrder(role: turn.role, sessionID: turn.session, resume: turn.resumes, turn: .known, turnDirectory: process.directory)
        order.renewsLogin = resources.credentials[turn.credential]?.kind == .cliLogin
        var reader = resources.backend.reader(for: order)
        var gaveUp = false
        let limit = resources.maximumOutput
        let isFlooded = Flag()
        let guarding = _Concurrency.Task { [running, resources] in
            do {
                if try await process.outputExceeds(limit) {
                    isFlooded.set()
                    running.stop(turn.id)
                }
            } catch is CancellationError {
                return
            } catch {
                resources.log.log(source: "cco", level: .error, message: "the output of \(turn.id) is not watched: \(error)")
            }
        }
        defer { guarding.cancel() }
        var diskLookedAt: Timestamp?
        let watch = ProgressWatch(limits: resources.progressLimits, clock: resources.clock) { await report(.turnStuck(turn.id, $0)) }
        defer { watch.end() }
        let input = try TurnInput(of: process, clock: resources.clock) { [running] in running.stop(turn.id) }
        defer { input.forget() }
        // What stands there already was written while another engine followed it.
        let known = process.standardOutputBytes
        var words = LoggedWords(of: turn, in: resources.log, place: try LoggedOutput(in: process.directory))
        let bookmark = OutputBookmark(of: turn.id, process, journal: journal, log: resources.log)
        let start = bookmark.takeUp(&reader, watch)
        if start.gaveUp {
            gaveUp = true
            running.stop(turn.id)
        }
        let meter = SpendingMeter(turn, ceiling: try await state().settings.limits.turn) { await report($0) }
        await meter.look(at: reader)
        running.follows(turn.id, watch, meter)
        let name = "\(turn.id)-\(turn.agent)"
        let copy = RedactedCopy(
            from: process.directory + "/stdout", to: "\(resources.log.folder)/turns/\(name).ndjson", redactor: resources.redactor)
        // A full disk cuts a line off, and no further one may ever come: an agent rests once it has said its last.
        let output = process.lines(from: start.offset) { [resources] in
            do { try resources.disk.requireFree() } catch { await report(.diskShort("\(error)")) }
        }
        for try await line in output {
            // The turn has failed, whatever else it wrote.
            if isFlooded.isSet { break }
            let observation = reader.take(line.bytes)
            let now = resources.clock.now()
            watch.take(observation.progress, isNews: line.endOffset >= known)
            if line.endOffset >= known {
                for signal in observation.credentialSignals(at: now) { await report(.credentialSignal(turn.id, signal)) }
            }
            await meter.look(at: reader)
            for receipt in observation.receipts { await report(.messageReceived(turn.id, uuid: receipt.uuid, receipt.kind)) }
            try await input.take(observation) { try await state().messages.values.contains { $0.turn == turn.id } }
            // It would ask again after its pause.
            if observation.progress.contains(.retrying), running.isHeldBack(turn.id) { running.stop(turn.id) }
            if let low = shortage(now: now, &diskLookedAt) { await report(.diskShort(low.description)) }
            try words.take(observation, line)
            if observation.giveUpEarly != nil, !gaveUp {
                gaveUp = true
                running.stop(turn.id)
            }
            bookmark.pass(line, reader, watch, gaveUp: gaveUp)
            if !line.isFollowed { copy.reached(line.endOffset) }
        }
        try words.flush()
        await bookmark.close()
        let record = try await process.waitForExit()
        await running.settled(turn.id)
        try await copy.finish()
        CrashPoint.turnOutputRead.pass()
        let stopped = try await state().turns[turn.id]?.stopCause
        if record.reason == .execFailed {
            let why = record.failure.map(String.init(describing:)) ?? "the agent's program could not be started"
            return TurnConclusion(end: .failed(why), sessionExists: turn.resumes)
        }
        let errorTail = resources.redactor.redacted(String(decoding: try process.standardError(limit: 4 << 10), as: UTF8.self))
        if reader.needsConversation { completeAccount(of: turn, &reader) }
        for line in record.limitLines { resources.log.log(source: turn.agent.name, level: .warning, message: "\(turn.id): \(line)") }
        var conclusion = reader.conclusion(exit: record.agentExit, stopped: stopped, errorTail: errorTail)
        conclusion.end = conclusion.end.kept(by: resources.redactor)
        if record.reason == .terminated, stopped == nil, process.outputBytes > limit {
            conclusion.end = .failed("it wrote more than \(limit >> 20) MB of output (maxOutputMb) and was stopped")
        }
        if let limit = record.limit, case .failed = conclusion.end { conclusion.end = .failed(limit.words) }
        return conclusion
    }

    /// A process that gave no account has still been answered, and its program has stored how much.
    private func completeAccount(of turn: Turn, _ reader: inout any TurnReading) {
        let stored = StoredConversation(
            folder: resources.configurationFolder, path: resources.backend.conversation(of: turn.session))
        do {
            try stored.forEachLine { reader.take(stored: $0) }
        } catch {
            resources.log.log(
                source: "cco", level: .warning,
                message: "\(turn.id): its stored conversation could not be read, and its cost may be more than the books say: \(error)")
        }
    }

    /// Looks at the disk now and then while an agent works, on the occasion of its output.
    private func shortage(now: Timestamp, _ lookedAt: inout Timestamp?) -> DiskSpace.Low? {
        if let lookedAt, now.milliseconds(since: lookedAt) < 5_000 { return nil }
        lookedAt = now
        do {
            try resources.disk.requireFree()
            return nil
        } catch {
            return error as? DiskSpace.Low
        }
    }

    private func harvest(
        _ conclusion: TurnConclusion, _ turn: Turn, _ seat: AgentRepository, state: @escaping @Sendable () async throws -> Run
    ) async throws -> TurnOutcome {
        var account = conclusion.account
        account.turnCostUsd = conclusion.turnCostUsd ?? account.turnCostUsd
        var outcome = TurnOutcome(end: conclusion.end, account: account, sessionExists: conclusion.sessionExists)
        outcome.milliseconds = resources.clock.now().milliseconds(since: turn.startedAt)
        let run = try await state()
        guard let id = turn.task, let task = run.tasks[id] else { return outcome }
        resources.tell(try await seat.repair(beginsHarvest: true), of: "the worktree of \(turn.agent)")
        let date = resources.clock.now().milliseconds / 1000
        let saved = try await seat.saveUncommitted(
            message: "Save uncommitted work of \(id)", author: RunResources.identity(of: turn.agent), date: date)
        for line in try seat.refused() {
            resources.log.log(source: turn.agent.name, level: .warning, message: "not saved: \(resources.redactor.redacted(line))")
        }
        CrashPoint.turnSaved.pass()
        outcome.savedUncommitted = saved != nil
        outcome.head = try await seat.harvest(task.branch, into: "refs/cco/work/\(id)")
        CrashPoint.turnHarvested.pass()
        try await seat.rest()
        if run.settings.quickVerifyCommand != nil, let head = outcome.head {
            outcome.tree = try await repositories.hub().tree(of: head)
        }
        outcome.changed = outcome.head != nil && outcome.head != (task.base ?? turn.startPoint)
        if let head = outcome.head, outcome.changed {
            let run = try await state()
            let base = task.base ?? turn.startPoint
            let target = run.head(of: run.target(of: task.team)) ?? base
            outcome.changes = ChangedFiles(try await repositories.hub().ownPaths(of: head, over: target, base: base))
        }
        return outcome
    }
}

/// Something that has happened, told from one task to another.
private final class Flag: Sendable {
    private let state = Atomic(false)

    var isSet: Bool { state.load(ordering: .acquiring) }
    func set() { state.store(true, ordering: .releasing) }
}

/// Why a turn cannot be started at all.
enum TurnError: Error, CustomStringConvertible {
    case unknownCredential(CredentialID)

    var description: String {
        switch self {
        case .unknownCredential(let id):
            "the credential \(id) is no longer in the configuration; put it back into api-keys.json, or start a new run"
        }
    }
}

extension Brief {
    /// The commit that the work has to be brought together with.
    var target: ObjectID? {
        switch self {
        case .resolveConflict(_, let target, _), .fixGate(_, let target, _): target
        case .planGoals, .planTasks, .fixPlan, .work, .rework, .fixQuickGate, .finish, .proceed, .review, .assess, .decide: nil
        }
    }

    /// The only task under review: its tree is then the one that the reviewer sees.
    var singleSubmission: TaskID? {
        if case .review(let tasks) = self, tasks.count == 1 { tasks.first } else { nil }
    }
}

extension ExitRecord {
    var agentExit: AgentExit {
        switch exit {
        case .exited(let code): .code(code)
        case .signaled(let signal): .signal(signal)
        case nil: .unknown
        }
    }
}
