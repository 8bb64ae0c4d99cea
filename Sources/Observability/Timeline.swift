import Orchestration

/// What happened when, for a picture on a time axis: turns, gates, merges and publications as spans, and what a person looks for as marks.
///
/// A pure projection of the journal's events, taken one at a time, so that following a live run costs what is new. Bounded: of more than `limit`
/// spans or marks the oldest are forgotten. It holds no text that an agent wrote.
package struct Timeline: Sendable {
    /// Something with a beginning and an end.
    package struct Span: Codable, Sendable, Equatable {
        package enum Kind: String, Codable, Sendable {
            case turn, gate, quickGate, merge, publish
        }

        package var kind: Kind
        /// Whose row it belongs to: an agent's id, or `gate`, `merge` and `publish` with the branch's name behind it.
        package var lane: String
        /// The turn's id, the candidate's, or the task's.
        package var id: String
        /// What for: a purpose such as `work` or `review`.
        package var purpose: String?
        package var task: String?
        /// The gate run whose log there is.
        package var gateRun: String?
        /// Milliseconds since 1970.
        package var from: Int64
        /// Missing while it goes on.
        package var to: Int64?
        /// `done`, or how it ended otherwise: `red`, `conflict`, `stopped`, `failed` …; missing while it goes on.
        package var end: String?
        /// The event with which it began, for replay.
        package var sequence: Int64
    }

    /// Something that happened at a moment.
    package struct Mark: Codable, Sendable, Equatable {
        package enum Kind: String, Codable, Sendable {
            case started, resumed, paused, needsPerson, landed, returned, red, flake, message, order, finishing, ended
        }

        package var kind: Kind
        package var at: Int64
        package var sequence: Int64
        /// What it is about: a task, a candidate, an agent.
        package var about: String?
        package var commit: String?
        /// Where it landed: the target branch or a team.
        package var target: String?
    }

    /// What is new since a revision.
    package struct Update: Codable, Sendable, Equatable {
        /// The newest event that is in it.
        package var sequence: Int64
        /// What to ask with next time.
        package var revision: Int
        /// The newest revision: larger than `revision` where there is more than was asked for at once.
        package var newest: Int
        /// By their number; an earlier one with the same number is replaced.
        package var spans: [Numbered<Span>]
        package var marks: [Numbered<Mark>]
        /// Spans and marks below these numbers are forgotten.
        package var firstSpan: Int
        package var firstMark: Int
    }

    package struct Numbered<Value: Codable & Sendable & Equatable>: Codable, Sendable, Equatable {
        package var number: Int
        package var value: Value
    }

    private struct Kept<Value: Codable & Sendable & Equatable>: Sendable {
        var revision: Int
        var value: Value
    }

    /// Spans, and as many marks, that are kept.
    package static let limit = 60_000

    private let limit: Int
    private var revision = 0
    private(set) package var sequence: Int64 = 0
    /// The time of the newest event.
    private var newest: Int64 = 0
    private var spans: [Kept<Span>] = []
    private var firstSpan = 0
    private var marks: [Kept<Mark>] = []
    private var firstMark = 0
    /// Numbers of the spans that go on, by what ends them.
    private var open: [String: Int] = [:]
    /// What effects that failed were, until they are tried again: the span as it began first.
    private var delayed: [String: Span] = [:]
    /// Numbers of the newest span of each candidate in each kind of row, which a verdict that comes later colours.
    private var latest: [String: Int] = [:]
    /// What the run's target branch is called in rows.
    var base = "base"
    /// What a candidate is about, while it is in a queue.
    private var candidates: [String: (task: String?, target: String)] = [:]
    private var effects: [String: String] = [:]

    package init(limit: Int = Timeline.limit) { self.limit = limit }

    /// Whether nothing goes on in it: no span is open.
    package var openCount: Int { open.count }

    /// What is new or has changed since.
    ///
    /// - Parameters:
    ///   - revision: of an earlier answer; 0 for everything.
    ///   - limit: about so many spans and marks, those that changed first.
    package func update(after revision: Int, limit: Int = .max) -> Update {
        let changed = (spans.map(\.revision) + marks.map(\.revision)).filter { $0 > revision }
        let end = changed.count > limit ? changed.sorted()[max(1, limit) - 1] : self.revision
        return update(until: end, spans: { $0.revision > revision && $0.revision <= end }) { $0.revision > revision && $0.revision <= end }
    }

    /// What a task's way was.
    package func update(on task: String) -> Update {
        update(until: revision, spans: { $0.value.task == task }, marks: { $0.value.about == task })
    }

    /// The turns that an agent had begun by an event.
    package func turns(of agent: String, until sequence: Int64) -> Set<String> {
        Set(spans.lazy.map(\.value).filter { $0.kind == .turn && $0.lane == agent && $0.sequence <= sequence }.map(\.id))
    }

    private func update(until end: Int, spans isSpan: (Kept<Span>) -> Bool, marks isMark: (Kept<Mark>) -> Bool) -> Update {
        func chosen<Value>(_ kept: [Kept<Value>], _ first: Int, _ isChosen: (Kept<Value>) -> Bool) -> [Numbered<Value>] {
            kept.indices.filter { isChosen(kept[$0]) }.map { Numbered(number: first + $0, value: kept[$0].value) }
        }
        return Update(
            sequence: sequence, revision: end, newest: revision, spans: chosen(spans, firstSpan, isSpan),
            marks: chosen(marks, firstMark, isMark), firstSpan: firstSpan, firstMark: firstMark)
    }

    /// The newest mark at or before an event, or the next one after it: for a jump.
    package func mark(before sequence: Int64) -> Mark? { marks.last { $0.value.sequence < sequence }?.value }
    package func mark(after sequence: Int64) -> Mark? { marks.first { $0.value.sequence > sequence }?.value }

    // MARK: Growing

    mutating func step(to sequence: Int64) {
        self.sequence = sequence
        revision += 1
    }

    /// The event has been taken.
    mutating func pass(_ time: Int64) { newest = time }

    mutating func begin(_ key: String, _ span: Span) {
        if open[key] != nil { end(key, at: span.from, "stopped") }
        open[key] = firstSpan + spans.count
        if span.kind == .gate || span.kind == .merge { latest["\(span.kind) \(span.id)"] = firstSpan + spans.count }
        spans.append(Kept(revision: revision, value: span))
        guard spans.count > limit + limit / 8 else { return }
        let surplus = spans.count - limit
        spans.removeFirst(surplus)
        firstSpan += surplus
    }

    /// Has an effect that failed begin again, as a span of its own.
    mutating func beginAgain(_ effect: EffectID, at time: Int64) {
        if let key = effects[effect.name] { beginAgain(key, at: time) }
    }

    /// Has every effect begin again, as a span of its own: the engine that was at it is no more since the event before.
    mutating func beginAgain(at time: Int64) {
        for key in effects.values where open[key] != nil { fail(key, at: newest, "stopped") }
        let order = delayed.mapValues(\.sequence)
        for key in effects.values.sorted(by: { order[$0] ?? 0 < order[$1] ?? 0 }) { beginAgain(key, at: time) }
    }

    private mutating func beginAgain(_ key: String, at time: Int64) {
        guard var span = delayed.removeValue(forKey: key) else { return }
        span.from = time
        span.sequence = sequence
        begin(key, span)
    }

    /// Ends what goes on because it failed, and keeps what it was for another try.
    mutating func fail(_ key: String, at time: Int64, _ word: String = "failed") {
        if let number = open[key], number >= firstSpan {
            var span = spans[number - firstSpan].value
            span.end = nil
            delayed[key] = span
        }
        end(key, at: time, word)
    }

    mutating func end(_ key: String, at time: Int64, _ word: String) {
        guard let number = open.removeValue(forKey: key), number >= firstSpan else { return }
        spans[number - firstSpan].value.to = time
        // A verdict says more than that the work is done.
        if spans[number - firstSpan].value.end == nil { spans[number - firstSpan].value.end = word }
        spans[number - firstSpan].revision = revision
    }

    /// What came of a candidate's newest gate run or merge, which may be known before it is acknowledged or after.
    mutating func judge(_ kind: Span.Kind, _ candidate: String, _ word: String) {
        guard let number = latest["\(kind) \(candidate)"], number >= firstSpan else { return }
        spans[number - firstSpan].value.end = word
        spans[number - firstSpan].revision = revision
    }

    /// Ends everything that goes on: nobody is there any more to end it.
    mutating func endAll(at time: Int64, _ word: String) {
        for key in open.keys { end(key, at: time, word) }
    }

    mutating func mark(_ kind: Mark.Kind, _ about: String?, at time: Int64, commit: String? = nil, target: String? = nil) {
        marks.append(
            Kept(revision: revision, value: Mark(kind: kind, at: time, sequence: sequence, about: about, commit: commit, target: target)))
        guard marks.count > limit + limit / 8 else { return }
        let surplus = marks.count - limit
        marks.removeFirst(surplus)
        firstMark += surplus
    }

    mutating func remember(_ candidate: String, task: String?, target: String) { candidates[candidate] = (task, target) }
    mutating func forget(_ candidate: String) {
        candidates[candidate] = nil
        for kind in [Span.Kind.gate, .merge] { latest["\(kind) \(candidate)"] = nil }
    }
    func task(of candidate: String) -> String? { candidates[candidate]?.task }
    func target(of candidate: String) -> String { candidates[candidate]?.target ?? "" }

    mutating func intend(_ effect: EffectID, _ key: String) { effects[effect.name] = key }
    mutating func acknowledge(_ effect: EffectID) -> String? {
        let key = effects.removeValue(forKey: effect.name)
        if let key { delayed[key] = nil }
        return key
    }
    func key(of effect: EffectID) -> String? { effects[effect.name] }
}
