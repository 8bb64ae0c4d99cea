import Foundation
import GRDB
import Testing

@testable import Journal

@Suite("Reading and writing a journal")
struct ReadingTests {
    let fixture: JournalFixture

    init() throws { fixture = try JournalFixture() }

    /// How many events the visitor still gets after it has closed the journal under the first one: those that were in memory by then.
    private func visitedAfterClosing(_ journal: Journal) throws -> Int {
        var visited = 0
        let error = JournalFixture.error {
            try journal.forEach(after: 0) { _ in
                visited += 1
                if visited == 1 { try journal.close() }
            }
        }
        #expect(error?.kind == .closed, "everything was in memory")
        return visited
    }

    @Test("a reader holds a page of events, however many there are")
    func pageOfRows() throws {
        let journal = try fixture.open()
        _ = try journal.append(JournalFixture.records(0..<3_000))
        #expect(try visitedAfterClosing(journal) <= 512)
    }

    @Test("a reader holds a page of events, however large they are")
    func pageOfBytes() throws {
        let journal = try fixture.open()
        for number in 0..<10 { _ = try journal.append([JournalFixture.record(number, size: 1 << 20)]) }
        #expect(try visitedAfterClosing(journal) <= 2)
    }

    @Test("every commit waits for the disk")
    func synchronous() throws {
        let journal = try fixture.open()
        let full = 2
        #expect(try journal.withConnection { try $0.read { try Int.fetchOne($0, sql: "PRAGMA synchronous") } } == full)
    }
}
