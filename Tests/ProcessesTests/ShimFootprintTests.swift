import Glibc
import Testing

@testable import Processes

/// One shim runs for every working agent, most of the time with nothing to do.
@Suite("The footprint of a shim", .timeLimit(.minutes(2)))
struct ShimFootprintTests {
    /// Kilobytes that belong to the process alone.
    private func privateMemory(of process: ProcessIdentity) throws -> Int {
        let memory = String(decoding: try FileSystem.read("/proc/\(process.pid)/smaps_rollup"), as: UTF8.self)
        return memory.split(separator: "\n").filter { $0.hasPrefix("Private_") }
            .compactMap { $0.split(separator: " ").dropFirst().first.flatMap { Int($0) } }.reduce(0, +)
    }

    @Test(
        "its memory stays small when hundreds of processes have lost their parents to it, limits watched or not", arguments: [true, false])
    func memory(watchesLimits: Bool) async throws {
        let turn = try Supervision()
        let gate = try Gate(turn.folder, "gate")
        let process = try await turn.launch(
            """
            number=0; while [ $number -lt 400 ]; do (setsid true &); number=$((number + 1)); done
            touch forked; \(gate.wait)
            """
        ) {
            if watchesLimits { $0.memoryLimit = 1 << 30 }
            $0.processLimit = watchesLimits ? 5000 : 0
            $0.usesControlGroups = !watchesLimits
        }
        try await turn.folder.untilExists("forked")
        let kilobytes = try privateMemory(of: process.shim)
        #expect(kilobytes > 0 && kilobytes <= 1024)
        try gate.letPass()
        let record = try await process.waitForExit()
        #expect(record.leftovers <= 10, "those that ended by themselves are no leftovers")
    }

    #if arch(x86_64)
        @Test(
            "without anything to watch it sleeps in the kernel without a timeout, and with something it has one", arguments: [true, false])
        func sleep(watchesLimits: Bool) async throws {
            let turn = try Supervision()
            let gate = try Gate(turn.folder, "gate")
            let process = try await turn.launch(gate.wait) {
                $0.memoryLimit = 1 << 30
                $0.usesControlGroups = !watchesLimits
            }
            // The number of the system call that it sleeps in, 7 being poll, and its arguments.
            var call: [Substring] = []
            var text = ""
            while call.first != "7" {
                try Task.checkCancellation()
                await Task.yield()
                text = String(decoding: try FileSystem.read("/proc/\(process.shim.pid)/syscall"), as: UTF8.self)
                call = text.split(whereSeparator: \.isWhitespace)
            }
            let timeout = try #require(UInt64(call[3].dropFirst(2), radix: 16))
            let isWatched = try process.confinement()?.memory == .watch
            #expect(isWatched || !watchesLimits)
            #expect((Int32(truncatingIfNeeded: timeout) == -1) == !isWatched)
            try gate.letPass()
            #expect(try await process.waitForExit().succeeded)
        }
    #endif
}
