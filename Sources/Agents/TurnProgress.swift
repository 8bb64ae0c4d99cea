import Orchestration

/// Judges whether a running turn still gets on, from the marks of its output and the clock: a pure value that is fed with both, and that an engine
/// hands on to the next one.
///
/// - Before its first sign of life nothing is expected of it: slow starters have the turn's own time limit only.
/// - While a tool runs, silence means nothing (builds are long); the tool has a limit of its own.
/// - With no tool running, the next line comes from a request to the model. The CLI gives up a dead request by itself and says so, so
///   silence beyond the limit means that the CLI hangs, or a request that nobody ends.
package struct TurnProgress: Codable, Sendable, Equatable {
    /// From when on a turn is stuck.
    package struct Limits: Codable, Sendable, Equatable {
        /// Silence without a running tool, in milliseconds.
        package var silence: Int64
        /// The run of one tool, in milliseconds.
        package var tool: Int64
        /// Failures in a row of the same call of a tool.
        package var failures: Int

        package init(silenceMinutes: Double, toolMinutes: Double, failures: Int = 8) {
            silence = Int64(silenceMinutes * 60_000)
            tool = Int64(toolMinutes * 60_000)
            self.failures = failures
        }
    }

    private struct Tool: Codable, Sendable, Equatable {
        var name: String
        var call: Int
        var since: Timestamp
    }

    private struct Failing: Codable, Sendable, Equatable {
        var call: Int
        var name: String
        var count: Int
    }

    private var limits: Limits
    private var lastSign: Timestamp?
    private var tools: [String: Tool] = [:]
    private var failing: Failing?

    package init(limits: Limits) { self.limits = limits }

    /// Takes the marks of one line of output.
    package mutating func take(_ marks: [ProgressMark], at now: Timestamp) {
        lastSign = now
        for mark in marks {
            switch mark {
            case .toolStarted(let id, let name, let call):
                tools[id] = Tool(name: name, call: call, since: now)
            case .toolEnded(let id, let failed):
                guard let tool = tools.removeValue(forKey: id) else { continue }
                count(tool, failed: failed)
            case .output:
                break
            }
        }
    }

    private mutating func count(_ tool: Tool, failed: Bool) {
        guard failed else { return failing = nil }
        let before = failing.flatMap { $0.call == tool.call ? $0.count : nil } ?? 0
        failing = Failing(call: tool.call, name: tool.name, count: before + 1)
    }

    /// In which way it is stuck; `nil` while it gets on.
    package func verdict(at now: Timestamp) -> StuckCause? {
        if let failing, failing.count >= limits.failures { return .failingTool(name: failing.name, times: failing.count) }
        guard let lastSign else { return nil }
        if let tool = longest {
            let time = now.milliseconds(since: tool.since)
            return time >= limits.tool ? .hungTool(name: tool.name, minutes: Int(time / 60_000)) : nil
        }
        let time = now.milliseconds(since: lastSign)
        return time >= limits.silence ? .silent(minutes: Int(time / 60_000)) : nil
    }

    /// When the verdict changes if nothing more is heard; `nil` when it never does.
    package var deadline: Timestamp? {
        if let tool = longest { return tool.since.advanced(byMilliseconds: limits.tool) }
        return lastSign.map { $0.advanced(byMilliseconds: limits.silence) }
    }

    /// What another engine has seen, judged by the limits that now hold: as if all of it had been said just now, because nobody watched in between
    /// and the clock may be another one.
    package func takenUp(at now: Timestamp, limits: Limits) -> TurnProgress {
        var progress = self
        progress.limits = limits
        if lastSign != nil { progress.lastSign = now }
        progress.tools = tools.mapValues { Tool(name: $0.name, call: $0.call, since: now) }
        return progress
    }

    private var longest: Tool? { tools.values.min { ($0.since, $0.call) < ($1.since, $1.call) } }
}
