import Orchestration
import Testing

@testable import Git

@Suite struct MergingTests {
    /// Two commits on the same base, in a hub.
    private func merge(
        base: [String: [UInt8]?], ours: [String: [UInt8]?], theirs: [String: [UInt8]?],
        _ check: (HubRepository, TreeMerge) async throws -> Void
    ) async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let start = try await test.change(hub, tip, base)
            let left = try await test.change(hub, start, ours)
            let right = try await test.change(hub, start, theirs)
            #expect(try await hub.mergeBase(left, right) == start)
            #expect(try await hub.aheadCount(of: left, over: tip) == 2)
            #expect(try await hub.isAncestor(start, of: left))
            #expect(try await !hub.isAncestor(left, of: right))
            try await check(hub, try await hub.mergeTree(left, right))
        }
    }

    @Test("changes to different lines merge to a tree with both, a rename follows")
    func clean() async throws {
        let lines = (1...20).map { "line \($0)\n" }
        var ours = lines
        ours[1] = "ours\n"
        var theirs = lines
        theirs[17] = "theirs\n"
        let text = lines.joined().bytes
        try await merge(
            base: ["a": text], ours: ["a": ours.joined().bytes], theirs: ["a": nil, "moved/ä \n.txt": theirs.joined().bytes]
        ) { hub, result in
            guard case .clean(let tree) = result else {
                Issue.record("conflict: \(result)")
                return
            }
            let merged = String(decoding: try await hub.file(at: tree, path: "moved/ä \n.txt", limit: 1_000) ?? [], as: UTF8.self)
            #expect(merged.contains("ours\n") && merged.contains("theirs\n"))
            #expect(try await hub.blobID(at: tree, path: "a") == nil)
            #expect(try await hub.file(at: tree, path: "moved/ä \n.txt", limit: 4) == "line".bytes)
        }
    }

    @Test("a conflict shows the regions in question with their surroundings, and no more")
    func hunks() async throws {
        let lines = (1...40).map { "line \($0)\n" }
        func edited(_ text: String) -> [UInt8] {
            var copy = lines
            copy[19] = "\(text)\n"
            return copy.joined().bytes
        }
        try await merge(base: ["ü\n.c": lines.joined().bytes], ours: ["ü\n.c": edited("ours")], theirs: ["ü\n.c": edited("theirs")]) {
            _, result in
            guard case .conflict(let files) = result else {
                Issue.record("no conflict")
                return
            }
            let file = try #require(files.first)
            #expect(files.count == 1)
            #expect(file.path == "ü\n.c")
            #expect(file.kinds == ["CONFLICT (contents)"])
            for part in ["line 18\n", "<<<<<<<", "ours\n", "|||||||", "line 20\n", "=======", "theirs\n", ">>>>>>>", "line 22\n"] {
                #expect(file.hunks.contains(part))
            }
            #expect(!file.hunks.contains("line 10\n") && !file.hunks.contains("line 30\n"))
            #expect(!file.isBinary && !file.truncated)
        }
    }

    @Test("deleted here and changed there, and binary files, are told apart")
    func otherConflicts() async throws {
        try await merge(
            base: ["gone": "a\n".bytes, "image": [0, 1, 2]], ours: ["gone": nil, "image": [0, 1, 3]],
            theirs: ["gone": "b\n".bytes, "image": [0, 1, 4]]
        ) { _, result in
            guard case .conflict(let files) = result else {
                Issue.record("no conflict")
                return
            }
            #expect(files.map(\.path) == ["gone", "image"])
            #expect(files[0].kinds == ["CONFLICT (modify/delete)"])
            #expect(files[0].messages.first?.contains("deleted in") == true)
            #expect(files[1].isBinary && files[1].hunks.isEmpty)
        }
    }

    @Test("conflict text is cut at its limit")
    func limit() {
        let long = "<<<<<<< a\n" + String(repeating: "x\n", count: 5_000) + "=======\n>>>>>>> b\n"
        let hunks = ConflictHunks(content: long.bytes, limit: 100)
        #expect(hunks.truncated)
        #expect(hunks.text.utf8.count <= 100)
    }

    @Test("unrelated histories merge only when asked")
    func unrelated() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let other = try await hub.rootCommit(message: "other", author: TemporaryRepository.author, date: 1)
            #expect(try await hub.mergeBase(tip, other) == nil)
            await #expect(throws: GitError.self) { try await hub.mergeTree(tip, other) }
            #expect(try await hub.mergeTree(tip, other, allowUnrelated: true) == .clean(tree: hub.tree(of: tip)))
        }
    }

    @Test("replacing files keeps modes, refuses what git refuses, and deletes")
    func replacing() async throws {
        try await TemporaryRepository.with { test in
            try await test.shell("echo run > tool.sh; chmod +x tool.sh", in: test.seedPath)
            try await test.commit(["d/x": "x"], "tool")
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let next = try await test.change(hub, tip, ["tool.sh": "new".bytes, "d/x": nil, "d": "file now".bytes])
            let changes = try await hub.changedPaths(from: tip, to: next)
            #expect(changes.map { "\($0.status) \($0.path) \($0.mode)" } == ["A d 100644", "D d/x 000000", "M tool.sh 100755"])
            #expect(try await hub.replacingFiles(in: tip, [:]) == hub.tree(of: tip))
            await #expect(throws: GitError.self) { try await hub.replacingFiles(in: tip, [".git/config": "x".bytes]) }
            await #expect(throws: GitError.self) { try await hub.replacingFiles(in: tip, ["../x": "x".bytes]) }
            #expect(try FolderHandle(path: hub.scratchPath).names().isEmpty)
        }
    }
}
