import Git
import Orchestration
import Testing

@testable import Merging

@Suite("Merging a candidate", .timeLimit(.minutes(2)))
struct CandidateMergeTests {
    static let secret = "sk-test-0123456789abcdef"

    private func merge(_ test: HubFixture, _ head: ObjectID, onto target: ObjectID, change: (inout CandidateMerge.Order) -> Void = { _ in })
        async throws -> MergeResult
    {
        let rules = IntegrationRules(forbiddenNames: [".env"], secrets: [Array(Self.secret.utf8)])
        var order = CandidateMerge.Order(
            target: target, head: head, message: "Merge the work", date: 20, isAgentsWork: true, mayFastForward: false, structure: nil,
            pin: "candidate-1")
        change(&order)
        return try await CandidateMerge(hub: test.hub, rules: rules, identity: HubFixture.ours).merge(order)
    }

    private func clean(_ result: MergeResult) throws -> (commit: ObjectID, tree: ObjectID, onto: ObjectID) {
        guard case .clean(let commit, let tree, let onto) = result else {
            Issue.record("not clean: \(result)")
            throw CancellationError()
        }
        return (commit, tree, onto)
    }

    @Test("two changes are joined in a commit of cco's with both parents, which is kept from being pruned; no ref of the target moves")
    func joins() async throws {
        try await HubFixture.with { test in
            let target = try await test.commit(["theirs.txt": "theirs\n"], on: test.start)
            let head = try await test.commit(["ours.txt": "ours\n"], on: test.start)
            let merged = try clean(try await merge(test, head, onto: target))
            #expect(merged.onto == target)
            #expect(try await test.hub.tree(of: merged.commit) == merged.tree)
            #expect(try await test.parents(of: merged.commit) == [target.hex, head.hex])
            #expect(try await test.text("ours.txt", at: merged.commit) == "ours\n")
            #expect(try await test.text("theirs.txt", at: merged.commit) == "theirs\n")
            #expect(try await test.hub.resolve("refs/cco/pinned/candidate-1") == merged.commit)
            #expect(try await test.hub.resolve(HubFixture.main) == test.start)
        }
    }

    @Test(
        "an agent's change to a file of cco's or the user's is undone while the rest merges",
        arguments: HubFixture.files.keys.sorted().prefix(2))
    func ownedFile(name: String) async throws {
        try await HubFixture.with { test in
            for text in ["mine now\n", nil] {
                let head = try await test.commit([name: text, "work.txt": "work\n"], on: test.start)
                let merged = try clean(try await merge(test, head, onto: test.start))
                #expect(try await test.text(name, at: merged.commit) == HubFixture.files[name])
                #expect(try await test.text("work.txt", at: merged.commit) == "work\n")
            }
        }
    }

    @Test("what the target did to an owned file meanwhile stands")
    func ownedFileOfTarget() async throws {
        try await HubFixture.with { test in
            let target = try await test.commit(["PROJECT_DIRECTION.md": "a new goal\n"], on: test.start)
            let head = try await test.commit(["PROJECT_DIRECTION.md": "mine\n", "work.txt": "work\n"], on: test.start)
            let merged = try clean(try await merge(test, head, onto: target))
            #expect(try await test.text("PROJECT_DIRECTION.md", at: merged.commit) == "a new goal\n")
        }
    }

    @Test("a committed .env reaches neither the merged tree nor its history, wherever it lies")
    func forbiddenFile() async throws {
        try await HubFixture.with { test in
            let first = try await test.commit([".env": "A=plain\n", "deep/down/.env": "B=other\n"], on: test.start, "Settings")
            let head = try await test.commit(["work.txt": "work\n"], on: first, "The work")
            let merged = try clean(try await merge(test, head, onto: test.start))
            #expect(try await test.text(".env", at: merged.commit) == nil)
            #expect(try await test.text("deep/down/.env", at: merged.commit) == nil)
            #expect(try await test.text("work.txt", at: merged.commit) == "work\n")
            let history = try await test.history(of: merged.commit, since: test.start)
            #expect(!history.contains(".env") && !history.contains("plain"))
            #expect(history.contains("The work"))
            #expect(try await !test.hub.isAncestor(first, of: merged.commit))
        }
    }

