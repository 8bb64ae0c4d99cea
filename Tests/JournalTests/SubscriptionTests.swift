import Journal
import Testing

@Suite("Journal subscriptions")
struct SubscriptionTests {
    let fixture: JournalFixture

    init() throws { fixture = try JournalFixture() }

    @Test("each subscriber is woken with the newest number, once, however many commits it slept through")
    func newestOnly() async throws {
        let journal = try fixture.open()
        let first = journal.subscribe()
        let second = journal.subscribe()
        for number in 0..<5 { _ = try journal.append(JournalFixture.records(number..<number + 2)) }
        var firstIterator = first.makeAsyncIterator()
        #expect(await firstIterator.next() == 10)
        _ = try journal.append([JournalFixture.record(1)])
        #expect(await firstIterator.next() == 11)
        var secondIterator = second.makeAsyncIterator()
        #expect(await secondIterator.next() == 11)
    }

    @Test("a subscriber that comes late is woken for what is already there")
    func late() async throws {
        let journal = try fixture.open()
        _ = try journal.append(JournalFixture.records(0..<3))
        var iterator = journal.subscribe().makeAsyncIterator()
        #expect(await iterator.next() == 3)
    }

    @Test("a failed append wakes nobody")
    func failedAppend() async throws {
        let journal = try fixture.open(sizeLimit: 128 << 10)
        var iterator = journal.subscribe().makeAsyncIterator()
        #expect(JournalFixture.error { _ = try journal.append(JournalFixture.records(0..<4, size: 1 << 20)) }?.kind == .diskFull)
        _ = try journal.append([JournalFixture.record(1)])
        #expect(await iterator.next() == 1)
    }

    @Test("a dropped or cancelled subscriber is forgotten")
    func termination() async throws {
        let journal = try fixture.open()
        do {
            let dropped = journal.subscribe()
            #expect(journal.subscriberCount == 1)
            _ = dropped
        }
        #expect(journal.subscriberCount == 0)
        let (started, startedContinuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let task = Task {
            for await _ in journal.subscribe() { startedContinuation.yield() }
        }
        _ = try journal.append([JournalFixture.record(1)])
        var startedIterator = started.makeAsyncIterator()
        await startedIterator.next()
        #expect(journal.subscriberCount == 1)
        task.cancel()
        await task.value
        #expect(journal.subscriberCount == 0)
    }

    @Test("closing ends all subscriptions, and a later one ends at once")
    func closing() async throws {
        let journal = try fixture.open()
        var before = journal.subscribe().makeAsyncIterator()
        try journal.close()
        #expect(await before.next() == nil)
        var after = journal.subscribe().makeAsyncIterator()
        #expect(await after.next() == nil)
        #expect(journal.subscriberCount == 0)
    }
}
