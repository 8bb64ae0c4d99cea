import Glibc
import Orchestration
import Processes
import Testing

@testable import Git

@Suite struct GitSessionTests {
    /// A git that notes each start with its number and arguments.
    private struct NotedGit {
        let git: Git
        let log: String

        /// - Parameter script: shell text that comes first.
        init(_ test: TemporaryRepository, _ script: String = "") throws {
            log = test.folder + "/starts"
            let text = "#!/bin/sh\necho \"$$ $*\" >> \(log)\n\(script)\nexec git \"$@\"\n"
            try FolderHandle(path: test.folder).write("noted-git", Array(text.utf8), mode: 0o755)
            git = Git(executable: test.folder + "/noted-git", environment: test.environment)
        }

        func starts() throws -> [String] {
            String(decoding: try FolderHandle(path: String(log.dropLast(7))).read("starts") ?? [], as: UTF8.self)
                .split(separator: "\n").map(String.init)
        }

        func clear() throws { try FolderHandle(path: String(log.dropLast(7))).unlink("starts") }

        func hub(_ hub: HubRepository, patience: Duration = GitSession.usualPatience) -> HubRepository {
            HubRepository(
                path: hub.path, origin: hub.origin, git: git, cloneOptions: CloneOptions(), objectFormat: hub.objectFormat,
                patience: patience)
        }
    }

    /// Branches that each add a file to the tip of `main`.
    private func branches(_ count: Int, _ test: TemporaryRepository, _ hub: HubRepository) async throws -> (tip: ObjectID, [ObjectID]) {
        let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
        var heads: [ObjectID] = []
        for number in 0..<count { heads.append(try await test.change(hub, tip, ["new\(number)": "\(number)\n".bytes])) }
        return (tip, heads)
    }

    private func chain(_ hub: HubRepository, _ tip: ObjectID, _ heads: [ObjectID]) async throws -> ObjectID {
        var tip = tip
        for head in heads {
            guard case .clean(let tree) = try await hub.mergeTree(tip, head) else { throw GitError.invalid("merging", "conflict") }
            tip = try await hub.commitTree(tree, parents: [tip, head], message: "m", author: TemporaryRepository.author, date: 1)
            try await hub.pin(tip, name: "chain")
        }
        return tip
    }

    @Test("a chain of merges starts a handful of processes, however long it is")
    func fewProcesses() async throws {
        try await TemporaryRepository.with { test in
            let plain = try await test.hub()
            let noted = try NotedGit(test)
            let (start, heads) = try await branches(25, test, plain)
            // So long that no machine is too slow to ask again.
            let hub = noted.hub(plain, patience: .seconds(3_600))
            let tip = try await chain(hub, start, heads)
            let starts = try noted.starts()
            #expect(starts.count <= 6, "\(starts)")
            #expect(try await hub.changedPaths(from: start, to: tip).count == 25)
            #expect(try await hub.resolve("refs/cco/pinned/chain") == tip)
            try await hub.fsck()
            await hub.endSessions()
        }
    }

    @Test("a session that was killed is started anew, and its request answered")
    func killed() async throws {
        try await TemporaryRepository.with { test in
            let plain = try await test.hub()
            let noted = try NotedGit(test)
            let (start, heads) = try await branches(4, test, plain)
            let hub = noted.hub(plain)
            var tip = try await chain(hub, start, [heads[0]])
            for head in heads.dropFirst() {
                for line in try noted.starts() {
                    guard let pid = line.split(separator: " ").first.flatMap({ Int32($0) }) else { continue }
                    if let identity = try ProcessIdentity.of(pid: pid) {
                        try identity.signal(SIGKILL)
                        try await identity.untilEnded()
                    }
                }
                try noted.clear()
                tip = try await chain(hub, tip, [head])
            }
            #expect(try await hub.changedPaths(from: start, to: tip).count == 4)
            try await hub.fsck()
            await hub.endSessions()
        }
    }

    @Test("where git cannot answer several merges, each is made by a process of its own")
    func withoutSessions() async throws {
        try await TemporaryRepository.with { test in
            let plain = try await test.hub()
            let noted = try NotedGit(test, "case \"$*\" in *merge-tree*--stdin*) echo 'usage: git merge-tree' >&2; exit 129 ;; esac")
            let (start, heads) = try await branches(3, test, plain)
            let hub = noted.hub(plain)
            let tip = try await chain(hub, start, heads)
            #expect(try await hub.changedPaths(from: start, to: tip).count == 3)
            // It was tried once.
            #expect(try noted.starts().filter { $0.contains("--stdin --messages") }.count == 1)
            await hub.endSessions()
        }
    }

