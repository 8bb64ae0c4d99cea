import Foundation
import Git
import Orchestration
import Processes
import Testing

@testable import Engine

/// What a gate finds in the folder of a submodule. Its place is used again and again.
@Suite("Submodules under the gate", .timeLimit(.minutes(2)))
struct GateSubmodulesTests {
    private let test: WorkplaceFixture

    init() async throws {
        test = try await WorkplaceFixture()
        // Git takes no submodule from a path unless its user says so.
        try test.folder.write("[protocol \"file\"]\n\tallow = always\n[user]\n\tname = t\n\temail = t@test.invalid\n", to: ".gitconfig")
    }

    private func shell(_ script: String) async throws -> String {
        let environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": test.folder.path, "GIT_CONFIG_NOSYSTEM": "1",
        ]
        let result = try await ChildCommand(
            "/bin/sh", ["-ec", script], environment: environment, workingDirectory: test.folder.path
        ).run()
        try #require(result.succeeded, "\(result.errorText)")
        return result.outputText.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Pushes commits to the origin; the script prints nothing. What `main` is then is in the hub afterwards.
    private func push(_ script: String) async throws -> ObjectID {
        _ = try await shell(
            "test -d seed || git clone -q origin.git seed; cd seed; \(script); git commit -qam change; git push -q origin main")
        return try #require(try await test.repositories.hub().fetchOrigin(branch: "main"))
    }

    /// - Returns: the first line of the submodule's file in the gate's place; empty when there is none.
    private func found(_ commit: ObjectID, trusting start: ObjectID, _ number: Int, failures: Int = 0) async throws -> String {
        var resources = test.resources
        resources.usesSubmodules = true
        var run = test.run
        run.startedFrom = start
        var pending = PendingEffect(effect: .baseline(commit: commit, tree: commit, command: ""))
        pending.failures = failures
        run.effects[ID("effect-\(number)")] = pending
        let order = GateOrder(
            effect: ID("effect-\(number)"), commit: commit, command: "cat lib/text > ../found 2> /dev/null || true", seat: "gate-main",
            kind: .full(isRerun: false), timeLimitMinutes: 10)
        let gate = GateExecution(repositories: test.repositories, resources: resources)
        _ = try #require(try await gate.verdict(order, run: run))
        return try String(contentsOfFile: test.resources.folder.seat("gate-main").tree + "/../found", encoding: .utf8)
    }

    @Test(
        "are those of the commit that is judged; where a branch has changed where they come from, the folders are empty, and not an earlier commit's"
    )
    func stale() async throws {
        _ = try await shell("git init -q library; cd library; echo one > text; git add text; git commit -qm one")
        let first = try await push(
            "git submodule --quiet add ../library lib; git config -f .gitmodules submodule.lib.url \(test.folder.path)/library")
        #expect(try await found(first, trusting: first, 1) == "one\n")
        _ = try await shell("cd library; echo two > text; git commit -qam two")
        let second = try await push("git -C lib pull -q origin HEAD")
        #expect(try await found(second, trusting: first, 2) == "two\n")
        let changed = try await push("git config -f .gitmodules submodule.lib.branch other; git -C lib checkout -q HEAD~1")
        #expect(try await found(changed, trusting: first, 3) == "")
        #expect(try await found(second, trusting: first, 4) == "two\n")
        let gone = try await push("git rm -q --cached .gitmodules; rm .gitmodules")
        #expect(try await found(gone, trusting: first, 5) == "")
    }

    @Test("a host of theirs that cannot be reached for now is no verdict on anybody's work")
    func unreachable() async throws {
        _ = try await shell("git init -q library; cd library; echo one > text; git add text; git commit -qm one")
        let first = try await push(
            "git submodule --quiet add ../library lib; git config -f .gitmodules submodule.lib.url http://127.0.0.1:1/library")
        await #expect { _ = try await found(first, trusting: first, 1) } throws: { ($0 as? GitError)?.kind == .unreachable }
        // Who never comes to an answer goes on without, as a build may.
        #expect(try await found(first, trusting: first, 2, failures: RunResources.submoduleTries) == "")
    }
}
