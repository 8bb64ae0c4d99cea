import Orchestration
import Testing

@testable import Git

@Suite("Trial merges")
struct TrialMergeTests {
    private static let lines = (1...30).map { "line \($0)\n" }

    private static func edited(_ line: Int, _ text: String) -> [UInt8] {
        var copy = lines
        copy[line] = "\(text)\n"
        return copy.joined().bytes
    }

    /// A hub whose git tells how often it was run.
    private func withHub(
        _ body: (TemporaryRepository, HubRepository, ObjectID, @Sendable () async throws -> Int) async throws -> Void
    ) async throws {
        try await TemporaryRepository.with { test in
            let git = try FaultyGit(in: test.folder, environment: test.environment)
            let plain = try await test.hub()
            let hub = try await HubRepository.createOrOpen(
                at: plain.path, origin: plain.origin, git: git.git, cloneOptions: CloneOptions([]))
            let tip = try #require(try await plain.resolve("refs/cco/origin/main"))
            let base = try await test.change(plain, tip, ["a.txt": Self.lines.joined().bytes, "b.txt": "b\n".bytes, "bin": [0, 1, 2]])
            try await body(test, hub, base) { Int(try await test.shell("cat \(git.folder)/count").trimmed) ?? 0 }
        }
    }

    @Test("renames, deletions, binary files and clean merges are told apart, as a real merge would")
    func kinds() async throws {
        try await withHub { test, hub, base, _ in
            let cases: [(ours: [String: [UInt8]?], theirs: [String: [UInt8]?], conflict: [String])] = [
                (["a.txt": Self.edited(3, "x")], ["a.txt": Self.edited(20, "y")], []),
                (["a.txt": Self.edited(3, "x")], ["a.txt": Self.edited(3, "y")], ["a.txt"]),
                (["a.txt": nil, "moved.txt": Self.lines.joined().bytes], ["a.txt": Self.edited(20, "y")], []),
                (["a.txt": nil, "moved.txt": Self.edited(20, "x")], ["a.txt": Self.edited(20, "y")], ["moved.txt"]),
                (["b.txt": nil], ["b.txt": "other\n".bytes], ["b.txt"]),
                (["bin": [0, 9]], ["bin": [0, 7]], ["bin"]),
                (["new \n ü": "1\n".bytes], ["new \n ü": "2\n".bytes], ["new \n ü"]),
                (["b.txt": "same\n".bytes], ["b.txt": "same\n".bytes], []),
            ]
            var pairs: [TrialPair] = []
            for sides in cases {
                pairs.append(
                    TrialPair(ours: try await test.change(hub, base, sides.ours), theirs: try await test.change(hub, base, sides.theirs)))
            }
            let outcomes = try await hub.trialMerges(pairs, attributes: base)
            #expect(outcomes == cases.map { $0.conflict.isEmpty ? .clean : .conflict($0.conflict) })
            for (pair, outcome) in zip(pairs, outcomes) {
                let merge = try await hub.mergeTree(pair.ours, pair.theirs)
                let isClean = if case .clean = merge { true } else { false }
                #expect(isClean == (outcome == .clean), "\(pair)")
            }
        }
    }

    @Test("two hundred pairs take one process, and nothing is left in the hub")
    func many() async throws {
        try await withHub { test, hub, base, count in
            var heads: [ObjectID] = []
            for number in 0..<21 { heads.append(try await test.change(hub, base, ["a.txt": Self.edited(number % 7, "by \(number)")])) }
            let numbers = (0..<21).flatMap { one in ((one + 1)..<21).map { (one, $0) } }
            let pairs = numbers.map { TrialPair(ours: heads[$0.0], theirs: heads[$0.1]) }
            #expect(pairs.count == 210)
            let objects = try await test.shell("find \(hub.path)/objects -type f | wc -l")
            let before = try await count()
            let outcomes = try await hub.trialMerges(pairs, attributes: base)
            // One of them looks for attributes.
            #expect(try await count() - before == 2)
            #expect(outcomes.count == 210)
            for ((one, other), outcome) in zip(numbers, outcomes) {
                // Lines that touch conflict as well.
                #expect((outcome == .clean) == (abs(one % 7 - other % 7) > 1), "\(one) and \(other): \(outcome)")
            }
            #expect(try await test.shell("find \(hub.path)/objects -type f | wc -l") == objects)
            #expect(try await test.shell("ls \(hub.path)/cco-scratch") == "")
        }
    }

