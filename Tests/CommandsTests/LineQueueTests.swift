import Foundation
import Synchronization
import Testing

@testable import Commands

@Suite("Lines for a reader who may not read", .timeLimit(.minutes(1)))
struct LineQueueTests {
    /// Takes a first piece of text, and no other before it is told to.
    private final class Reader: Sendable {
        let texts = Mutex<[String]>([])
        let hasBegun = DispatchSemaphore(value: 0)
        let goesOn = DispatchSemaphore(value: 0)

        func take(_ text: String) {
            let isFirst = texts.withLock { texts in
                texts.append(text)
                return texts.count == 1
            }
            guard isFirst else { return }
            hasBegun.signal()
            goesOn.wait()
        }

        var lines: [String] { texts.withLock { $0.flatMap { $0.split(separator: "\n").map(String.init) } } }
    }

    @Test("come in their order, and nobody waits who has more; what is too much is left out, and said")
    func order() async {
        let reader = Reader()
        let queue = LineQueue { reader.take($0) }
        queue.put("first")
        await Blocking.run { reader.hasBegun.wait() }
        // All of this returns while the reader stands still.
        for number in 1...LineQueue.longest + 3 { queue.put("\(number)") }
        reader.goesOn.signal()
        await queue.drained()
        let lines = reader.lines
        #expect(lines.first == "first" && lines.count == LineQueue.longest + 2)
        #expect(lines[1...LineQueue.longest].map { Int($0) } == (1...LineQueue.longest).map { $0 })
        #expect(lines.last == "(3 lines are left out here: nobody has read what was before them)")
        queue.put("later")
        await queue.drained()
        #expect(reader.lines.last == "later")
    }

    @Test("are not waited for longer than is said")
    func limit() async {
        let reader = Reader()
        let queue = LineQueue { reader.take($0) }
        queue.put("first")
        await Blocking.run { reader.hasBegun.wait() }
        await queue.drained(within: .milliseconds(1))
        #expect(reader.lines == ["first"])
        reader.goesOn.signal()
        await queue.drained()
    }
}