    @Test("a .env that a later commit of the branch deleted is not in the merged history either")
    func forbiddenFileDeletedLater() async throws {
        try await HubFixture.with { test in
            let first = try await test.commit([".env": "A=plain\n", "work.txt": "work\n"], on: test.start)
            let head = try await test.commit([".env": nil], on: first, "Remove it")
            let merged = try clean(try await merge(test, head, onto: test.start))
            #expect(try await test.text("work.txt", at: merged.commit) == "work\n")
            #expect(try await !test.history(of: merged.commit, since: test.start).contains(".env"))
        }
    }

    @Test("a .env that the repository itself keeps stays as it is there")
    func trackedForbiddenFile() async throws {
        try await HubFixture.with { test in
            let base = try await test.commit([".env": "MODE=public\n"], on: test.start)
            for text in ["MODE=other\n", nil] {
                let head = try await test.commit([".env": text, "work.txt": "work\n"], on: base)
                let merged = try clean(try await merge(test, head, onto: base))
                #expect(try await test.text(".env", at: merged.commit) == "MODE=public\n")
                #expect(try await !test.history(of: merged.commit, since: base).contains("other"))
            }
        }
    }

    @Test(
        "what a branch has only merged in from the base is not its author's: the user's new goals, a tracked .env and its values stay as they are there",
        arguments: [true, false])
    func mergedIn(isMerge: Bool) async throws {
        try await HubFixture.with { test in
            let start = try await test.commit([".env": "MODE=public\n"], on: test.start)
            // The team has gone on by itself; or it has not, and the branch has simply begun at the base.
            let team = isMerge ? try await test.commit(["team.txt": "team\n"], on: start) : start
            let theirs = try await test.commit(
                ["PROJECT_DIRECTION.md": "a new goal\n", ".env": "MODE=other\n", "key.txt": "\(Self.secret)\n"], on: start, "The user's")
            var files: [String: String?] = ["work.txt": "work\n", "PROJECT_DIRECTION.md": "mine\n"]
            var head: ObjectID
            if isMerge {
                guard case .clean(let tree) = try await test.hub.mergeTree(team, theirs) else { throw CancellationError() }
                head = try await test.hub.commitTree(tree, parents: [team, theirs], message: "Join", author: HubFixture.agent, date: 11)
                files["PROJECT_DIRECTION.md"] = nil
            } else {
                head = theirs
            }
            head = try await test.commit(files, on: head)
            let merged = try clean(try await merge(test, head, onto: team) { $0.trusted = theirs })
            #expect(try await test.text("PROJECT_DIRECTION.md", at: merged.commit) == "a new goal\n")
            #expect(try await test.text(".env", at: merged.commit) == "MODE=other\n")
            #expect(try await test.text("work.txt", at: merged.commit) == "work\n")
            #expect(try await test.hub.isAncestor(theirs, of: merged.commit))
            // Without knowing of it all of that would be the author's.
            guard case .objection = try await merge(test, head, onto: team) else {
                Issue.record("a secret of the author's was taken")
                return
            }
        }
    }

    @Test("so it stays where the target has the base's commit by another way, and more of the base since")
    func mergedInCrosswise() async throws {
        try await HubFixture.with { test in
            func join(_ one: ObjectID, _ other: ObjectID, _ date: Int64) async throws -> ObjectID {
                guard case .clean(let tree) = try await test.hub.mergeTree(one, other) else { throw CancellationError() }
                return try await test.hub.commitTree(tree, parents: [one, other], message: "Join", author: HubFixture.agent, date: date)
            }
            let first = try await test.commit(["PROJECT_DIRECTION.md": "a new goal\n", "key.txt": "\(Self.secret)\n"], on: test.start)
            let second = try await test.commit(["more.txt": "more\n"], on: first)
            // Newer than the base's commit, so that git names it as what both have.
            let tree = try await test.hub.replacingFiles(in: test.start, ["team.txt": Array("team\n".utf8)])
            let team = try await test.hub.commitTree(tree, parents: [test.start], message: "Team", author: HubFixture.agent, date: 20)
            let head = try await test.commit(["work.txt": "work\n"], on: try await join(team, first, 21))
            let target = try await join(team, second, 22)
            let merged = try clean(try await merge(test, head, onto: target) { $0.trusted = second })
            #expect(try await test.text("PROJECT_DIRECTION.md", at: merged.commit) == "a new goal\n")
            #expect(try await test.text("key.txt", at: merged.commit) == "\(Self.secret)\n")
            #expect(try await test.text("work.txt", at: merged.commit) == "work\n")
            #expect(try await test.hub.isAncestor(first, of: merged.commit))
        }
    }

