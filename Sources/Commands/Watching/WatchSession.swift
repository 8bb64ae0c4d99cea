import ControlAPI
import Engine
import Glibc
import Orchestration
import Terminal

/// Shows a run on the terminal until the person leaves, or until the run is over. Draws when something has changed, and once a second for the
/// clocks on the screen.
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
        case typed([Key])
        case signal(Int32)
        case followed(RunFollower.Moment)
        case secondPassed
        case told(String)
        case fetched(WatchState.Document)
        case terminalGone
    }

    /// - Throws: `Failure` when there is no terminal, or no log.
    @discardableResult
    func run(status: RunStatus, isLive: Bool) async throws -> Ending {
        let signals = try Signals([SIGWINCH, SIGINT, SIGTERM, SIGHUP])
        let (place, surroundings) = (place, surroundings)
        let follower = try RunFollower(
            surroundings: surroundings, place: place, status: status, isLive: isLive, redactor: { try place.redactor(surroundings) })
        let device = try TerminalDevice()
        defer { device.giveBack() }
        // Wakes say that there is something to look at; one that is lost is made good by the next, and keys are bounded by the device.
        let (wakes, continuation) = AsyncStream<Wake>.makeStream(bufferingPolicy: .bufferingNewest(1024))
        return await withDiscardingTaskGroup { group in
            defer { group.cancelAll() }
            group.addTask {
                do {
                    try await follower.run()
                } catch {
                    continuation.yield(.told("The view no longer follows the run: \(error)"))
                }
            }
            group.addTask { for await _ in await follower.changes() { continuation.yield(.followed(await follower.moment)) } }
            group.addTask {
                for await keys in device.input { continuation.yield(.typed(keys)) }
                continuation.yield(.terminalGone)
            }
            group.addTask { for await number in signals.numbers { continuation.yield(.signal(number)) } }
            var loop = Loop(session: self, device: device, follower: follower, moment: await follower.moment, continuation: continuation)
            loop.begin(&group)
            defer { loop.stopReading() }
            for await wake in wakes {
                if !loop.heed(wake, &group) { return .left }
                if loop.isOver { return .over }
            }
            return .left
        }
    }

    /// The view's memory, changed by one wake at a time.
    private struct Loop {
        let session: WatchSession
        let device: TerminalDevice
        let follower: RunFollower
        let continuation: AsyncStream<Wake>.Continuation
        let clock = SystemClock()
        var moment: RunFollower.Moment
        var state = WatchState()
        var painter: Painter
        /// Fetches the text that is open, and again whenever it grows.
        var reading: Task<Void, Never>?
        /// The output of a gate or a turn that is shown.
        private var output: DocumentReader.Output?
        /// What tells whether the agent whose transcript is shown has begun or ended a turn since.
        private var turns: String?
        private let documents: DocumentReader

        init(
            session: WatchSession, device: TerminalDevice, follower: RunFollower, moment: RunFollower.Moment,
            continuation: AsyncStream<Wake>.Continuation
        ) {
            self.session = session
            self.device = device
            self.follower = follower
            self.moment = moment
            self.continuation = continuation
            documents = DocumentReader(surroundings: session.surroundings, place: session.place)
            painter = Painter(hasColour: session.surroundings.console.hasColour)
            state.ctrlCPauses = session.isStarter
        }

        /// Whether the starter has nothing more to wait for.
        var isOver: Bool {
            session.isStarter && !moment.isLive && (moment.status.phase == "ended" || moment.status.suspension != nil)
        }

        private var screen: RunScreen {
            var screen = RunScreen(
                status: moment.status, isLive: moment.isLive, log: moment.log, state: state, size: device.size,
                now: clock.now().milliseconds, isASCII: TerminalDevice.isASCII(session.surroundings.environment))
            screen.options = session.place.options
            return screen
        }

        mutating func begin(_ group: inout DiscardingTaskGroup) {
            draw()
            awaitSecond(&group)
        }

        /// - Returns: whether to go on.
        mutating func heed(_ wake: Wake, _ group: inout DiscardingTaskGroup) -> Bool {
            switch wake {
            case .terminalGone, .signal(SIGINT), .signal(SIGTERM), .signal(SIGHUP): return false
            case .signal: break
            case .typed(let keys): for key in keys where !heed(key, &group) { return false }
            case .followed(let newest):
                moment = newest
                followOutput()
            case .secondPassed: awaitSecond(&group)
            case .told(let notice): state.notice = notice
            // One that comes when something else is open again is dropped.
            case .fetched(let document): if state.open == document.link { state.document = document }
            }
            draw()
            return true
        }

        private mutating func heed(_ key: Key, _ group: inout DiscardingTaskGroup) -> Bool {
            switch state.handle(key, on: screen.scene) {
            case .leave: return false
            case .redraw: painter.forget()
            case .pause: pause(&group)
            case .load(let link): read(link)
            case .tell(let agent, let text, let interrupts): tell(agent, text, interrupts: interrupts, &group)
            case nil: break
            }
            if state.document?.link != state.open, reading != nil, !isText(state.open) { stopReading() }
            return true
        }

        private mutating func draw() { device.write(painter.paint(screen.canvas)) }

        private func awaitSecond(_ group: inout DiscardingTaskGroup) {
            let (continuation, clock) = (continuation, clock)
            group.addTask {
                // Cancelled when the view is left.
                guard (try? await clock.wait(until: clock.now().advanced(byMilliseconds: 1_000))) != nil else { return }
                continuation.yield(.secondPassed)
            }
        }

        // MARK: Texts

        private func isText(_ link: WatchState.Link?) -> Bool {
            switch link {
            case .diff, .gateLog, .agent: true
            case .task, .candidate, .question, nil: false
            }
        }

        mutating func stopReading() {
            reading?.cancel()
            reading = nil
        }

        /// A gate that begins while its log is open is shown from then on, and a red one where it is kept; so is an agent's next turn.
        private mutating func followOutput() {
            guard let link = state.open, isText(link), turns == nil || turns != turns(of: link),
                let newest = documents.output(link, moment.status), newest.path != output?.path
            else { return }
            read(link)
        }

        private func turns(of link: WatchState.Link) -> String? {
            guard case .agent(let id) = link, let agent = moment.status.agents.first(where: { $0.id == id }) else { return nil }
            return "\(agent.turns) \(agent.turn ?? "")"
        }

        private mutating func read(_ link: WatchState.Link) {
            stopReading()
            let (continuation, status) = (continuation, moment.status)
            let reader = documents
            turns = turns(of: link)
            output = reader.output(link, status)
            reading = Task { [output] in
                guard let output, let changes = try? FileChanges(output.path) else {
                    continuation.yield(.fetched(await reader.document(link, status)))
                    return
                }
                // The first wake comes at once.
                for await _ in changes.stream { continuation.yield(.fetched(await reader.document(link, status))) }
            }
        }

        // MARK: Orders

        private func tell(_ agent: String, _ text: String, interrupts: Bool, _ group: inout DiscardingTaskGroup) {
            let (continuation, follower) = (continuation, follower)
            var request = OrderRequest(id: OrderDelivery.newName(), kind: .tell)
            request.agent = agent
            request.text = text
            request.interrupts = interrupts
            request.run = moment.status.run
            group.addTask { [request] in
                do {
                    let receipt = try await follower.give(request)
                    continuation.yield(.told("\(agent): \(receipt.words)"))
                } catch {
                    continuation.yield(.told("The message was not taken: \(error)"))
                }
            }
        }

        private func pause(_ group: inout DiscardingTaskGroup) {
            let (continuation, follower, options) = (continuation, follower, session.place.options)
            group.addTask {
                do {
                    try await follower.pause(with: "cco watch")
                    continuation.yield(.told("The run stands still. Go on with: cco resume\(options)"))
                } catch ControlClientError.notRunning {
                    continuation.yield(.told("No engine has the run in hand. Go on with: cco resume\(options)"))
                } catch {
                    continuation.yield(.told("The run could not be paused: \(error)"))
                }
            }
        }
    }
}
