import Orchestration
import Testing

@testable import Git

@Suite struct HubRepositoryTests {
    @Test("a hub is made once, and opened the next time")
    func openingTwice() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try await test.head(test.seedPath)
            #expect(try await hub.resolve("refs/cco/origin/main") == tip)
            let again = try await test.hub()
            #expect(try await again.resolve("refs/cco/origin/main") == tip)
            #expect(try await again.originSummary() == OriginSummary(defaultBranch: "main", branches: ["main": tip]))
            try await again.fsck()
        }
    }

    @Test("what a killed clone left behind is replaced, and a foreign folder in its place is not deleted")
    func crashLeft() async throws {
        try await TemporaryRepository.with { test in
            try await test.shell("mkdir -p run/hub.git.partial-1/objects run/hub.git; echo mine > run/hub.git/file")
            let hub = try await test.hub()
            #expect(try await hub.resolve("refs/cco/origin/main") != nil)
            let names = try FolderHandle(path: test.folder + "/run").names()
            #expect(!names.contains("hub.git.partial-1"))
            #expect(names.contains { $0.hasPrefix("hub.git.damaged-") })
        }
    }

    @Test("locks and half packs of killed commands are cleared at opening")
    func leftovers() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            try await test.shell(
                "touch packed-refs.lock refs/cco/origin/main.lock shallow.lock objects/pack/tmp_pack_x", in: hub.path)
            let again = try await test.hub()
            try await again.setRef("refs/cco/origin/main", to: tip)
            try await again.deleteRef("refs/cco/origin/main")
            #expect(try FolderHandle(path: hub.path).descend(["objects", "pack"])?.kind(of: "tmp_pack_x") == nil)
        }
    }

    @Test("a missing branch is nil, a missing origin is an error of its own kind")
    func missing() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            #expect(try await hub.fetchOrigin(branch: "nope") == nil)
            await #expect { try await test.hub(origin: test.folder + "/absent").fetchOrigin(branch: "main") } throws: {
                ($0 as? GitError)?.kind == .notARepository
            }
            await #expect(throws: GitError.self) { try await hub.fetchOrigin(branch: "--upload-pack=x") }
        }
    }

    @Test("an empty origin has a default branch, no commit, and takes a first one")
    func emptyOrigin() async throws {
        try await TemporaryRepository.with(isEmpty: true) { test in
            let hub = try await test.hub()
            #expect(try await hub.originSummary() == OriginSummary(defaultBranch: "main", branches: [:]))
            #expect(try await hub.fetchOrigin(branch: "main") == nil)
            let root = try await hub.rootCommit(message: "Start", author: TemporaryRepository.author, date: 5)
            #expect(root == (try await hub.rootCommit(message: "Start", author: TemporaryRepository.author, date: 5)))
            #expect(try await hub.pushDryRun(branch: "main") == .ready)
            #expect(try await hub.push(root, toBranch: "main", alsoNotes: false).branch == .pushed)
            #expect(try await hub.fetchOrigin(branch: "main") == root)
        }
    }

    @Test("an origin with SHA-256 objects is followed")
    func sha256() async throws {
        try await TemporaryRepository.with { test in
            try await test.shell(
                "git init -q -b main --object-format=sha256 long; cd long; echo x > a; git add a; git commit -qm one")
            let hub = try await HubRepository.createOrOpen(
                at: test.folder + "/long-hub.git", origin: RemoteURL("long", relativeTo: test.folder), git: test.git)
            let tip = try #require(try await hub.fetchOrigin(branch: "main"))
            #expect(tip.hex.count == 64)
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task", at: tip, date: 1)
            try test.write("b", "new\n", in: agent.worktreePath)
            try await test.run("add", "b", in: agent.worktreePath)
            try await test.run("commit", "-qm", "two", in: agent.worktreePath)
            #expect(try await agent.harvest("task", into: "refs/cco/work/task") != tip)
        }
    }

    @Test("a ref moves only from its expected value")
    func compareAndSwap() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let one = try #require(try await hub.resolve("refs/cco/origin/main"))
            let two = try await test.change(hub, one, ["a": "a".bytes])
            #expect(try await hub.compareAndSwap(ref: "refs/cco/x", new: one, old: nil) == .updated)
            #expect(try await hub.compareAndSwap(ref: "refs/cco/x", new: two, old: nil) == .moved(to: one))
            #expect(try await hub.compareAndSwap(ref: "refs/cco/x", new: one, old: two) == .moved(to: one))
            #expect(try await hub.compareAndSwap(ref: "refs/cco/x", new: two, old: one) == .updated)
            #expect(try await hub.compareAndSwap(ref: "refs/cco/y", new: two, old: one) == .moved(to: nil))
            #expect(try await hub.keep(one, name: "k") == "refs/cco/kept/k")
            #expect(try await hub.keep(one, name: "k") == "refs/cco/kept/k")
            #expect(try await hub.keep(two, name: "k") == "refs/cco/kept/k-\(two.short)")
            #expect(try await hub.listRefs("refs/cco/kept/").map(\.id) == [one, two])
            await #expect(throws: GitError.self) { try await hub.setRef("HEAD", to: one) }
        }
    }

    @Test("a shallow clone gets the missing history when a merge needs it")
    func shallow() async throws {
        try await TemporaryRepository.with { test in
            try await test.seed("branch", "side")
            for number in 1...4 { try await test.commit(["n\(number)": "x"], "n\(number)") }
            try await test.seed("checkout", "-q", "side")
            try await test.commit(["side.txt": "s"], "side", branch: "side")
            let hub = try await test.hub(["--depth=1"], origin: "file://" + test.originPath)
            let main = try #require(try await hub.resolve("refs/cco/origin/main"))
            #expect(try await hub.isShallow())
            #expect(try await hub.log(from: nil, to: main).count == 1)
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task", at: main, date: 1)
            try test.write("new", "x", in: agent.worktreePath)
            _ = try await agent.saveUncommitted(message: "save", author: agent.identity, date: 2)
            let work = try #require(try await agent.harvest("task", into: "refs/cco/work/task"))
            let side = try #require(try await hub.fetchOrigin(branch: "side"))
            guard case .clean = try await hub.mergeTree(work, side) else {
                Issue.record("no clean merge")
                return
            }
            #expect(try await !hub.isShallow())
            #expect(try await hub.push(work, toBranch: "main", alsoNotes: false).branch == .pushed)
        }
    }
}