    @Test("of more commits than can be looked at one by one the branch is taken as one")
    func manyCommits() async throws {
        try await HubFixture.with { test in
            var head = try await test.commit([".env": "A=plain\n", "work.txt": "work\n"], on: test.start)
            head = try await test.commit([".env": nil], on: head)
            let tree = try await test.hub.tree(of: head)
            for number in 0..<500 {
                head = try await test.hub.commitTree(tree, parents: [head], message: "\(number)", author: HubFixture.agent, date: 12)
            }
            let merged = try clean(try await merge(test, head, onto: test.start))
            #expect(try await test.text("work.txt", at: merged.commit) == "work\n")
            #expect(try await !test.history(of: merged.commit, since: test.start).contains(".env"))
        }
    }

    @Test("a forbidden file whose folder's name is no text goes back to its author")
    func oddName() async throws {
        try await HubFixture.with { test in
            let head = try await test.commitOfOddFolder(holding: ".env")
            guard case .objection(let words) = try await merge(test, head, onto: test.start) else {
                Issue.record("no objection")
                return
            }
            #expect(words.contains(".env"))
        }
    }

    @Test("a secret in the result goes back to its author, with the file's name and without the secret")
    func secretInResult() async throws {
        try await HubFixture.with { test in
            let head = try await test.commit(["config/app.txt": "key = \(Self.secret)\n"], on: test.start)
            guard case .objection(let words) = try await merge(test, head, onto: test.start) else {
                Issue.record("no objection")
                return
            }
            #expect(words.contains("config/app.txt"))
            #expect(!words.contains(Self.secret))
            #expect(try await test.hub.resolve("refs/cco/pinned/candidate-1") == nil)
        }
    }

    @Test("a secret that only the branch's history holds is left behind there")
    func secretInHistory() async throws {
        try await HubFixture.with { test in
            let first = try await test.commit(["app.txt": "key = \(Self.secret)\n"], on: test.start)
            let head = try await test.commit(["app.txt": "key = from the environment\n"], on: first, "Read the key")
            let merged = try clean(try await merge(test, head, onto: test.start))
            #expect(try await test.text("app.txt", at: merged.commit) == "key = from the environment\n")
            #expect(try await !test.history(of: merged.commit, since: test.start).contains(Self.secret))
            #expect(try await !test.hub.isAncestor(first, of: merged.commit))
        }
    }

    @Test("a branch with clean history is merged with its commits as they are")
    func cleanHistory() async throws {
        try await HubFixture.with { test in
            let first = try await test.commit(["a.txt": "a\n"], on: test.start)
            let head = try await test.commit(["b.txt": "b\n"], on: first)
            let merged = try clean(try await merge(test, head, onto: test.start))
            #expect(try await test.hub.isAncestor(head, of: merged.commit))
        }
    }

    @Test("work that was checked before is not held against the rules again")
    func checkedBefore() async throws {
        try await HubFixture.with { test in
            let head = try await test.commit(["TEAM_STRUCTURE.md": "grown\n"], on: test.start)
            let merged = try clean(try await merge(test, head, onto: test.start) { $0.isAgentsWork = false })
            #expect(try await test.text("TEAM_STRUCTURE.md", at: merged.commit) == "grown\n")
        }
    }

    @Test("a branch that shares no history with the target goes back to its author")
    func unrelated() async throws {
        try await HubFixture.with { test in
            let head = try await test.hub.rootCommit(message: "Alone", author: HubFixture.agent, date: 5)
            guard case .objection(let words) = try await merge(test, head, onto: test.start) else {
                Issue.record("no objection")
                return
            }
            #expect(words.contains("shares no history"))
            let branch = try await merge(test, head, onto: test.start) { $0.isAgentsWork = false }
            #expect(branch == .objection("it shares no history with the branch it is to be merged into"))
        }
    }

