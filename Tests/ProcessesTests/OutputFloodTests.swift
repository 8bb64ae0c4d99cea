import Glibc
import Testing

@testable import Processes

/// What an agent gone mad writes lies in files; whoever follows it holds a line at most.
@Suite("A flood of output", .timeLimit(.minutes(2)))
struct OutputFloodTests {
    @Test("a line of a gigabyte, really written, is cut at the limit and costs no memory, and the line behind it is whole")
    func giantLine() async throws {
        await #expect(processExitsWith: .success) {
            let turn = try Supervision()
            let process = try await turn.launch("echo before; head -c 1073741824 /dev/zero | tr '\\0' x; echo; echo behind")
            let memory = try PeakMemory()
            var lines: [OutputLine] = []
            for try await line in process.lines() { lines.append(line) }
            #expect(lines.map(\.bytes.count) == [6, 8 << 20, 6])
            #expect(lines.map(\.isTruncated) == [false, true, false])
            #expect(lines.map(\.endOffset) == [7, 1 << 30 + 8, 1 << 30 + 15])
            #expect(process.outputBytes == 1 << 30 + 15)
            #expect(try await process.outputExceeds(256 << 20), "its supervisor is told")
            #expect(try memory.growth < 64 << 20)
        }
    }

    @Test("hundreds of thousands of lines, written as fast as they can be, are all read, in order, and none is held")
    func manyLines() async throws {
        await #expect(processExitsWith: .success) {
            let turn = try Supervision()
            let process = try await turn.launch("yes \(String(repeating: "x", count: 99)) | head -n 500000")
            let memory = try PeakMemory()
            var count: Int64 = 0
            for try await line in process.lines() {
                count += 1
                try #require(line.bytes.count == 99 && line.endOffset == count * 100)
            }
            #expect(count == 500_000)
            #expect(try memory.growth < 32 << 20)
        }
    }

    @Test("while a reader does not read nothing grows in its memory; it misses nothing when it goes on, and the process does not wait")
    func stoppedReader() async throws {
        await #expect(processExitsWith: .success) {
            let turn = try Supervision()
            let process = try await turn.launch("yes \(String(repeating: "x", count: 999)) | head -n 200000")
            var iterator = process.lines().makeAsyncIterator()
            #expect(try await iterator.next()?.endOffset == 1000)
            let memory = try PeakMemory()
            #expect(try await process.outputExceeds(100 << 20), "its supervisor is told, whether anybody reads or not")
            #expect(try await process.waitForExit().succeeded)
            #expect(process.outputBytes == 200_000_000)
            #expect(try memory.growth < 16 << 20)
            var count: Int64 = 1
            while let line = try await iterator.next() {
                count += 1
                try #require(line.bytes.count == 999 && line.endOffset == count * 1000)
            }
            #expect(count == 200_000)
            #expect(try memory.growth < 32 << 20)
        }
    }

    @Test("an unfinished line never holds more than its limit, however long it grows and in whatever pieces", arguments: [1, 100, 4096])
    func pieces(chunkSize: Int) throws {
        var splitter = LineSplitter(offset: 0, limit: 1000, chunkSize: chunkSize)
        for _ in 0..<5000 {
            let count = try splitter.fill { buffer in buffer.initializeMemory(as: UInt8.self, repeating: 0x78).count }
            let line = splitter.next()
            try #require(count == chunkSize && line == nil)
        }
        let last = splitter.finish()
        let line = try #require(last)
        #expect(line.bytes.count == 1000 && line.bytes.capacity < 4096)
        #expect(line.isTruncated && line.endOffset == Int64(5000 * chunkSize))
    }
}

/// The most memory that this program has had since a moment; only in a process of its own does that say anything.
private struct PeakMemory {
    private let before: Int

    init() throws { before = try Self.now() }

    /// Bytes.
    var growth: Int { get throws { try Self.now() - before } }

    private static func now() throws -> Int {
        let status = String(decoding: try FileSystem.read("/proc/self/status"), as: UTF8.self)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }) << 10
    }
}
