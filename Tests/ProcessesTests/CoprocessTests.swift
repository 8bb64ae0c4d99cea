import Foundation
import Testing

@testable import Processes

@Suite struct CoprocessTests {
    private let environment = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"]

    private func start(_ program: String, _ arguments: [String] = []) throws -> Coprocess {
        try Coprocess(program, arguments, environment: environment, workingDirectory: "/")
    }

    private func line(_ process: Coprocess, _ text: String, within limit: Duration = .seconds(60)) async throws -> String {
        try await process.ask(Array("\(text)\n".utf8), within: limit) { bytes in
            bytes.firstIndex(of: 0x0A).map { (String(decoding: bytes[..<$0], as: UTF8.self), taken: $0 - bytes.startIndex + 1) }
        }
    }

    @Test("each request gets its own answer")
    func answers() async throws {
        let process = try start("cat")
        for number in 0..<100 { #expect(try await line(process, "\(number)") == "\(number)") }
        await process.end()
    }

    @Test("an answer longer than what one read takes is put together")
    func long() async throws {
        let process = try start("cat")
        let text = String(repeating: "x", count: 60_000)
        #expect(try await line(process, text) == text)
        await process.end()
    }

    @Test("one ends when its input does, though others started after it live on")
    func ends() async throws {
        let first = try start("cat")
        let second = try start("cat")
        let identity = try #require(try ProcessIdentity.of(pid: first.pid))
        await first.end()
        #expect(!identity.isAlive)
        #expect(try await line(second, "still here") == "still here")
        await second.end()
    }

    @Test("its exit is told while its number is still its own")
    func exit() async throws {
        let process = try start("cat")
        let identity = try #require(try ProcessIdentity.of(pid: process.pid))
        await confirmation { told in
            await process.end {
                #expect(!identity.isAlive && FileManager.default.fileExists(atPath: "/proc/\(identity.pid)"))
                told()
            }
        }
    }

    @Test("one that nobody holds any more ends by itself")
    func abandoned() async throws {
        var process: Coprocess? = try start("cat")
        let pid = try #require(process).pid
        let identity = try #require(try ProcessIdentity.of(pid: pid))
        process = nil
        try await identity.untilEnded()
    }

    @Test("one that dies says why, and takes no more requests")
    func dies() async throws {
        let process = try start("sh", ["-c", "read line; echo no such thing >&2; exit 3"])
        await #expect {
            try await line(process, "x")
        } throws: { "\($0)".contains("no such thing") }
        await #expect(throws: ChildCommandError.self) { try await line(process, "x") }
        await process.end()
    }

    @Test("one that does not answer in time is killed")
    func late() async throws {
        let process = try start("sh", ["-c", "while read line; do :; done"])
        let identity = try #require(try ProcessIdentity.of(pid: process.pid))
        await #expect {
            try await line(process, "x", within: .milliseconds(50))
        } throws: { if case ChildCommandError.timedOut = $0 { true } else { false } }
        await process.end()
        #expect(!identity.isAlive)
    }

    @Test("a program that is not there is an error")
    func missing() {
        #expect(throws: ChildCommandError.self) { try start("no-such-program-here") }
        #expect(throws: ChildCommandError.self) { try start("/no/such/program") }
    }
}
