import Glibc
import Testing

@testable import Processes

@Suite("Output lines", .timeLimit(.minutes(2)))
struct OutputLinesTests {
    @Test("lines arrive while the process runs, and again from any offset")
    func tail() async throws {
        let turn = try Supervision()
        let gate = try Gate(turn.folder, "gate")
        let process = try await turn.launch("echo first; printf half; \(gate.wait); echo ' whole'; \(gate.wait); printf rest")
        var iterator = process.lines().makeAsyncIterator()
        let first = try #require(try await iterator.next())
        #expect(first == OutputLine(bytes: Array("first".utf8), endOffset: 6))
        try gate.letPass()
        let second = try #require(try await iterator.next())
        #expect(second == OutputLine(bytes: Array("half whole".utf8), endOffset: 17))
        try gate.letPass()
        let rest = OutputLine(bytes: Array("rest".utf8), endOffset: 21, isTerminated: false)
        #expect(try await iterator.next() == rest)
        #expect(try await iterator.next() == nil)
        #expect(try await iterator.next() == nil)

        var again: [OutputLine] = []
        for try await line in process.lines(from: first.endOffset) { again.append(line) }
        #expect(again == [second, rest])
    }

    @Test("two readers of one process do not disturb each other")
    func twoReaders() async throws {
        let turn = try Supervision()
        let process = try await turn.launch("i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done")
        async let one = process.lines().reduce(into: 0) { count, _ in count += 1 }
        async let two = process.lines().reduce(into: 0) { count, _ in count += 1 }
        #expect(try await (one, two) == (2000, 2000))
    }

    @Test("a line over the limit is delivered cut and flagged, and the next one is whole")
    func longLine() async throws {
        let turn = try Supervision()
        let process = try await turn.launch("head -c 300000 /dev/zero | tr '\\0' x; echo; echo short")
        var lines: [OutputLine] = []
        for try await line in process.lines(lineLimit: 1000) { lines.append(line) }
        #expect(lines.count == 2)
        #expect(lines.first?.bytes.count == 1000)
        #expect(lines.first?.isTruncated == true)
        #expect(lines.first?.endOffset == 300_001)
        #expect(lines.last == OutputLine(bytes: Array("short".utf8), endOffset: 300_007))
    }

    @Test("when the shim is killed, the lines end with what the process had written")
    func shimKilled() async throws {
        let turn = try Supervision()
        let process = try await turn.launch("trap '' TERM; echo written; while :; do sleep 100; done")
        var iterator = process.lines().makeAsyncIterator()
        #expect(try await iterator.next()?.endOffset == 8)
        #expect(try process.shim.signal(SIGKILL))
        #expect(try await iterator.next() == nil)
        #expect(try turn.living().isEmpty)
    }

    @Test("a process that writes more than the limit is noticed while it runs, on either output")
    func outputLimit() async throws {
        for redirection in ["", " >&2"] {
            let turn = try Supervision()
            let process = try await turn.launch("yes\(redirection)")
            #expect(try await process.outputExceeds(100_000))
            try await process.terminate()
            #expect(process.outputBytes > 100_000)
            #expect(try await process.outputExceeds(100_000), "the answer stays the same after its end")
        }
    }

    @Test("a process that ends below the limit has not exceeded it, killed shim or not")
    func outputBelowLimit() async throws {
        let turn = try Supervision()
        let gate = try Gate(turn.folder, "gate")
        let process = try await turn.launch("echo a little; \(gate.wait)")
        async let exceeded = process.outputExceeds(100_000)
        try gate.letPass()
        #expect(try await !exceeded)

        let killed = try Supervision()
        let other = try await killed.launch("trap '' TERM; while :; do sleep 100; done")
        async let otherExceeded = other.outputExceeds(100_000)
        #expect(try other.shim.signal(SIGKILL))
        #expect(try await !otherExceeded)
        _ = try await other.waitForExit()
    }

    @Test("a process that never ran has no lines")
    func neverRan() async throws {
        let turn = try Supervision()
        let process = try await turn.launcher.launch(turn.specification(["/no/such/program"]), environment: [:], standardInput: [])
        for try await line in process.lines() { Issue.record("unexpected line \(line)") }
    }

    @Test("the splitter gives the same lines whatever the chunks are", arguments: [1, 2, 3, 7, 64])
    func splitter(chunkSize: Int) throws {
        let stream = Array("a\n\nlonger line\r\n\u{2028}x\nend".utf8)
        var splitter = LineSplitter(offset: 100, limit: 8, chunkSize: chunkSize)
        var position = 0
        var lines: [OutputLine] = []
        while try splitter.fill({ buffer in
            let count = min(buffer.count, stream.count - position)
            buffer.copyBytes(from: stream[position..<(position + count)])
            position += count
            return count
        }) > 0 {
            while let line = splitter.next() { lines.append(line) }
            #expect(splitter.readOffset == Int64(100 + position))
        }
        if let line = splitter.finish() { lines.append(line) }
        #expect(
            lines == [
                OutputLine(bytes: Array("a".utf8), endOffset: 102),
                OutputLine(bytes: [], endOffset: 103),
                OutputLine(bytes: Array("longer l".utf8), endOffset: 116, isTruncated: true),
                OutputLine(bytes: Array("\u{2028}x".utf8), endOffset: 121),
                OutputLine(bytes: Array("end".utf8), endOffset: 124, isTerminated: false),
            ])
        #expect(splitter.finish() == nil)
    }

    @Test("a stream that is cut after any byte and read on from the end of the last whole line has the same lines as an uncut one")
    func everyCut() throws {
        let stream = Array("a\n\nlonger line\r\n\u{2028}x\nis cut off here\nend".utf8)
        func lines(_ range: Range<Int>, isEnd: Bool) throws -> [OutputLine] {
            var splitter = LineSplitter(offset: Int64(range.lowerBound), limit: 12, chunkSize: 5)
            var position = range.lowerBound
            var lines: [OutputLine] = []
            while try splitter.fill({ buffer in
                let count = min(buffer.count, range.upperBound - position)
                buffer.copyBytes(from: stream[position..<(position + count)])
                position += count
                return count
            }) > 0 {
                while let line = splitter.next() { lines.append(line) }
            }
            // The first reader dies here: of an unfinished line nothing is known.
            if isEnd, let line = splitter.finish() { lines.append(line) }
            return lines
        }
        let whole = try lines(0..<stream.count, isEnd: true)
        for cut in 0...stream.count {
            let first = try lines(0..<cut, isEnd: false)
            let second = try lines(Int(first.last?.endOffset ?? 0)..<stream.count, isEnd: true)
            #expect(first + second == whole, "cut after byte \(cut)")
        }
    }
}
