import Glibc
import Orchestration
import Processes
import Testing

@testable import Git

@Suite struct RecoveryTests {
    private func recover(
        _ test: TemporaryRepository, lastKnown: [String: ObjectID] = [:], depth: HubRepository.VerificationDepth = .tips
    ) async throws -> (hub: HubRepository, findings: [RepositoryFinding]) {
        try await HubRepository.recover(
            at: test.folder + "/run/hub.git", origin: RemoteURL(test.originPath, relativeTo: "/"), git: test.git, lastKnown: lastKnown,
            depth: depth)
    }

    @Test("a healthy hub has nothing to report, at any depth")
    func healthy() async throws {
        try await TemporaryRepository.with { test in
            _ = try await test.hub()
            #expect(try await recover(test).findings.isEmpty)
            #expect(try await recover(test, depth: .connectivity).findings.isEmpty)
            #expect(try await recover(test, depth: .everything).findings.isEmpty)
        }
    }

    @Test("refs that point to nothing usable go back to the value the caller knows, and are reported and left where it knows none")
    func refs() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let lost = try await test.change(hub, tip, ["lost": "l".bytes])
            for name in ["refs/heads/known", "refs/heads/unknown", "refs/heads/wrong"] { try await hub.setRef(name, to: lost) }
            try await test.shell(
                """
                rm -f objects/\(lost.hex.prefix(2))/\(lost.hex.dropFirst(2))
                mkdir -p refs/heads/deep; : > refs/heads/deep/empty; echo garbage > refs/heads/garbage; : > refs/heads/lone
                """, in: hub.path)
            let findings = try await recover(
                test,
                lastKnown: ["refs/heads/known": tip, "refs/heads/deep/empty": tip, "refs/heads/garbage": tip, "refs/heads/wrong": lost]
            ).findings
            #expect(
                findings == [
                    .refReset(name: "refs/heads/deep/empty", to: tip), .refReset(name: "refs/heads/garbage", to: tip),
                    .refReset(name: "refs/heads/known", to: tip),
                    .refBroken(name: "refs/heads/lone", reason: "its file holds no object id"),
                    .refBroken(name: "refs/heads/unknown", reason: "object \(lost) is missing or unreadable"),
                    .refBroken(name: "refs/heads/wrong", reason: "object \(lost) is missing or unreadable"),
                ])
            for name in ["deep/empty", "garbage", "known"] { #expect(try await hub.resolve("refs/heads/\(name)") == tip) }
            #expect(try test.read("refs/heads/unknown", in: hub.path) == lost.hex + "\n")
            #expect(try await recover(test).findings.count == 3)
        }
    }

    @Test("a commit whose file a crash of the machine left empty can be made again, and its ref is found whole")
    func emptyObject() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let made = try await test.change(hub, tip, ["a": "a".bytes])
            try await hub.setRef("refs/heads/main", to: made)
            let path = "objects/\(made.hex.prefix(2))/\(made.hex.dropFirst(2))"
            try await test.shell("chmod +w \(path); : > \(path)", in: hub.path)
            let findings = try await recover(test).findings
            #expect(findings.contains(.leftover(Leftover(path: "\(hub.path)/\(path)", kind: .emptyObject, outcome: .removed))))
            #expect(try await test.change(hub, tip, ["a": "a".bytes]) == made)
            #expect(try await recover(test).findings.isEmpty)
            try await hub.fsck()
        }
    }

    @Test("a hub whose HEAD or configuration is unreadable is mended, not replaced by an empty one", arguments: ["HEAD", "config", "both"])
    func salvage(_ file: String) async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let before = try await hub.listRefs("refs/").map(\.name)
            let files = file == "both" ? ["HEAD", "config"] : [file]
            for name in files { try await test.shell(name == "HEAD" ? ": > HEAD" : "echo '[core' > config", in: hub.path) }
            let (mended, findings) = try await recover(test)
            #expect(Set(findings) == Set(files.map { .rewritten(path: "\(hub.path)/\($0)") }))
            #expect(try await mended.listRefs("refs/").map(\.name) == before)
            try await mended.fsck()
            try await test.shell("rm HEAD config", in: hub.path)
            #expect(try await recover(test).hub.listRefs("refs/").map(\.name) == before)
        }
    }

    @Test("git commands of an engine that is gone are ended before anything else, a person's own git is not")
    func orphans() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let orphan = try await LivingGit(at: hub.path, in: test, isMarked: true)
            let persons = try await LivingGit(at: hub.path, in: test, isMarked: false)
            let identity = try #require(try orphan.identity)
            let findings = try await recover(test).findings
            #expect(findings.count == 1)
            guard case .orphan(let command, hasEnded: true) = try #require(findings.first) else {
                Issue.record("\(findings)")
                return
            }
            #expect(command.contains("cat-file") && !identity.isAlive)
            #expect(try persons.identity?.isAlive == true)
        }
    }

    @Test("before a folder is removed, git commands that a cco which is gone left in any repository below it are ended, and no others")
    func orphansBelow() async throws {
        try await TemporaryRepository.with { test in
            let run = test.folder + "/runs/1"
            var places: [String] = []
            for place in ["\(run)/hub.git", "\(run)/hub.git.partial-7", "\(run)0/hub.git"] {
                try await test.run("init", "-q", "--bare", place)
                places.append(place)
            }
            let inside = [
                try await LivingGit(at: places[0], in: test, isMarked: true), try await LivingGit(at: places[1], in: test, isMarked: true),
            ]
            let identities = try inside.map { try #require(try $0.identity) }
            let outside = try await LivingGit(at: places[2], in: test, isMarked: true)
            let persons = try await LivingGit(at: places[0], in: test, isMarked: false)
            let findings = try await GitProcesses.endOrphans(below: run)
            #expect(findings.count == 2 && findings.allSatisfy { !$0.isTrouble }, "\(findings)")
            #expect(identities.allSatisfy { !$0.isAlive })
            #expect(try outside.identity?.isAlive == true)
            #expect(try persons.identity?.isAlive == true)
        }
    }

    @Test("git commands of an engine that is gone are ended in an agent's repository too")
    func agentOrphans() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task", at: try #require(try await hub.resolve("refs/cco/origin/main")), date: 1)
            let orphan = try await LivingGit(at: agent.controlDirectory, in: test, isMarked: true)
            let identity = try #require(try orphan.identity)
            #expect(try await agent.repair().count == 1)
            #expect(!identity.isAlive)
        }
    }

    @Test("a git that is killed gives no answer, rather than that there is no such ref")
    func killed() async throws {
        try await TemporaryRepository.with { test in
            let faulty = try FaultyGit(in: test.folder, environment: test.environment)
            let hub = HubRepository(
                path: try await test.hub().path, origin: try RemoteURL(test.originPath, relativeTo: "/"), git: faulty.git,
                cloneOptions: CloneOptions(), objectFormat: "sha1")
            try faulty.arm(KillPoint(invocation: 1, place: "before"))
            await #expect(throws: GitError.self) { try await hub.resolve("refs/cco/origin/main") }
            try faulty.revive()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            // The one that has answered stays, and would answer again.
            await hub.endSessions()
            try faulty.arm(KillPoint(invocation: 1, place: "before"))
            await #expect(throws: GitError.self) { try await hub.contains(tip) }
        }
    }
}
