import Engine
import Processes
import Testing

/// What `cco cleanup` does with the workspaces of `cco merge`.
extension MergeCommandTests {
    @Test("a merge's workspace goes with its logs, and the next merge into the same target of the same repository makes a new one")
    func cleanup() async throws {
        try await BranchFixture.with { fixture in
            try await fixture.branch("good-1", ["one.txt": "1\n"])
            let first = try await fixture.merge(["good-1"])
            #expect(first.exit == .exited(0), "\(first.outputText)\(first.errorText)")
            let workspace = try #require(try fixture.workspaces().first)
            let cleaned = try await fixture.call(["cleanup", "--workspace", workspace.path])
            #expect(cleaned.exit == .exited(0), "\(cleaned.outputText)\(cleaned.errorText)")
            #expect(cleaned.outputText.contains("Removed \(workspace.path), with the logs of its merges"), "\(cleaned.outputText)")
            #expect(try fixture.workspaces().isEmpty)

            try await fixture.branch("good-2", ["two.txt": "2\n"])
            let second = try await fixture.merge(["good-2"])
            #expect(second.exit == .exited(0), "\(second.outputText)\(second.errorText)")
            #expect(try await fixture.files() == ["check.sh", "good.txt", "one.txt", "two.txt"])
            try await fixture.expectNothingLeft()
        }
    }

    @Test("a result that was not pushed stays until origin has it or it is given up, and is told of; the next merge begins beside it")
    func cleanupOfUnpushed() async throws {
        try await BranchFixture.with { fixture in
            for number in 1...3 { try await fixture.branch("good-\(number)", ["\(number).txt": "\(number)\n"]) }
            func land(_ words: String...) async throws {
                let result = try await fixture.merge(words)
                #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            }
            func clean(_ words: String...) async throws -> String {
                let workspace = try #require(try fixture.workspaces().first)
                let result = try await fixture.call(["cleanup", "--workspace", workspace.path] + words)
                #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
                return result.outputText
            }
            func hubs() throws -> [String] { try fixture.workspaces().flatMap { try $0.runs().map(\.hub) } }

            try await land("good-1", "--no-push")
            let first = try #require(try hubs().first)
            let text = try await clean()
            #expect(text.contains("was not pushed, and stays. Get it: git fetch \(first) main") && text.contains("--abandon"), "\(text)")
            #expect(try hubs() == [first])
            #expect(try await fixture.queue().text.contains("Nothing was pushed. Get it: git fetch \(first) main"))

            try await land("good-2")
            #expect(try hubs() == [first])
            let given = try await clean("--abandon")
            #expect(given.contains("is given up"), "\(given)")
            #expect(try fixture.workspaces().isEmpty)

            try await land("good-3", "--no-push")
            let second = try #require(try hubs().first)
            try await fixture.git(["fetch", "-q", second, "main:main"])
            _ = try await clean()
            #expect(try fixture.workspaces().isEmpty)
            #expect(try await fixture.files() == ["2.txt", "3.txt", "check.sh", "good.txt"])
            try await fixture.expectNothingLeft()
        }
    }

    @Test("a merge that has not ended is cleaned up only when it is given up")
    func cleanupOfUnended() async throws {
        try await BranchFixture.with { fixture in
            try await fixture.branch("good-1", ["one.txt": "1\n"])
            let killed = try await fixture.merge(["good-1"], environment: ["CCO_CRASH_POINT": "merge.merged"])
            #expect(killed.exit == .signaled(9), "\(killed.outputText)\(killed.errorText)")
            let workspace = try #require(try fixture.workspaces().first)
            let refused = try await fixture.call(["cleanup", "--workspace", workspace.path])
            #expect(refused.exit == .exited(75) && refused.errorText.contains("the same `cco merge` goes on"), "\(refused.errorText)")
            let given = try await fixture.call(["cleanup", "--abandon", "--workspace", workspace.path])
            #expect(given.exit == .exited(0), "\(given.outputText)\(given.errorText)")
            #expect(try fixture.workspaces().isEmpty)
            try await fixture.expectNothingLeft()
        }
    }
}