    @Test("a conflict comes with both sides of its hunks, and makes no commit")
    func conflict() async throws {
        try await HubFixture.with { test in
            let target = try await test.commit(["readme.txt": "one\nTWO\nthree\n"], on: test.start)
            let head = try await test.commit(["readme.txt": "one\nzwei\nthree\n"], on: test.start)
            guard case .conflict(let onto, let files) = try await merge(test, head, onto: target) else {
                Issue.record("no conflict")
                return
            }
            #expect(onto == target)
            #expect(files.map(\.path) == ["readme.txt"])
            let file = try #require(files.first)
            #expect(file.kind.contains("CONFLICT"))
            for part in ["<<<<<<<", "TWO", "|||||||", "zwei", ">>>>>>>"] { #expect(file.hunks.contains(part), "no \(part)") }
            #expect(try await test.hub.resolve("refs/cco/pinned/candidate-1") == nil)
        }
    }

    @Test("a target that has nothing of its own moves to the head where that is allowed, and gets a merge commit where it is not")
    func fastForward() async throws {
        try await HubFixture.with { test in
            let head = try await test.commit(["new.txt": "new\n"], on: test.start)
            let forward = try await merge(test, head, onto: test.start) {
                $0.isAgentsWork = false
                $0.mayFastForward = true
            }
            #expect(forward == .fastForward(commit: head, tree: try await test.hub.tree(of: head), onto: test.start))
            let merged = try clean(try await merge(test, head, onto: test.start))
            #expect(merged.commit != head)
            #expect(try await test.parents(of: merged.commit) == [test.start.hex, head.hex])

            let target = try await test.commit(["own.txt": "own\n"], on: test.start)
            let joined = try clean(
                try await merge(test, head, onto: target) {
                    $0.isAgentsWork = false
                    $0.mayFastForward = true
                })
            #expect(try await test.parents(of: joined.commit) == [target.hex, head.hex])
        }
    }

    @Test("a head that the target contains leaves nothing to merge")
    func nothing() async throws {
        try await HubFixture.with { test in
            let target = try await test.commit(["later.txt": "later\n"], on: test.start)
            #expect(try await merge(test, test.start, onto: target) == .nothingToMerge)
            #expect(try await merge(test, target, onto: target) == .nothingToMerge)
            // A new TEAM_STRUCTURE.md alone is no reason for a merge commit of an old head.
            #expect(try await merge(test, test.start, onto: target) { $0.structure = "new\n" } == .nothingToMerge)
        }
    }

    @Test("the merged tree gets the team structure that the order brings")
    func structure() async throws {
        try await HubFixture.with { test in
            let head = try await test.commit(["work.txt": "work\n"], on: test.start)
            let merged = try clean(try await merge(test, head, onto: test.start) { $0.structure = "who did what\n" })
            #expect(try await test.text("TEAM_STRUCTURE.md", at: merged.commit) == "who did what\n")
            #expect(try await test.text("work.txt", at: merged.commit) == "work\n")
        }
    }

    @Test("a merged tree that has passed the gate stays as it is, so that it need not pass again")
    func verified() async throws {
        try await HubFixture.with { test in
            let head = try await test.commit(["work.txt": "work\n"], on: test.start)
            let passed = try await test.hub.tree(of: head)
            for isKnown in [true, false] {
                let merged = try clean(
                    try await merge(test, head, onto: test.start) {
                        $0.isAgentsWork = false
                        $0.structure = "who did what\n"
                        $0.isVerified = { isKnown && $0 == passed }
                    })
                #expect((merged.tree == passed) == isKnown)
            }
        }
    }

    @Test("upkeep changes TEAM_STRUCTURE.md and nothing else, and only when it differs")
    func upkeep() async throws {
        try await HubFixture.with { test in
            func upkeep(_ text: String, on target: ObjectID) async throws -> MergeResult {
                try await merge(test, target, onto: target) {
                    $0.isAgentsWork = false
                    $0.structure = text
                }
            }
            let merged = try clean(try await upkeep("the team of today\n", on: test.start))
            #expect(try await test.hub.changedPaths(from: test.start, to: merged.commit).map(\.path) == ["TEAM_STRUCTURE.md"])
            #expect(try await test.parents(of: merged.commit) == [test.start.hex])
            #expect(try await test.hub.resolve("refs/cco/pinned/candidate-1") == merged.commit)
            #expect(try await upkeep("the team of today\n", on: merged.commit) == .nothingToMerge)
        }
    }
}