    @Test("an idle session is nobody's living process, and a lock that a killed git left is cleared beside it")
    func idle() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let (start, heads) = try await branches(2, test, hub)
            let tip = try await chain(hub, start, heads)
            #expect(try GitProcesses(gitDirectories: [hub.path]).living().isEmpty)
            try FolderHandle(path: hub.path + "/refs/cco/pinned").write("chain.lock", [])
            try await hub.pin(start, name: "chain")
            #expect(try await hub.resolve("refs/cco/pinned/chain") == start)
            #expect(try await hub.contains(tip))
            #expect(try await hub.compact(isForced: true) != .busy)
            await hub.endSessions()
        }
    }

    @Test("submodules that both sides moved are a conflict like any other, and the next merge is answered")
    func submodules() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            func commit(_ number: Int, on parent: ObjectID) async throws -> ObjectID {
                let id = String(repeating: "\(number)", count: 40)
                let tree = try await hub.makeTree(Array("160000 commit \(id)\tmodule\0".utf8))
                return try await hub.commitTree(
                    tree, parents: [parent], message: "m", author: TemporaryRepository.author, date: 1)
            }
            let base = try await commit(1, on: tip)
            let (ours, theirs) = (try await commit(2, on: base), try await commit(3, on: base))
            for _ in 0..<2 {
                guard case .conflict(let files) = try await hub.mergeTree(ours, theirs) else { throw GitError.invalid("merging", "clean") }
                #expect(files.map(\.path) == ["module"])
                #expect(try await hub.mergeTree(ours, base) == .clean(tree: hub.tree(of: ours)))
            }
            await hub.endSessions()
        }
    }

    @Test("a commit that is written out is the one that git commit-tree makes")
    func commits() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let tree = try await hub.tree(of: tip)
            let names = ["cco", "worker-1 (cco)", "Jörg Müller", "dots.", " a ", "'quoted'", "x,", "O'Neill"]
            for (name, message) in zip(names, ["m", "a\n\nb\n\n\n", "  ü\n", "", "x", "y\r\n", "\n\nz", "tree x\nparent y"]) {
                let author = GitIdentity(name: name, email: "\(name)@example.invalid")
                let made = try await hub.commitTree(tree, parents: [tip], message: message, author: author, date: 1_700_000_000)
                var place = hub.location
                place.environment = author.environment(date: 1_700_000_000)
                let output = try await hub.git.run(
                    ["commit-tree", tree.hex, "-p", tip.hex, "-F", "-"], at: place, input: Array((message.trimmed + "\n").utf8))
                #expect(output.outputText.trimmed == made.hex, "\(name)")
            }
            await hub.endSessions()
        }
    }

    @Test("the attributes of every folder of the target count, as they are there now, and links do not")
    func attributes() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            func sides(_ base: ObjectID, _ path: String) async throws -> TreeMerge {
                let ours = try await test.change(hub, base, [path: "one\nours\n".bytes])
                let theirs = try await test.change(hub, base, [path: "one\ntheirs\n".bytes])
                return try await hub.mergeTree(ours, theirs)
            }
            let base = try await test.change(hub, tip, ["a/b/list": "one\n".bytes, "c/list": "one\n".bytes])
            guard case .conflict = try await sides(base, "a/b/list") else { throw GitError.invalid("merging", "no conflict") }
            let ruled = try await test.change(hub, base, ["a/.gitattributes": "list merge=union\n".bytes])
            guard case .clean(let tree) = try await sides(ruled, "a/b/list") else { throw GitError.invalid("merging", "conflict") }
            #expect(try await hub.file(at: tree, path: "a/b/list", limit: 99) == "one\nours\ntheirs\n".bytes)
            guard case .conflict = try await sides(ruled, "c/list") else { throw GitError.invalid("merging", "no conflict") }
            let undone = try await test.change(hub, ruled, ["a/b/.gitattributes": "list !merge\n".bytes])
            guard case .conflict = try await sides(undone, "a/b/list") else { throw GitError.invalid("merging", "no conflict") }
            guard case .clean = try await sides(ruled, "a/b/list") else { throw GitError.invalid("merging", "conflict") }
            await hub.endSessions()
        }
    }
}
