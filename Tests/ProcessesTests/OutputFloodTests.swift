import Glibc
import Testing

@testable import Processes

/// What an agent gone mad writes lies in files; whoever follows it holds a line at most.
@Suite("A flood of output", .timeLimit(.minutes(2)))
struct OutputFloodTests {
    /// The most memory that this program has had so far, in bytes.
    private func peakMemory() throws -> Int {
        let status = String(decoding: try FileSystem.read("/proc/self/status"), as: UTF8.self)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }) << 10
    }

    @Test("a line of 256 MB is cut at the limit, costs no memory, and the line behind it is whole")
    func giantLine() async throws {
        let turn = try Supervision()
        // A hole reads as zeros and takes no room on disk; appending goes on behind it.
        let process = try await turn.launch("echo before; truncate -s 256M turn/stdout; echo; echo behind")
        _ = try await process.waitForExit()
        let before = try peakMemory()
        var lines: [OutputLine] = []
        for try await line in process.lines(lineLimit: 1 << 20) { lines.append(line) }
        #expect(lines.map(\.bytes.count) == [6, 1 << 20, 6])
        #expect(lines.map(\.isTruncated) == [false, true, false])
        #expect(lines.map(\.endOffset) == [7, 256 << 20 + 1, 256 << 20 + 8])
        // Other tests of this program run at the same time: half of the line is for them.
        #expect(try peakMemory() - before < 128 << 20)
        #expect(process.outputBytes > 256 << 20)
        #expect(try await process.outputExceeds(256 << 20), "its supervisor is told")
    }

    @Test("a reader that stops reading misses nothing when it goes on, and the process does not wait for it")
    func stoppedReader() async throws {
        let turn = try Supervision()
        let process = try await turn.launch("yes \(String(repeating: "x", count: 999)) | head -n 20000")
        var iterator = process.lines().makeAsyncIterator()
        #expect(try await iterator.next()?.endOffset == 1000)
        #expect(try await process.waitForExit().succeeded)
        var count = 1
        while let line = try await iterator.next() {
            count += 1
            guard line.bytes.count == 999, line.endOffset == Int64(count) * 1000 else {
                Issue.record("line \(count) is not as it was written")
                return
            }
        }
        #expect(count == 20_000)
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
