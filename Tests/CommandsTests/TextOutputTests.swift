import Glibc
import Testing

@testable import Commands

@Suite("Writing to an output", .timeLimit(.minutes(1)))
struct TextOutputTests {
    @Test("what cannot be kept is told of, with why and an exit code, once the command has done its work")
    func full() throws {
        let descriptor = open("/dev/full", O_WRONLY | O_CLOEXEC)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let output = TextOutput(descriptor)
        #expect(output.failure == nil)
        output.write("lost\n")
        let failure = try #require(output.failure)
        #expect(failure.status == .cannotCreate && failure.message.contains("No space left on device"), "\(failure)")
        #expect(output.hasReader)
    }

    @Test("a reader that has gone is no failure, and is known to have gone with the first line that it does not read")
    func gone() throws {
        // As cco does for all of its life.
        signal(SIGPIPE, SIG_IGN)
        let pipe = try KernelPipe()
        defer { close(pipe.writeEnd) }
        let output = TextOutput(pipe.writeEnd)
        output.write("read\n")
        #expect(output.hasReader)
        close(pipe.readEnd)
        output.write("not read\n")
        #expect(!output.hasReader && output.failure == nil)
    }

    @Test("a slow reader gets everything, also where a write does not wait for it")
    func slow() async throws {
        let pipe = try KernelPipe()
        try #require(fcntl(pipe.writeEnd, F_SETFL, O_NONBLOCK) == 0)
        let output = TextOutput(pipe.writeEnd)
        let size = 4 << 20
        async let read = Blocking.run { Self.bytes(until: pipe.readEnd) }
        await Blocking.run {
            output.write(String(repeating: "x", count: size))
            close(pipe.writeEnd)
        }
        let count = await read
        #expect(count == size)
        #expect(output.failure == nil && output.hasReader)
    }

    /// How many there are up to the end of a pipe.
    private static func bytes(until end: Int32) -> Int {
        defer { close(end) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        var sum = 0
        while true {
            let count = read(end, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return sum }
            sum += count
        }
    }
}
