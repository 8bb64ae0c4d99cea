import ControlAPI
import FoundationEssentials
import Orchestration
import Telemetry

/// Keeps count of a run's gates: reads of the journal what has come since it was asked last.
actor GateReader {
    private let feed: any RunFeed
    private var tally = GateTally()

    init(feed: any RunFeed) { self.feed = feed }

    func tallied() async throws(ControlProblem) -> GateTally {
        while true {
            let page = try await feed.journal(after: tally.sequence, limit: JournalPage.largest)
            if let run = tally.run, run.name != page.run {
                tally = GateTally()
                continue
            }
            guard !page.entries.isEmpty else { break }
            // Two readers at once may have read the same page.
            for entry in page.entries where entry.sequence > tally.sequence { take(entry) }
        }
        tally.settle()
        return tally
    }

    private func take(_ entry: JournalPage.Entry) {
        // An event of another version counts for nothing here.
        guard GateTally.kinds.contains(entry.kind), let event = try? JSONDecoder().decode(Event.self, from: Data(entry.event.utf8)) else {
            return tally.pass(entry.sequence)
        }
        tally.take(event, at: Timestamp(milliseconds: entry.time), sequence: entry.sequence)
    }
}
