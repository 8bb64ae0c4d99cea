import ControlAPI
import Engine
import Glibc
import Orchestration
import Processes
import Terminal

/// Shows a run on the terminal until the person leaves, or until the run is over.
///
/// The log's growth says that something has happened; then the engine is asked how the run stands, but never so often that its answers take
/// more than a twentieth of its time, short of three seconds. A view that nothing happens in draws once a second, for the clocks on it, and asks nothing.
struct WatchSession: Sendable {
    var surroundings: Surroundings
    var place: Place
    /// Whether this terminal started the run: then the view ends with it, and Ctrl-C asks whether to pause.
    var isStarter = false

    /// Why the view has ended.
    enum Ending: Sendable, Equatable {
        /// The person left; the run goes on, or stands as it stood.
        case left
        /// The run has ended or stands still, and its engine is gone. Only for the starter.
        case over
    }

    /// What wakes the view.
    private enum Wake: Sendable {
        case typed([UInt8])
        case signal(Int32)
        case logGrew
        case engineEnded
        case secondPassed
        /// How the run stands; a status of `nil`: no engine has it any more.
        case answered(RunStatus?, took: Int64)
        case mayAskAgain
        case paused(String)
        case terminalGone
    }

    /// - Throws: `Failure` when there is no terminal, or no log.
    @discardableResult
    func run(status: RunStatus, isLive: Bool) async throws -> Ending {
        let signals = try Signals([SIGWINCH, SIGINT, SIGTERM, SIGHUP])
        let device = try TerminalDevice()
        // Wakes say that there is something to look at; one that is lost is made good by the next, and keys are bounded by the device.
        let (wakes, continuation) = AsyncStream<Wake>.makeStream(bufferingPolicy: .bufferingNewest(1024))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                for await bytes in device.input { continuation.yield(.typed(bytes)) }
                continuation.yield(.terminalGone)
            }
            group.addTask { for await number in signals.numbers { continuation.yield(.signal(number)) } }
            var loop = try Loop(session: self, device: device, status: status, isLive: isLive, continuation: continuation)
            try loop.begin(&group)
            for await wake in wakes {
                if try !loop.heed(wake, &group) { return .left }
                if loop.isOver { return .over }
            }
            return .left
        }
    }

    /// The view's memory, changed by one wake at a time.
    private struct Loop {
        let session: WatchSession
        let device: TerminalDevice
        let continuation: AsyncStream<Wake>.Continuation
        let clock = SystemClock()
        var status: RunStatus
        var isLive: Bool
        var state = WatchState()
        var keys = KeyReader()
        var painter: Painter
        var reader: LogTailReader
        var isAsking = false
        var isStale = false

        init(
            session: WatchSession, device: TerminalDevice, status: RunStatus, isLive: Bool, continuation: AsyncStream<Wake>.Continuation
        ) throws {
            self.session = session
            self.device = device
            self.continuation = continuation
            self.status = status
            self.isLive = isLive
            painter = Painter(hasColour: session.surroundings.console.hasColour)
            reader = try LogTailReader(RunLogs.find(status.run, at: session.place, session.surroundings).combined)
        }

        var screen: RunScreen {
            RunScreen(
                status: status, isLive: isLive, log: reader.tail, state: state, size: device.size, now: clock.now().milliseconds,
                isASCII: TerminalDevice.isASCII(session.surroundings.environment))
        }

        /// Whether the starter has nothing more to wait for.
        var isOver: Bool { session.isStarter && !isLive && (status.phase == "ended" || status.suspension != nil) }

        mutating func begin(_ group: inout ThrowingTaskGroup<Void, any Error>) throws {
            state.ctrlCPauses = session.isStarter
            try follow(&group)
            awaitEngine(&group)
            try reader.catchUp()
            draw()
            awaitSecond(&group)
        }

        /// - Returns: whether to go on.
        mutating func heed(_ wake: Wake, _ group: inout ThrowingTaskGroup<Void, any Error>) throws -> Bool {
            switch wake {
            case .terminalGone, .signal(SIGINT), .signal(SIGTERM), .signal(SIGHUP): return false
            case .signal: break
            case .typed(let bytes):
                for key in keys.keys(in: bytes) where !heed(key, &group) { return false }
            case .logGrew:
                try reader.catchUp()
                ask(&group)
            case .engineEnded: ask(&group)
            case .secondPassed: awaitSecond(&group)
            case .answered(let answer, let took): try answered(answer, took, &group)
            case .mayAskAgain:
                isAsking = false
                if isStale { ask(&group) }
            case .paused(let notice):
                state.notice = notice
                ask(&group)
            }
            draw()
            return true
        }

        private mutating func heed(_ key: Key, _ group: inout ThrowingTaskGroup<Void, any Error>) -> Bool {
            let screen = screen
            switch state.handle(key, links: screen.links, height: screen.bodyHeight) {
            case .leave: return false
            case .redraw: painter.forget()
            case .pause: pause(&group)
            case nil: break
            }
            return true
        }

        private mutating func draw() { device.write(painter.paint(screen.canvas)) }

        private func follow(_ group: inout ThrowingTaskGroup<Void, any Error>) throws {
            let changes = try FileChanges(reader.path)
            let continuation = continuation
            group.addTask { for await _ in changes.stream { continuation.yield(.logGrew) } }
        }

        /// An engine that is killed says nothing in the log: its process is watched.
        private func awaitEngine(_ group: inout ThrowingTaskGroup<Void, any Error>) {
            let client = RunFinder(place: session.place).client
            let continuation = continuation
            group.addTask {
                // Without an engine, or one that does not answer, there is no end to wait for.
                guard let health = try? await client.health(deadline: .now + .seconds(30)),
                    let engine = try? ProcessIdentity.of(pid: health.pid)
                else {
                    continuation.yield(.engineEnded)
                    return
                }
                // What cannot be watched counts as ended: the engine is asked.
                try? await engine.untilEnded()
                continuation.yield(.engineEnded)
            }
        }

        private func awaitSecond(_ group: inout ThrowingTaskGroup<Void, any Error>) {
            let continuation = continuation
            let clock = clock
            group.addTask {
                // Cancelled when the view is left.
                guard (try? await clock.wait(until: clock.now().advanced(byMilliseconds: 1_000))) != nil else { return }
                continuation.yield(.secondPassed)
            }
        }

        private mutating func ask(_ group: inout ThrowingTaskGroup<Void, any Error>) {
            isStale = isAsking
            guard !isAsking else { return }
            isAsking = true
            let finder = RunFinder(place: session.place)
            let (clock, continuation) = (clock, continuation)
            group.addTask {
                let begun = clock.now()
                // An engine that does not answer in time shows as one that is gone; the next change of the log asks again.
                let answer = try? await finder.live()
                continuation.yield(.answered(answer, took: clock.now().milliseconds(since: begun)))
            }
        }

        private mutating func answered(
            _ answer: RunStatus?, _ took: Int64, _ group: inout ThrowingTaskGroup<Void, any Error>
        ) throws {
            if answer != nil, !isLive { awaitEngine(&group) }
            isLive = answer != nil
            if let answer {
                let isOther = answer.run != status.run
                status = answer
                if isOther {
                    reader = try LogTailReader(RunLogs.find(answer.run, at: session.place, session.surroundings).combined)
                    try follow(&group)
                    try reader.catchUp()
                }
            } else if let last = session.standing(status.run) {
                status = last
            }
            let (clock, continuation) = (clock, continuation)
            group.addTask {
                guard (try? await clock.wait(until: clock.now().advanced(byMilliseconds: max(250, min(3_000, took * 20))))) != nil else {
                    return
                }
                continuation.yield(.mayAskAgain)
            }
        }

        private func pause(_ group: inout ThrowingTaskGroup<Void, any Error>) {
            let client = RunFinder(place: session.place).client
            let name = session.surroundings.environment["USER"] ?? ""
            let (continuation, options) = (continuation, session.place.options)
            group.addTask {
                do {
                    _ = try await client.suspend(reason: "cco watch", by: name)
                    continuation.yield(.paused("The run stands still. Go on with: cco resume\(options)"))
                } catch {
                    continuation.yield(.paused("The run could not be paused: \(error)"))
                }
            }
        }
    }

    /// The run's last state from its journal, once its engine has gone; `nil` when somebody else has it in hand again.
    private func standing(_ run: String) -> RunStatus? {
        // Another process that holds the workspace is no failure of the view: its log will say more.
        guard let lock = try? place.workspace.lock() else { return nil }
        defer { withExtendedLifetime(lock) {} }
        guard let folder = try? place.workspace.currentRun(), folder.id.name == run, let state = try? RunHost.read(folder) else {
            return nil
        }
        return RunStatus(run: state, at: state.clock.lastEventAt)
    }
}
