/// Which moment of a run is shown, changed by keys. What a key is not for goes to the view.
package struct ReplayState: Sendable, Equatable {
    /// What the program has to do.
    package enum Action: Sendable, Equatable {
        /// Show another moment.
        case move
        /// Find the next thing that matters, or the one before, and go there.
        case findMark(isForward: Bool)
        /// Begin or stop to play.
        case play
    }

    /// The event after which the run is shown.
    package private(set) var position: Int64
    /// The newest event.
    package var last: Int64
    package private(set) var isPlaying = false
    /// How fast it plays, as a power of two.
    package private(set) var pace = 0

    /// How long the whole run takes to play at the usual pace.
    private static let ticks: Int64 = 400
    /// Milliseconds between two pictures while it plays.
    package static let tick: Int64 = 100

    package init(position: Int64, last: Int64) {
        self.position = position
        self.last = last
    }

    /// - Returns: `nil` for a key that is the view's.
    package mutating func handle(_ key: Key) -> Action? {
        switch key {
        case .left: return move(to: position - 1)
        case .right: return move(to: position + 1)
        case .character("<"), .character(","): return move(to: position - 50)
        case .character(">"), .character("."): return move(to: position + 50)
        case .home: return move(to: 1)
        case .end: return move(to: last)
        case .character("n"): return .findMark(isForward: true)
        case .character("N"), .character("b"): return .findMark(isForward: false)
        case .character("+"): pace = min(6, pace + 1)
        case .character("-"): pace = max(-6, pace - 1)
        case .character(" "):
            if !isPlaying, position >= last { position = 1 }
            isPlaying.toggle()
            return .play
        default: return nil
        }
        return .move
    }

    /// Shows another moment and no longer plays.
    @discardableResult
    package mutating func move(to wanted: Int64) -> Action {
        isPlaying = false
        position = max(1, min(last, wanted))
        return .move
    }

    /// A tick has passed while it plays.
    package mutating func advance() {
        guard isPlaying else { return }
        let step = max(1, last / Self.ticks)
        position = min(last, position + max(1, pace >= 0 ? step << Int64(pace) : step >> Int64(-pace)))
        if position == last { isPlaying = false }
    }

    /// What the keys do, for the help.
    static let help = [
        "Keys of the replay", "",
        "  left, right      the event before, the next one",
        "  , .  or  < >     50 events back or on",
        "  home             the first event",
        "  end              the newest one; of a run that goes on, what has come since too",
        "  n, N             the next thing that matters, the one before: what landed,",
        "                   red gates, conflicts, questions, limits",
        "  space            play from here; + and - change the pace",
        "", "Keys of the view", "",
        "  1 2 3 4 5, tab   company, tasks, merge queue, log, limits and cost",
        "  up, down, j, k   move; pgup, pgdn, g, G: further",
        "  enter            open what is selected",
        "  t                the transcript of who works on it, as far as it had come",
        "  esc, q           back; q leaves the replay",
        "  ctrl-l           draw everything anew",
    ]

    /// The line at the foot of the screen.
    ///
    /// - Parameter time: of the moment, for people.
    package func line(time: String) -> String {
        "\(isPlaying ? "playing" : "replay") \(position)/\(last)  \(time)  ←→ step  space play  ? keys  q leave"
    }
}
