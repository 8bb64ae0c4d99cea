import Foundation
import Journal
import Orchestration
import Synchronization
import Testing

@Suite("Reading a journal on all cores")
struct DecodingTests {
    private struct Unreadable: Error, Equatable {
        var sequence: Int64
    }

    let fixture: JournalFixture

    init() throws { fixture = try JournalFixture() }

    @Test("every event comes once and in order, with what was made of it, from any place on", arguments: [0, 1, 511, 512, 9_999, 10_000])
    func order(after sequence: Int64) throws {
        let journal = try fixture.open()
        _ = try journal.append(JournalFixture.records(0..<10_000))
        var next = sequence + 1
        try journal.forEach(after: sequence, decoding: { "\($0.record.time.milliseconds)" }) { event, text in
            try #require(event.sequence == next && text == "\(next - 1)")
            next += 1
        }
        #expect(next == 10_001)
    }

    @Test("an event that cannot be decoded is an error, after all events before it and before any behind it")
    func failure() throws {
        let journal = try fixture.open()
        _ = try journal.append(JournalFixture.records(0..<5_000))
        for bad: Int64 in [1, 600, 3_333, 5_000] {
            var last: Int64 = 0
            #expect(throws: Unreadable(sequence: bad)) {
                try journal.forEach(after: 0) { event in
                    if event.sequence >= bad { throw Unreadable(sequence: event.sequence) }
                } _: { event, _ in
                    last = event.sequence
                }
            }
            #expect(last == bad - 1)
        }
    }

    @Test("it reads ahead by a few pages and not by the whole journal")
    func bounded() throws {
        let journal = try fixture.open()
        let pages = 2 * ProcessInfo.processInfo.activeProcessorCount
        _ = try journal.append(JournalFixture.records(0..<(pages + 2) * 512))
        let decoded = Mutex(0)
        var isFirst = true
        try journal.forEach(after: 0) { _ in
            decoded.withLock { $0 += 1 }
        } _: { _, _ in
            if isFirst { #expect(decoded.withLock { $0 } == pages * 512) }
            isFirst = false
        }
        #expect(decoded.withLock { $0 } == (pages + 2) * 512)
    }

    @Test("a missing event is damage here too")
    func gap() throws {
        let journal = try fixture.open()
        _ = try journal.append(JournalFixture.records(0..<10))
        #expect(JournalFixture.error { try journal.forEach(after: -1, decoding: { _ in 0 }) { _, _ in } }?.kind == .corrupt)
    }
}
