import Orchestration

/// Judges whether a running turn still gets on, from the marks of its output and the clock: a pure value that is fed with both, and that an engine
/// hands on to the next one.
///
/// - Before its first sign of life nothing is expected of it: slow starters have the turn's own time limit only.
/// - While a tool runs, silence means nothing (builds are long); the tool has a limit of its own.
/// - In a round of work with no tool running the CLI asks the model. A long answer is silent until its block is whole, so a request has a generous
///   limit of its own; the CLI gives up a dead one by itself and says so.
/// - Between two rounds nothing is under way: silence there is a stall.
///
/// What was told counts as dealt with: the turn then has some grace until it is told again, and a tool that goes on failing is told sooner.
package struct TurnProgress: Codable, Sendable, Equatable {
    /// From when on a turn is stuck.
    package struct Limits: Codable, Sendable, Equatable {
        /// Silence with nothing under way, in milliseconds.
        package var silence: Int64
        /// The run of one tool, in milliseconds.
        package var tool: Int64
        /// Silence while the model is asked, in milliseconds.
        package var request: Int64
        /// Failures in a row of the same call of a tool.
        package var failures: Int

        /// How long what was done about a turn has to help before it is told again, in milliseconds; never longer than the limit itself.
        package var grace: Int64
        /// Failures in a row after the agent has heard of them.
        package var furtherFailures: Int { min(failures, 3) }

        package init(
            silenceMinutes: Double, toolMinutes: Double, requestMinutes: Double = 45, failures: Int = 8, graceMinutes: Double = 5
        ) {
            silence = Int64(silenceMinutes * 60_000)
            tool = Int64(toolMinutes * 60_000)
            request = Int64(requestMinutes * 60_000)
            grace = Int64(graceMinutes * 60_000)
            self.failures = failures
        }
    }

    private struct Tool: Codable, Sendable, Equatable {
        var name: String
        var call: Int
        var since: Timestamp
        var due: Timestamp
        /// For people who look on; nothing depends on it. It is not written down: an agent's words stay out of the journal's file.
        var argument = ""

        private enum CodingKeys: CodingKey { case name, call, since, due }

        static func == (one: Tool, other: Tool) -> Bool {
            one.name == other.name && one.call == other.call && one.since == other.since && one.due == other.due
        }
    }

    private struct Failing: Codable, Sendable, Equatable {
        var call: Int
        var name: String
        var count: Int
    }

    /// Tools that are watched at once. Each line of output looks at all of them, and an agent can begin more than ever end; those that began
    /// first stay, because what hangs longest is told.
    private static let mostTools = 256

    private var limits: Limits
    private var lastSign: Timestamp?
    private var tools: [String: Tool] = [:]
    private var failing: Failing?
    private var isWorking = false
    /// Whether the last that was heard is a pause before the provider is asked again. Not written down: whoever follows the turn on hears of the next one.
    package private(set) var isRetrying = false
    /// Whether a tool's failures were told.
    private var isWarned = false
    /// Until when silence is borne after it was told.
    private var borneUntil: Timestamp?

    private enum CodingKeys: CodingKey { case limits, lastSign, tools, failing, isWorking, isWarned, borneUntil }

    package init(limits: Limits) { self.limits = limits }

    /// Takes the marks of one line of output.
    package mutating func take(_ marks: [ProgressMark], at now: Timestamp) {
        lastSign = now
        borneUntil = nil
        isRetrying = false
        for mark in marks {
            switch mark {
            case .retrying: isRetrying = true
            case .toolStarted(let id, let name, let call, let argument):
                guard tools.count < Self.mostTools || tools[id] != nil else { continue }
                let due = now.advanced(byMilliseconds: limits.tool)
                tools[id] = Tool(name: name, call: call, since: now, due: due, argument: argument)
            case .toolEnded(let id, let failed):
                guard let tool = tools.removeValue(forKey: id) else { continue }
                count(tool, failed: failed)
            case .began:
                isWorking = true
            case .rested:
                isWorking = false
                // What was broken off has ended, whether its end was written or not.
                tools = [:]
            case .told:
                if failing != nil { isWarned = true }
                failing = nil
            case .unreadable:
                // It may have been the end of any of them.
                tools = [:]
            case .output:
                break
            }
        }
    }

    private mutating func count(_ tool: Tool, failed: Bool) {
        guard failed else {
            failing = nil
            isWarned = false
            return
        }
        let before = failing.flatMap { $0.call == tool.call ? $0.count : nil } ?? 0
        failing = Failing(call: tool.call, name: tool.name, count: before + 1)
    }

    /// Something is done about the present verdict: nothing is said again until that had time to help.
    package mutating func bear(at now: Timestamp) {
        if failing != nil { isWarned = true }
        failing = nil
        for (id, tool) in tools where tool.due <= now {
            tools[id]?.due = now.advanced(byMilliseconds: min(limits.grace, limits.tool))
        }
        borneUntil = now.advanced(byMilliseconds: min(limits.grace, silence))
    }

    /// In which way it is stuck; `nil` while it gets on.
    package func verdict(at now: Timestamp) -> StuckCause? {
        if let failing, failing.count >= (isWarned ? limits.furtherFailures : limits.failures) {
            return .failingTool(name: failing.name, times: failing.count)
        }
        guard let lastSign, let deadline, deadline <= now else { return nil }
        if let tool = next { return .hungTool(name: tool.name, minutes: Int(now.milliseconds(since: tool.since) / 60_000)) }
        let minutes = Int(now.milliseconds(since: lastSign) / 60_000)
        return isWorking ? .hungRequest(minutes: minutes) : .silent(minutes: minutes)
    }

    /// When the verdict changes if nothing more is heard; `nil` when it never does.
    package var deadline: Timestamp? {
        guard let lastSign else { return nil }
        return next?.due ?? borneUntil ?? lastSign.advanced(byMilliseconds: silence)
    }

    /// What another engine has seen, judged by the limits that now hold: as if all of it had been said just now, because nobody watched in between
    /// and the clock may be another one.
    package func takenUp(at now: Timestamp, limits: Limits) -> TurnProgress {
        var progress = self
        progress.limits = limits
        progress.borneUntil = nil
        if lastSign != nil { progress.lastSign = now }
        progress.tools = tools.mapValues {
            Tool(name: $0.name, call: $0.call, since: now, due: now.advanced(byMilliseconds: limits.tool), argument: $0.argument)
        }
        return progress
    }

    /// What it shows to people who look on.
    ///
    /// - Parameter tokens: that the turn has taken.
    package func activity(tokens: Int, costUsd: Double? = nil) -> TurnActivity {
        let running = tools.sorted { ($1.value.since, $1.key) < ($0.value.since, $0.key) }.map(\.value)
        return TurnActivity(
            step: step(hasTools: !running.isEmpty),
            tools: running.map { .init(name: $0.name, argument: $0.argument, since: $0.since) }, tokens: tokens,
            costUsd: costUsd)
    }

    private func step(hasTools: Bool) -> TurnActivity.Step {
        if lastSign == nil { return .starting }
        if isRetrying { return .retrying }
        if hasTools { return .tool }
        return isWorking ? .thinking : .resting
    }

    /// How long silence is borne without a tool.
    private var silence: Int64 { isWorking ? limits.request : limits.silence }

    /// The tool whose time is over first.
    private var next: Tool? { tools.values.min { ($0.due, $0.since, $0.call) < ($1.due, $1.since, $1.call) } }
}
