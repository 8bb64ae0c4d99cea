import Synchronization
import Testing

@testable import Git

@Suite struct AsyncLockTests {
    @Test("no more are inside than there are places, and who came first is let in first", arguments: [1, 3])
    func places(_ places: Int) async {
        let lock = AsyncLock(places: places)
        let record = Record()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                let (stream, go) = AsyncStream<Void>.makeStream()
                record.hold(number, go)
                group.addTask {
                    await lock.withLock {
                        record.enter(number)
                        for await _ in stream { break }
                        record.leave()
                    }
                }
                while await (record.entered.count) + lock.waitingCount <= number { await Task.yield() }
            }
            #expect(record.entered == Array(0..<places))
            for number in 0..<8 {
                record.release(number)
                let expected = min(8, number + 1 + places)
                while record.entered.count < expected { await Task.yield() }
                #expect(record.entered == Array(0..<expected))
            }
        }
        #expect(record.most == places)
    }

    @Test("a failure inside gives the place back")
    func failure() async throws {
        struct Failure: Error {}
        let lock = AsyncLock()
        await #expect(throws: Failure.self) { try await lock.withLock { throw Failure() } }
        #expect(await lock.withLock { 7 } == 7)
    }

    /// Who is inside, noted by those who are.
    private final class Record: Sendable {
        private let state = Mutex((entered: [Int](), inside: 0, most: 0, holds: [Int: AsyncStream<Void>.Continuation]()))

        var entered: [Int] { state.withLock { $0.entered } }
        var most: Int { state.withLock { $0.most } }

        func hold(_ number: Int, _ go: AsyncStream<Void>.Continuation) { state.withLock { $0.holds[number] = go } }
        func release(_ number: Int) { state.withLock { $0.holds[number]?.finish() } }

        func enter(_ number: Int) {
            state.withLock {
                $0.entered.append(number)
                $0.inside += 1
                $0.most = max($0.most, $0.inside)
            }
        }

        func leave() { state.withLock { $0.inside -= 1 } }
    }
}
