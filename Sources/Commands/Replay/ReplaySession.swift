import Engine
import Glibc
import Observability
import Orchestration
import Terminal

/// Shows a run's moments on the terminal until the person leaves.
struct ReplaySession: Sendable {
    var surroundings: Surroundings
    var place: Place
    var history: RunHistory

    private enum Wake: Sendable {
        case typed([Key])
        case signal(Int32)
        case loaded(RunHistory.Past)
        /// The journal's newest event.
        case grown(Int64)
        case found(Int64?)
        /// What is open, as far as it is kept; `nil` where it is not.
        case read(WatchState.Document?)
        case tickPassed
        case failed(String)
        case terminalGone
    }

    /// - Throws: `Failure` when there is no terminal; what reading the journal throws.
    func run() async throws {
        let signals = try Signals([SIGWINCH, SIGINT, SIGTERM, SIGHUP])
        let last = await history.last
        let first = try await history.past(at: last)
        let device = try TerminalDevice()
        defer { device.giveBack() }
        // One load and one tick are under way at most, and keys are bounded by the device.
        let (wakes, continuation) = AsyncStream<Wake>.makeStream(bufferingPolicy: .bufferingNewest(1024))
        await withDiscardingTaskGroup { group in
            defer { group.cancelAll() }
            group.addTask {
                for await keys in device.input { continuation.yield(.typed(keys)) }
                continuation.yield(.terminalGone)
            }
            group.addTask { for await number in signals.numbers { continuation.yield(.signal(number)) } }
            var loop = Loop(session: self, device: device, continuation: continuation, past: first, last: last)
            loop.draw()
            for await wake in wakes where !loop.heed(wake, &group) { return }
        }
    }

    /// The view's memory, changed by one wake at a time.
    private struct Loop {
        let history: RunHistory
        let documents: DocumentReader
        let device: TerminalDevice
        let continuation: AsyncStream<Wake>.Continuation
        let isASCII: Bool
        let clock = SystemClock()
        var past: RunHistory.Past
        var replay: ReplayState
        var state = WatchState()
        var painter: Painter
        var isLoading = false
        var isTicking = false
        var isReading = false
        /// Whose transcript was read last, and of which moment.
        var readOf: (agent: String, sequence: Int64)?

        init(
            session: ReplaySession, device: TerminalDevice, continuation: AsyncStream<Wake>.Continuation, past: RunHistory.Past, last: Int64
        ) {
            history = session.history
            documents = DocumentReader(surroundings: session.surroundings, place: session.place)
            self.device = device
            self.continuation = continuation
            self.past = past
            isASCII = TerminalDevice.isASCII(session.surroundings.environment)
            replay = ReplayState(position: past.sequence, last: last)
            painter = Painter(hasColour: session.surroundings.console.hasColour)
        }

        private var screen: RunScreen {
            var screen = RunScreen(
                status: past.status, isLive: past.status.isAtWork, log: past.log, state: state, size: device.size,
                now: past.time.milliseconds, isASCII: isASCII)
            screen.replay = replay.line(time: HumanText.time(past.status.at))
            return screen
        }

        mutating func draw() { device.write(painter.paint(screen.canvas)) }

        /// - Returns: whether to go on.
        mutating func heed(_ wake: Wake, _ group: inout DiscardingTaskGroup) -> Bool {
            switch wake {
            case .terminalGone, .signal(SIGINT), .signal(SIGTERM), .signal(SIGHUP): return false
            case .signal: break
            case .typed(let keys): for key in keys where !heed(key, &group) { return false }
            case .loaded(let newest):
                isLoading = false
                past = newest
            case .grown(let last):
                // Unless other keys were typed meanwhile.
                let isAtEnd = replay.position == replay.last
                replay.last = last
                if isAtEnd { replay.move(to: last) }
            case .found(let sequence):
                if let sequence { replay.move(to: sequence) } else { state.notice = "There is nothing more in this direction." }
            case .read(let document):
                isReading = false
                state.document = document
            case .tickPassed:
                isTicking = false
                replay.advance()
            case .failed(let reason):
                isLoading = false
                state.notice = reason
            }
            load(&group)
            read(&group)
            tick(&group)
            draw()
            return true
        }

        private mutating func heed(_ key: Key, _ group: inout DiscardingTaskGroup) -> Bool {
            state.notice = nil
            switch replay.handle(key) {
            case .move:
                if key == .end { grow(&group) }
                return true
            case .play: return true
            case .findMark(let isForward):
                let (history, position, continuation) = (history, replay.position, continuation)
                group.addTask {
                    let timeline = await history.timeline
                    let mark = isForward ? timeline.mark(after: position) : timeline.mark(before: position)
                    continuation.yield(.found(mark?.sequence))
                }
                return true
            case nil: break
            }
            switch state.handle(key, on: screen.scene) {
            case .leave: return false
            case .redraw: painter.forget()
            // It is read for each moment, as long as it is open.
            case .load(.agent): break
            case .load(let link):
                state.document = WatchState.Document(
                    link: link, title: "No part of the journal",
                    lines: ["Differences and gates' logs are kept beside the journal,", "as they are now. `cco watch` shows them."])
            case .pause, .tell, nil: break
            }
            if state.draft != nil {
                state.draft = nil
                state.notice = "This is a replay: it changes nothing."
            }
            if state.asksForPause {
                state.asksForPause = false
                state.notice = "This is a replay: it changes nothing."
            }
            return true
        }

        /// Looks for what a run that goes on has added.
        private func grow(_ group: inout DiscardingTaskGroup) {
            let (history, continuation) = (history, continuation)
            group.addTask {
                do {
                    continuation.yield(.grown(try await history.catchUp()))
                } catch {
                    continuation.yield(.failed("\(error)"))
                }
            }
        }

        private mutating func load(_ group: inout DiscardingTaskGroup) {
            guard !isLoading, past.sequence != replay.position, state.notice == nil else { return }
            isLoading = true
            let (history, position, continuation) = (history, replay.position, continuation)
            group.addTask {
                do {
                    continuation.yield(.loaded(try await history.past(at: position)))
                } catch {
                    continuation.yield(.failed("\(error)"))
                }
            }
        }

        /// Fetches the transcript that is open, as far as it had begun at the moment that is shown; once for each.
        private mutating func read(_ group: inout DiscardingTaskGroup) {
            guard case .agent(let agent) = state.open else { return readOf = nil }
            guard !isReading, readOf?.agent != agent || readOf?.sequence != past.sequence else { return }
            isReading = true
            readOf = (agent, past.sequence)
            let (history, documents, past, continuation) = (history, documents, past, continuation)
            group.addTask {
                let begun = await history.timeline.turns(of: agent, until: past.sequence)
                continuation.yield(.read(documents.transcript(agent, past.status, begun: begun)))
            }
        }

        private mutating func tick(_ group: inout DiscardingTaskGroup) {
            guard replay.isPlaying, !isTicking else { return }
            isTicking = true
            let (continuation, clock) = (continuation, clock)
            group.addTask {
                // Cancelled when the view is left.
                guard (try? await clock.wait(until: clock.now().advanced(byMilliseconds: ReplayState.tick))) != nil else { return }
                continuation.yield(.tickPassed)
            }
        }
    }
}
