import Foundation
import Git
import Orchestration
import Testing

@testable import Merging

@Suite("Publishing a verified commit", .timeLimit(.minutes(2)))
struct PublicationTests {
    private func publish(_ test: HubFixture, _ commit: ObjectID, onto old: ObjectID, branch: String? = "main") async throws -> PublishResult
    {
        try await Publication(hub: test.hub).publish(
            commit, onto: old, ref: HubFixture.main, remoteBranch: branch, receipts: [(commit, "a receipt\n")])
    }

    @Test("the commit is at origin before the hub's ref moves, and its receipt is a note there")
    func order() async throws {
        try await HubFixture.with { test in
            let seen = test.folder + "/seen"
            try test.installHook("env -i PATH=\"$PATH\" git --git-dir='\(test.hub.path)' rev-parse refs/heads/main >>'\(seen)'")
            let commit = try await test.commit(["work.txt": "work\n"], on: test.start)
            #expect(try await publish(test, commit, onto: test.start) == .published)
            #expect(try await test.hub.resolve(HubFixture.main) == commit)
            #expect(try await test.originMain() == commit.hex)
            #expect(try await test.hub.note(commit) == "a receipt\n")
            let heads = Set(try String(contentsOfFile: seen, encoding: .utf8).split(separator: "\n"))
            #expect(heads == [Substring(test.start.hex)], "while origin took the push, the hub stood where it was")
        }
    }

    @Test("after a crash between the two steps, and after both, publishing again is harmless")
    func repeated() async throws {
        try await HubFixture.with { test in
            let commit = try await test.commit(["work.txt": "work\n"], on: test.start)
            #expect(try await test.hub.push(commit, toBranch: "main", alsoNotes: true).branch == .pushed)
            for _ in 1...2 {
                #expect(try await publish(test, commit, onto: test.start) == .published)
                #expect(try await test.hub.resolve(HubFixture.main) == commit)
                #expect(try await test.originMain() == commit.hex)
            }
        }
    }

    @Test("when somebody else has pushed, the hub's ref stays and their commit too")
    func moved() async throws {
        try await HubFixture.with { test in
            let theirs = try await test.pushFromOutside()
            let commit = try await test.commit(["work.txt": "work\n"], on: test.start)
            #expect(try await publish(test, commit, onto: test.start) == .moved)
            #expect(try await test.hub.resolve(HubFixture.main) == test.start)
            #expect(try await test.originMain() == theirs.hex)
        }
    }

    @Test("a branch at origin that was set back, or deleted, stays so, although the commit builds on it")
    func setBack() async throws {
        try await HubFixture.with { test in
            let withdrawn = try await test.commit(["secret.txt": "secret\n"], on: test.start)
            try await test.hub.setRef(HubFixture.main, to: withdrawn)
            let commit = try await test.commit(["work.txt": "work\n"], on: withdrawn)
            let result = try await Publication(hub: test.hub).publish(
                commit, onto: withdrawn, ref: HubFixture.main, remoteBranch: "main", where: .exactly(withdrawn),
                receipts: [(commit, "a receipt\n")])
            #expect(result == .moved)
            #expect(try await test.originMain() == test.start.hex)
            #expect(try await test.hub.resolve(HubFixture.main) == withdrawn)
        }
    }

    @Test("a push that origin refuses leaves the hub's ref, and gives origin's words")
    func refused() async throws {
        try await HubFixture.with { test in
            try test.installHook("echo 'no pushes on Sunday' >&2; exit 1")
            let commit = try await test.commit(["work.txt": "work\n"], on: test.start)
            guard case .refused(let words) = try await publish(test, commit, onto: test.start) else {
                Issue.record("not refused")
                return
            }
            #expect(words.contains("no pushes on Sunday"))
            #expect(try await test.hub.resolve(HubFixture.main) == test.start)
            #expect(try await test.originMain() == test.start.hex)
        }
    }

    @Test("an origin that does not answer is an error, and nothing has moved")
    func unreachable() async throws {
        try await HubFixture.with { test in
            let away = try await HubRepository.createOrOpen(
                at: test.hub.path, origin: RemoteURL("http://127.0.0.1:1/x.git", relativeTo: "/"), git: test.hub.git)
            let commit = try await test.commit(["work.txt": "work\n"], on: test.start)
            await #expect(throws: PublicationError.self) {
                try await Publication(hub: away).publish(
                    commit, onto: test.start, ref: HubFixture.main, remoteBranch: "main", receipts: [(commit, "a receipt\n")])
            }
            #expect(try await test.hub.resolve(HubFixture.main) == test.start)
        }
    }

    @Test("without a branch at origin the commit is published in the hub alone")
    func hubOnly() async throws {
        try await HubFixture.with { test in
            let commit = try await test.commit(["work.txt": "work\n"], on: test.start)
            #expect(try await publish(test, commit, onto: test.start, branch: nil) == .published)
            #expect(try await test.hub.resolve(HubFixture.main) == commit)
            #expect(try await test.originMain() == test.start.hex)
        }
    }

    @Test("a target in the hub that is elsewhere by now is not overwritten")
    func hubMoved() async throws {
        try await HubFixture.with { test in
            let other = try await test.commit(["other.txt": "other\n"], on: test.start)
            try await test.hub.setRef(HubFixture.main, to: other)
            let commit = try await test.commit(["work.txt": "work\n"], on: test.start)
            #expect(try await publish(test, commit, onto: test.start, branch: nil) == .moved)
            #expect(try await test.hub.resolve(HubFixture.main) == other)
        }
    }
}
