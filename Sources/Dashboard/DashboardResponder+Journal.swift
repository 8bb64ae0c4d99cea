import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import Orchestration
import ServiceLifecycle

/// The journal as server-sent events.
///
/// The reader has the place in its hand: every event's id is its number in the journal, and a reader that comes again with the last one it has
/// (`Last-Event-ID`, or `?after=`) gets the next one, whichever server answers. Nothing is kept for readers here: each has one page in memory at
/// most, and the next one is asked for when this one is written, so a slow reader is told later and costs nothing.
extension DashboardResponder {
    /// Events that are read and written at a time.
    static let journalPage = 128

    /// The number of an event as the description has it: digits, and no more than every reader of JSON can hold.
    static func eventNumber(_ text: some StringProtocol) -> Int64? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(text), number < 1 << 53 else { return nil }
        return number
    }

    func journalEvents(_ request: Request) async -> Response {
        let query = request.uri.queryParameters
        let given = HTTPField.Name("Last-Event-ID").flatMap { request.headers[$0] } ?? query["after"].map(String.init) ?? "0"
        guard let after = Self.eventNumber(given) else {
            return problem(400, "malformed-query", "`after` and `Last-Event-ID` are the number of an event.")
        }
        let first: JournalPage
        do {
            first = try await feed.journal(after: after, limit: Self.journalPage)
        } catch {
            return problem(error)
        }
        // The numbers are of one run. A reader that names its run, which is over for another one, gets the present one's from the first.
        let isOther = query["run"].map { $0 != first.run } ?? false
        guard isOther || after <= first.last else {
            return problem(409, "no-such-event", "The run \(first.run) has \(first.last) events; there is none after \(after).")
        }
        let follows = query["follow"].map { $0 != "0" } ?? true
        let reader = JournalStream(feed: feed, run: first.run, sequence: isOther ? 0 : after)
        let body = ResponseBody { writer in
            try await request.body.consumeWithCancellationOnInboundClose { _ in
                try await reader.run(follows: follows) { try await writer.write($0) }
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: Self.headers.with(.contentType, "text/event-stream"), body: body)
    }
}

/// A reader's way through the journal.
private struct JournalStream: Sendable {
    let feed: any RunFeed
    var run: String
    var sequence: Int64

    /// Reads to the end, and goes on as the journal grows, until its task is cancelled or the server stops.
    func run(follows: Bool, _ write: (ByteBuffer) async throws -> Void) async throws {
        var place = self
        try await write(ByteBuffer(string: "event: run\ndata: {\"run\":\"\(run)\"}\n\n"))
        for await _ in await feed.journalChanges().cancelOnGracefulShutdown() {
            try await place.catchUp(write)
            if !follows { return }
        }
    }

    private mutating func catchUp(_ write: (ByteBuffer) async throws -> Void) async throws {
        while !Task.isCancelled {
            // What cannot be read now, because an engine is starting or ending, is read at the next wake.
            guard let page = try? await feed.journal(after: sequence, limit: DashboardResponder.journalPage) else { return }
            if page.run != run {
                (run, sequence) = (page.run, 0)
                try await write(ByteBuffer(string: "event: run\ndata: {\"run\":\"\(run)\"}\n\n"))
                continue
            }
            guard let last = page.entries.last else { return }
            var buffer = ByteBuffer()
            for entry in page.entries {
                let (seq, time) = (entry.sequence, entry.time)
                buffer.writeString(
                    "id: \(seq)\nevent: journal\ndata: {\"seq\":\(seq),\"time\":\(time),\"kind\":\"\(entry.kind)\",\"event\":")
                // One line: JSON has no line break outside of escapes.
                buffer.writeString(entry.event)
                buffer.writeString("}\n\n")
            }
            sequence = last.sequence
            // Waits until the reader has taken it.
            try await write(buffer)
        }
    }
}
