import Foundation
import Synchronization

extension Journal {
    /// Calls `body` for each event after `sequence`, in order, together with what `decode` makes of it. Decoding is most of the work of reading a
    /// journal, so it is done on all cores, a page on each; memory holds two pages for each core at most.
    ///
    /// Throws what `decode` and `body` throw, after `body` has seen all events before, and what `forEach` throws.
    package func forEach<Decoded: Sendable>(
        after sequence: Int64, decoding decode: @Sendable (JournalEvent) throws -> Decoded, _ body: (JournalEvent, Decoded) throws -> Void
    ) throws {
        let width = 2 * ProcessInfo.processInfo.activeProcessorCount
        var cursor = sequence
        while true {
            var pages: [[JournalEvent]] = []
            while pages.count < width {
                let page = try nextPage(after: cursor)
                guard let last = page.last else { break }
                cursor = last.sequence
                pages.append(page)
            }
            if pages.isEmpty { return }
            for page in Self.decoded(pages, decode) {
                for (event, decoded) in page.events { try body(event, decoded) }
                if let failure = page.failure { throw failure }
            }
        }
    }

    /// The newest snapshot and the first events behind it, each read by a processor of its own: where a run is short, most of that is the first use of every
    /// type that is decoded. `nil` where there is no snapshot.
    ///
    /// Throws `.io`, `.corrupt` or `.closed`.
    /// - Parameters:
    ///   - read: makes a state of the snapshot; `nil` for one that does not count.
    ///   - decode: makes something of an event.
    package func newest<State: Sendable, Decoded: Sendable>(
        reading read: @Sendable (JournalSnapshot) -> State?, decoding decode: @Sendable (JournalEvent) throws -> Decoded
    ) throws(JournalError) -> Newest<State, Decoded>? {
        guard let snapshot = try latestSnapshot() else { return nil }
        let page = try nextPage(after: snapshot.sequence)
        let newest = Mutex(Newest<State, Decoded>(sequence: snapshot.sequence))
        DispatchQueue.concurrentPerform(iterations: 2) { part in
            if part == 0 {
                let state = read(snapshot)
                newest.withLock { $0.state = state }
            } else {
                let page = Page(page, decode)
                newest.withLock { ($0.events, $0.failure) = (page.events, page.failure) }
            }
        }
        return newest.withLock { $0 }
    }

    /// What has become of the newest snapshot and of the first events behind it.
    package struct Newest<State: Sendable, Decoded: Sendable>: Sendable {
        /// The event that the snapshot is of.
        package var sequence: Int64
        /// `nil` for a snapshot that does not count.
        package var state: State?
        package var events: [(JournalEvent, Decoded)] = []
        /// Why the event after them could not be decoded.
        package var failure: (any Error)?
    }

    /// What has become of one page.
    private struct Page<Decoded: Sendable>: Sendable {
        var events: [(JournalEvent, Decoded)] = []
        /// Why the event after them could not be decoded.
        var failure: (any Error)?

        init(_ page: [JournalEvent], _ decode: (JournalEvent) throws -> Decoded) {
            events.reserveCapacity(page.count)
            do {
                for event in page { events.append((event, try decode(event))) }
            } catch {
                failure = error
            }
        }
    }

    private static func decoded<Decoded>(
        _ pages: [[JournalEvent]], _ decode: @Sendable (JournalEvent) throws -> Decoded
    ) -> [Page<Decoded>] {
        // Most journals are short, and no thread is to be started for them.
        if pages.count == 1 { return [Page(pages[0], decode)] }
        let done = Mutex<[Int: Page<Decoded>]>([:])
        DispatchQueue.concurrentPerform(iterations: pages.count) { index in
            let page = Page(pages[index], decode)
            done.withLock { $0[index] = page }
        }
        let results = done.withLock { $0 }
        return pages.indices.compactMap { results[$0] }
    }
}