    @Test("a pair that git cannot merge at all is unknown, and the others are tried all the same")
    func stumble() async throws {
        try await withHub { test, hub, base, count in
            let stranger = try await hub.rootCommit(message: "alone", author: TemporaryRepository.author, date: 1)
            let one = try await test.change(hub, base, ["b.txt": "1\n".bytes])
            let two = try await test.change(hub, base, ["b.txt": "2\n".bytes])
            let pairs = [
                TrialPair(ours: base, theirs: one), TrialPair(ours: one, theirs: stranger), TrialPair(ours: one, theirs: two),
                TrialPair(ours: stranger, theirs: two), TrialPair(ours: two, theirs: base),
            ]
            let outcomes = try await hub.trialMerges(pairs, attributes: base)
            #expect(outcomes == [.clean, .unknown, .conflict(["b.txt"]), .unknown, .clean])
            let before = try await count()
            let hopeless = try await hub.trialMerges(Array(repeating: pairs[1], count: 100), attributes: base)
            #expect(hopeless == Array(repeating: .unknown, count: 100))
            #expect(try await count() - before < 10)
            #expect(try await hub.trialMerges([], attributes: base).isEmpty)
        }
    }

    @Test("the target's attributes count, as they will when the branches are merged")
    func attributes() async throws {
        try await withHub { test, hub, base, _ in
            let target = try await test.change(hub, base, [".gitattributes": "*.log merge=union\n".bytes, "x.log": "0\n".bytes])
            let one = try await test.change(hub, target, ["x.log": "0\n1\n".bytes])
            let two = try await test.change(hub, target, ["x.log": "0\n2\n".bytes])
            let pair = TrialPair(ours: one, theirs: two)
            #expect(try await hub.trialMerges([pair], attributes: target) == [.clean])
            #expect(try await hub.trialMerges([pair], attributes: base) == [.conflict(["x.log"])])
        }
    }

    @Test("what a branch changes is its own work, not what it has merged from its target")
    func ownPaths() async throws {
        try await withHub { test, hub, base, _ in
            let target = try await test.change(hub, base, ["b.txt": "theirs\n".bytes])
            let work = try await test.change(hub, base, ["a.txt": Self.edited(1, "mine"), "new.txt": "1\n".bytes])
            #expect(try await hub.ownPaths(of: work, over: target, base: base) == ["a.txt", "new.txt"])
            let tree = try await hub.replacingFiles(in: work, ["b.txt": "theirs\n".bytes])
            let merged = try await hub.commitTree(
                tree, parents: [work, target], message: "merge", author: TemporaryRepository.author, date: 2)
            #expect(try await hub.ownPaths(of: merged, over: target, base: base) == ["a.txt", "new.txt"])
        }
    }

    @Test("refs that are shown to an agent are exactly those given, and come to nothing when it ends")
    func others() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task-1", at: tip, date: 1)
            let other = try await test.change(hub, tip, ["b.txt": "1\n".bytes])
            try await agent.makeOnlyAvailable(in: "refs/cco/other", ["task-2": other, "task-3": tip])
            #expect(try await test.run("rev-parse", "refs/cco/other/task-2", in: agent.worktreePath) == other.hex)
            #expect(try await test.run("show", "refs/cco/other/task-2:b.txt", in: agent.worktreePath) == "1")
            try await agent.makeOnlyAvailable(in: "refs/cco/other", ["task-3": other])
            #expect(
                try await test.run("for-each-ref", "--format=%(refname) %(objectname)", "refs/cco/other/", in: agent.worktreePath)
                    == "refs/cco/other/task-3 \(other)")
            try await agent.makeOnlyAvailable(in: "refs/cco/other", [:])
            #expect(try await test.run("for-each-ref", "refs/cco/other/", in: agent.worktreePath) == "")
            #expect(try await agent.unharvested().isEmpty)
            await #expect(throws: GitError.self) { try await agent.makeOnlyAvailable(in: "refs/heads", [:]) }
        }
    }
}
