import Observability
import Orchestration

/// What `cco report --cost --requests` prints: a row for each model request, read from the journal of a run, live or ended.
struct RequestList: Sendable {
    let place: Place
    let surroundings: Surroundings

    /// - Parameter name: the run; the newest without one.
    /// - Throws: `Failure` when its journal is not there, or an engine that has it does not answer.
    func write(_ name: String?, asJSON: Bool) async throws {
        let run = try Replay.find(name, at: place)
        let redactor = try place.redactor(surroundings)
        let reader = JournalReader(place: place, run: run, redactor: { redactor })
        var rows = RequestRows()
        var all: [RequestRow] = []
        var cursor: Int64 = 0
        if !asJSON { write([RequestRow.csvHead]) }
        while true {
            let page = try await reader.events(after: cursor)
            guard let last = page.last else { break }
            cursor = last.sequence
            let found = page.flatMap { rows.take($0.event, at: $0.time) }
            if asJSON { all += found } else { write(found.map(\.csv)) }
        }
        if asJSON { surroundings.console.write(try JSONText.of(all)) }
    }

    /// Lines of a table end as RFC 4180 says, each of them: they are written in pieces.
    private func write(_ lines: [String]) {
        guard !lines.isEmpty else { return }
        surroundings.console.write(lines.map { $0 + "\r" }.joined(separator: "\n"))
    }
}
