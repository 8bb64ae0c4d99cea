import Engine
import Foundation
import Glibc
import Journal
import Processes
import Testing

@testable import TestSupport

/// Whoever looks at a run and takes nothing of what comes, and pages whose server stands still itself.
@Suite(
    "Browsers that stand still", .serialized, .enabled(if: RealCLI.isSetUp && InterfaceTools.folder != nil, "run scripts/setup first"))
struct StoppedBrowserTests {
    @Test(
        "their full sockets, and a server of pages that stands still, hold up no turn and no event of the run; whoever reads on has every event",
        .timeLimit(.minutes(6)))
    func stopped() async throws {
        try await CompanyFixture.with(UndisturbedRun.slow(seconds: 15)) { fixture in
            let run = try await fixture.begin(["start"])
            try await fixture.untilTool("sleep 15", run)
            let web = try await fixture.web()
            let port = try #require(web.address.split(separator: ":").last.flatMap { Int($0) })
            var readers: [RunningCco] = []
            for path in ["/api/v1/journal/events", "/api/v1/journal/events", "/api/v1/events", "/api/v1/events"] {
                let reader = try await fixture.begin(
                    program: [InterfaceTools.python, "-c", InterfaceTools.stoppedReader, "\(port)", web.token, path])
                try await reader.expectSays("from ")
                readers.append(reader)
            }
            let ports = try readers.map { try #require(Int(try $0.output().split(whereSeparator: \.isWhitespace).last ?? "")) }
            // Others are answered meanwhile, until nothing more goes into any of them: one state alone is more than such a reader has room for.
            try await untilFull(ports, web, fixture)
            // From here on nobody takes anything from the engine either: one that waited for its pages would never come to its end.
            try web.process.signal(SIGSTOP)
            let ended = try await run.ended()
            #expect(ended.exit == .exited(0), "\(ended.output)")
            try await fixture.expectUndisturbed()

            let folder = try #require(try Workspace(path: fixture.config + "/workspace").currentRun()).path
            let journal = try Journal(existingIn: folder)
            let last = journal.lastSequence
            try journal.close()
            try web.process.signal(SIGCONT)
            #expect(numbers(try await web.ask("/api/v1/journal/events?follow=0").text) == Array(1...last))
            // What comes to readers that stand still waits in the server's side of their sockets, and what has no room there is not made yet.
            try await untilFull(ports, web, fixture)
            for reader in readers.prefix(2) {
                try reader.signal(SIGCONT)
                try await reader.expectSays("id: \(last)")
                #expect(numbers(try reader.output()) == Array(1...last))
            }
            for reader in readers.suffix(2) {
                try reader.signal(SIGCONT)
                // The newest state, whatever it has missed.
                try await reader.expectSays(#""phase":"ended""#)
            }
            try await web.stop()
            for reader in readers { _ = try await reader.ended() }
        }
    }

    private func numbers(_ text: String) -> [Int64] {
        text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("id: ") }.compactMap { Int64($0.dropFirst(4)) }
    }

    /// Asks for the status until the kernel keeps bytes for each of these connections, because its other end does not take them.
    private func untilFull(_ ports: [Int], _ web: RunningWeb, _ fixture: CompanyFixture) async throws {
        var open = Set(ports)
        while !open.isEmpty {
            #expect(try await web.ask("/api/v1/status").status == 200)
            let table = try await fixture.command(["cat", "/proc/net/tcp"])
            for line in table.split(separator: "\n").dropFirst() {
                let fields = line.split(separator: " ")
                let ends = fields[1...2].compactMap { $0.split(separator: ":").last.flatMap { Int($0, radix: 16) } }
                guard ends.count == 2, web.address.hasSuffix(":\(ends[0])"), !fields[4].hasPrefix("00000000:") else { continue }
                open.remove(ends[1])
            }
        }
    }
}
