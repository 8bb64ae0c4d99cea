import Orchestration
import Testing

@testable import Git

@Suite struct CompactionTests {
    @Test("packing keeps what only an agent, or nobody's ref, leads to, and agents go on working before and after")
    func keepsUnreachable() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            // The agent works on a commit that the hub's refs no longer lead to, in a pack and as a loose object.
            let packed = try await test.change(hub, tip, ["base": "b".bytes])
            try await hub.setRef("refs/cco/pinned/x", to: packed)
            try await test.run("--git-dir=\(hub.path)", "repack", "-d", "-q")
            let loose = try await test.change(hub, packed, ["base": "c".bytes])
            let inFlight = try await test.change(hub, loose, ["merge": "m".bytes])
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task", at: loose, date: 1)
            try await hub.deleteRef("refs/cco/pinned/x")
            try await test.shell("echo w > w; git add w; git commit -qm w", in: agent.worktreePath)
            guard case .packed(_, let after) = try await hub.compact(isForced: true) else {
                Issue.record("not packed")
                return
            }
            #expect(after.packs == 1 && after.looseObjects == 0)
            for id in [tip, packed, loose, inFlight] { #expect(try await hub.contains(id)) }
            try await test.run("fsck", "--strict", "--no-dangling", in: agent.worktreePath)
            try await test.shell("echo v >> w; git commit -qam v; git log --oneline | wc -l", in: agent.worktreePath)
            let work = try #require(try await agent.harvest("task", into: "refs/cco/work/task"))
            #expect(try await hub.isAncestor(packed, of: work))
            try await hub.fsck()
        }
    }

    @Test("packing is left for later while a git works on the hub or the caller says so, and where it would not pay")
    func later() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            guard case .notNeeded = try await hub.compact() else {
                Issue.record("packed for nothing")
                return
            }
            #expect(try await hub.compact(isForced: true, while: { false }) == .busy)
            let git = try await LivingGit(at: hub.path, in: test, isMarked: true)
            #expect(try await hub.compact(isForced: true) == .busy)
            #expect(HubRepository.ObjectStore(looseObjects: 0, packs: 20).isWorthPacking)
            #expect(HubRepository.ObjectStore(looseObjects: 2_000, packs: 0).isWorthPacking)
            #expect(!HubRepository.ObjectStore(looseObjects: 1_999, packs: 19).isWorthPacking)
            withExtendedLifetime(git) {}
        }
    }

    @Test("packs are gathered while gits work with the hub, and nothing is lost that only an agent, or nobody's ref, leads to")
    func gathered() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let packed = try await test.change(hub, tip, ["base": "b".bytes])
            try await hub.setRef("refs/cco/pinned/x", to: packed)
            try await test.run("--git-dir=\(hub.path)", "repack", "-d", "-q")
            let loose = try await test.change(hub, packed, ["base": "c".bytes])
            let inFlight = try await test.change(hub, loose, ["merge": "m".bytes])
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task", at: loose, date: 1)
            try await hub.deleteRef("refs/cco/pinned/x")
            let git = try await LivingGit(at: hub.path, in: test, isMarked: true)
            guard case .notNeeded = try await hub.gatherPacks() else {
                Issue.record("packed for nothing")
                return
            }
            guard case .packed(_, let after) = try await hub.gatherPacks(isForced: true) else {
                Issue.record("not packed")
                return
            }
            withExtendedLifetime(git) {}
            #expect(after.looseObjects == 0 && after.packs <= 2, "\(after)")
            for id in [tip, packed, loose, inFlight] { #expect(try await hub.contains(id)) }
            try await test.shell("echo v > v; git add v; git commit -qm v; git log --oneline | wc -l", in: agent.worktreePath)
            let work = try #require(try await agent.harvest("task", into: "refs/cco/work/task"))
            #expect(try await hub.isAncestor(packed, of: work))
            try await hub.fsck()
            #expect(HubRepository.ObjectStore(looseObjects: 20_000, packs: 0).isOverdue)
            #expect(HubRepository.ObjectStore(looseObjects: 0, packs: 60).isOverdue)
            #expect(!HubRepository.ObjectStore(looseObjects: 19_999, packs: 59).isOverdue)
        }
    }

    @Test("packing that is cancelled leaves no half pack and loses nothing")
    func cancelled() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let loose = try await test.change(hub, tip, ["a": "a".bytes])
            // A git that says when it has a half pack, and then waits to be killed.
            try await test.shell(
                """
                mkfifo ready never; mkdir slow
                cat > slow/git <<'END'
                #!/bin/sh
                case "$*" in *repack*) ;; *) PATH=${PATH#*:}; exec git "$@" ;; esac
                touch \(hub.path)/objects/pack/tmp_pack_half \(hub.path)/packed-refs.lock
                echo ready > \(test.folder)/ready; read line < \(test.folder)/never
                END
                chmod +x slow/git
                """)
            var environment = test.environment
            environment["PATH"] = test.folder + "/slow:" + (environment["PATH"] ?? "")
            let slow = HubRepository(
                path: hub.path, origin: hub.origin, git: Git(environment: environment), cloneOptions: CloneOptions(), objectFormat: "sha1")
            let packing = Task { () async throws -> HubRepository.Compaction in try await slow.compact(isForced: true) }
            #expect(try await test.shell("cat ready") == "ready")
            packing.cancel()
            await #expect { try await packing.value } throws: { ($0 as? GitError)?.kind == .cancelled }
            #expect(try StaleLocks(places: [.init(path: hub.path)]).find().isEmpty)
            #expect(try await hub.contains(loose))
            try await hub.fsck()
        }
    }
}
