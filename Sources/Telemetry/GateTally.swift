import Orchestration

/// How often the gates ran, how they ended and how long they took. A fold of the journal's events.
package struct GateTally: Sendable {
    package struct Count: Sendable, Equatable {
        package var runs = 0
        package var milliseconds: Int64 = 0
    }

    package struct Kind: Hashable, Sendable {
        /// `gate`, `quick` or `baseline`.
        package var gate: String
        /// `green`, `red`, `dropped`, or `none` where nobody needed the verdict any more.
        package var verdict: String
    }

    package private(set) var counts: [Kind: Count] = [:]
    /// The newest event that is counted.
    package private(set) var sequence: Int64 = 0
    private var trace = RunTrace()

    package init() {}

    package var run: RunID? { trace.run }

    package mutating func take(_ event: Event, at time: Timestamp, sequence: Int64) {
        self.sequence = sequence
        count(trace.take(event, at: time))
    }

    /// An event that says nothing about gates.
    package mutating func pass(_ sequence: Int64) { self.sequence = sequence }

    /// Counts what has just ended; to be asked for when there is nothing more to take.
    package mutating func settle() { count(trace.settled()) }

    private mutating func count(_ spans: [Span]) {
        for span in spans {
            guard let gate = ["gate": "gate", "quick gate": "quick", "baseline gate": "baseline"][span.name],
                case .text(let verdict)? = span.attributes["cco.outcome"]
            else { continue }
            let kind = Kind(gate: gate, verdict: verdict)
            counts[kind, default: Count()].runs += 1
            counts[kind, default: Count()].milliseconds += span.end - span.start
        }
    }

    /// The kinds of events that it needs; others need not be decoded.
    package static let kinds: Set<String> = [
        "runStarted", "engineStarted", "ended", "effectIntended", "effectRetried", "effectDone", "effectDropped", "treeVerified",
        "gateRed", "baselineKnown", "quickCheckKnown",
    ]
}
