import Orchestration
import Processes
import Testing

@testable import Git

@Suite struct PushingTests {
    private func withWork(_ body: (TemporaryRepository, HubRepository, ObjectID, ObjectID) async throws -> Void) async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            try await body(test, hub, tip, try await test.change(hub, tip, ["work": "w".bytes]))
        }
    }

    @Test("a push moves the branch, and is harmless the second time")
    func pushed() async throws {
        try await withWork { test, hub, _, work async throws in
            #expect(try await hub.push(work, toBranch: "main", alsoNotes: false) == PushReport(branch: .pushed, notes: nil))
            #expect(try await test.head(test.originPath, "main") == work)
            #expect(try await hub.push(work, toBranch: "main", alsoNotes: false).branch == .alreadyThere)
            #expect(try await hub.push(work, toBranch: "run/2026-01-01", alsoNotes: false).branch == .pushed)
        }
    }

    @Test("an origin that went on is reported with its head, and left alone")
    func moved() async throws {
        try await withWork { test, hub, tip, work async throws in
            let other = try await test.commit(["other": "o"], "other")
            #expect(try await hub.push(work, toBranch: "main", alsoNotes: false).branch == .moved(remoteHead: other))
            _ = try await hub.fetchOrigin(branch: "main")
            #expect(try await hub.push(work, toBranch: "main", alsoNotes: false).branch == .moved(remoteHead: other))
            #expect(try await hub.push(tip, toBranch: "main", alsoNotes: false).branch == .moved(remoteHead: other))
            #expect(try await test.head(test.originPath, "main") == other)
        }
    }

    @Test(
        "a push that says where the branch has to stand changes nothing where it was set back, deleted or made meanwhile",
        arguments: [true, false])
    func elsewhere(alsoNotes: Bool) async throws {
        try await withWork { test, hub, tip, work async throws in
            func push(_ commit: ObjectID, where head: ObjectID?) async throws -> PushReport {
                try await hub.push(commit, toBranch: "main", where: .exactly(head), alsoNotes: alsoNotes)
            }
            try await hub.addNote(work, "work")
            let withdrawn = try await test.commit(["secret": "s"], "withdrawn")
            _ = try await hub.fetchOrigin(branch: "main")
            let onTop = try await test.change(hub, withdrawn, ["work": "w".bytes])
            try await test.seed("push", "-q", "--force", "origin", "\(tip):refs/heads/main")
            #expect(try await push(onTop, where: withdrawn) == PushReport(branch: .moved(remoteHead: tip), notes: nil))
            #expect(try await push(onTop, where: nil) == PushReport(branch: .moved(remoteHead: tip), notes: nil))
            // What does not contain what is expected would lose it.
            #expect(try await push(work, where: withdrawn) == PushReport(branch: .moved(remoteHead: nil), notes: nil))
            #expect(try await test.head(test.originPath, "main") == tip)

            #expect(try await push(work, where: tip) == PushReport(branch: .pushed, notes: alsoNotes ? .pushed : nil))
            #expect(try await push(work, where: tip).branch == .alreadyThere)
            #expect(try await test.head(test.originPath, "main") == work)

            let next = try await test.change(hub, work, ["next": "n".bytes])
            try await test.run("update-ref", "-d", "refs/heads/main", in: test.originPath)
            #expect(try await push(next, where: work) == PushReport(branch: .moved(remoteHead: nil), notes: nil))
            #expect(try await test.run("for-each-ref", "refs/heads", in: test.originPath).isEmpty)
            #expect(try await push(next, where: nil).branch == .pushed)
            #expect(try await test.head(test.originPath, "main") == next)
        }
    }

    @Test("a hook that declines is a refusal with its words")
    func declined() async throws {
        try await withWork { test, hub, _, work async throws in
            try await test.shell(
                "printf '#!/bin/sh\\necho no pushes on Sunday >&2\\nexit 1\\n' > hooks/pre-receive; chmod +x hooks/pre-receive",
                in: test.originPath)
            guard case .refused(let reason) = try await hub.push(work, toBranch: "main", alsoNotes: false).branch else {
                Issue.record("not refused")
                return
            }
            #expect(reason.contains("pre-receive hook declined"))
            #expect(reason.contains("no pushes on Sunday"))
        }
    }

    @Test("a configuration that asks for signed pushes where none can be made is a refusal that names it, and no origin that is away")
    func unsigned() async throws {
        try await withWork { test, hub, _, work async throws in
            var environment = test.environment
            let first = environment["GIT_CONFIG_COUNT"].flatMap { Int($0) } ?? 0
            environment["GIT_CONFIG_COUNT"] = "\(first + 1)"
            environment["GIT_CONFIG_KEY_\(first)"] = "push.gpgSign"
            environment["GIT_CONFIG_VALUE_\(first)"] = "true"
            let signing = HubRepository(
                path: hub.path, origin: hub.origin, git: Git(environment: environment), cloneOptions: CloneOptions(),
                objectFormat: hub.objectFormat)
            guard case .refused(let reason) = try await signing.push(work, toBranch: "main", alsoNotes: true).branch else {
                Issue.record("not refused")
                return
            }
            #expect(reason.hasPrefix("push.gpgSign of your git configuration asks for signed pushes: "), "\(reason)")
            #expect(reason.contains("does not support --signed push"), "\(reason)")
            guard case .refused = try await signing.pushDryRun(branch: "main") else {
                Issue.record("a dry run does not say so")
                return
            }
        }
    }

    @Test("an origin whose place is empty for a while, and one that does not answer, are not reached")
    func unreachable() async throws {
        try await withWork { test, hub, _, work async throws in
            try await test.shell("mv origin.git elsewhere.git")
            guard case .unreachable = try await hub.push(work, toBranch: "main", alsoNotes: true).branch else {
                Issue.record("a missing repository is not unreachable")
                return
            }
            try await test.shell("mv elsewhere.git origin.git")
            #expect(try await hub.push(work, toBranch: "main", alsoNotes: true).branch == .pushed)
            let away = try await HubRepository.createOrOpen(
                at: hub.path, origin: RemoteURL("http://127.0.0.1:1/x.git", relativeTo: "/"), git: test.git)
            guard case .unreachable = try await away.push(work, toBranch: "main", alsoNotes: true).branch else {
                Issue.record("a dead port is not unreachable")
                return
            }
            await #expect { try await away.fetchOrigin(branch: "main") } throws: { ($0 as? GitError)?.kind == .unreachable }
        }
    }

    @Test("a lock that somebody left at the origin is named, and left to its owner", arguments: ["main", "new"])
    func lockedOrigin(_ branch: String) async throws {
        try await withWork { test, hub, _, work async throws in
            let lock = "/refs/heads/\(branch).lock"
            try FolderHandle(path: test.originPath + "/refs/heads").write("\(branch).lock", [])
            guard case .contested(let reason) = try await hub.push(work, toBranch: branch, alsoNotes: false).branch else {
                Issue.record("not contested")
                return
            }
            #expect(reason.contains(lock))
            #expect(FolderTree.exists(test.originPath + lock))
            try FolderHandle(path: test.originPath + "/refs/heads").unlink("\(branch).lock")
            #expect(try await hub.push(work, toBranch: branch, alsoNotes: false).branch == .pushed)
        }
    }

    @Test("a clone with the branch checked out is recognised before any work, and its setting respected")
    func checkedOut() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub(origin: test.seedPath)
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            guard case .checkedOut(let place, let advice) = try await hub.pushDryRun(branch: "main") else {
                Issue.record("not recognised")
                return
            }
            #expect(place == test.seedPath)
            #expect(advice.contains("updateInstead"))
            #expect(try await hub.pushDryRun(branch: "other") == .ready)
            let work = try await test.change(hub, tip, ["work": "w".bytes])
            guard case .refused = try await hub.push(work, toBranch: "main", alsoNotes: false).branch else {
                Issue.record("not refused")
                return
            }
            try await test.seed("config", "receive.denyCurrentBranch", "updateInstead")
            #expect(try await hub.pushDryRun(branch: "main") == .ready)
            #expect(try await hub.push(work, toBranch: "main", alsoNotes: false).branch == .pushed)
            #expect(try test.read("work", in: test.seedPath) == "w")
        }
    }

    @Test(
        "a clone that is in the midst of something that began on the branch is recognised too, in each of its worktrees",
        arguments: ["git rebase other", "git rebase --apply other", "git bisect start HEAD HEAD~2"], [false, true])
    func occupied(by command: String, isLinked: Bool) async throws {
        try await TemporaryRepository.with { test in
            let first = try await test.head(test.seedPath)
            try await test.commit(["readme.txt": "ours"], "second")
            let tip = try await test.commit(["more.txt": "more"], "third")
            try await test.shell(
                "git switch -q -c other \(first); echo theirs > readme.txt; git commit -qam fourth; git switch -q main", in: test.seedPath)
            let place = isLinked ? test.folder + "/linked" : test.seedPath
            if isLinked { try await test.shell("git switch -q --detach; git worktree add -q \(place) main", in: test.seedPath) }
            let hub = try await test.hub(origin: test.seedPath)
            // A rebase stops here at a conflict, and its code says so.
            try await test.shell("\(command) || true; ! git symbolic-ref -q HEAD", in: place)
            let work: UnfinishedWork = command.contains("rebase") ? .rebase : .bisection
            #expect(try await hub.pushDryRun(branch: "main") == .occupied(at: place, by: work))
            #expect(try await hub.pushDryRun(branch: "new") == .ready)
            let change = try await test.change(hub, tip, ["work": "w".bytes])
            guard case .refused = try await hub.push(change, toBranch: "main", alsoNotes: false).branch else {
                Issue.record("git takes the push")
                return
            }
        }
    }

    @Test("a note belongs to one commit, is replaced whole, and survives many neighbours")
    func notes() async throws {
        try await withWork { test, hub, tip, work async throws in
            #expect(try await hub.note(work) == nil)
            try await hub.addNote(work, "{\"a\": 1}\n")
            try await hub.addNote(work, "{\"a\": 2}\n")
            let head = try await hub.resolve(HubRepository.receiptsRef)
            try await hub.addNote(work, "{\"a\": 2}\n")
            #expect(try await hub.resolve(HubRepository.receiptsRef) == head)
            try await withThrowingTaskGroup { group in
                for number in 0..<8 {
                    let commit = try await test.change(hub, tip, ["n": "\(number)".bytes])
                    group.addTask { try await hub.addNote(commit, "note \(number)") }
                }
                try await group.waitForAll()
            }
            #expect(try await hub.note(work) == "{\"a\": 2}\n")
            #expect(try await test.run("notes", "--ref=cco", "list", in: hub.path).split(separator: "\n").count == 9)
            #expect(try await hub.listRefs("refs/cco/scratch/").isEmpty)
            try await hub.fsck()
        }
    }

    @Test("notes are found also where git keeps them in folders")
    func manyNotes() async throws {
        try await withWork { test, hub, tip, work async throws in
            let script = """
                for i in $(seq 600); do printf 'commit refs/heads/many\nmark :%d\ncommitter a <a@b> %d +0000\ndata 1\nx\n' $i $i; done |
                    git fast-import --quiet --export-marks=many.marks
                (printf 'commit refs/notes/cco\ncommitter a <a@b> 1 +0000\ndata 1\nx\n'
                    while read mark id; do printf 'N inline %s\ndata 5\nnote\n\n' $id; done < many.marks) | git fast-import --quiet
                """
            try await test.shell(script, in: hub.path)
            let many = try #require(try await hub.resolve("refs/heads/many"))
            #expect(try await test.run("ls-tree", "refs/notes/cco", in: hub.path).contains(" tree "))
            #expect(try await hub.note(many) == "note\n")
            #expect(try await hub.noted(among: [many, tip, work]) == [many])
            try await hub.addNote(work, "work")
            #expect(try await hub.noted(among: [many, tip, work]) == [many, work])
            #expect(try await hub.note(work) == "work")
        }
    }

    @Test("receipts of two hubs are joined at the origin")
    func pushedNotes() async throws {
        try await withWork { test, hub, tip, work async throws in
            let second = try await HubRepository.createOrOpen(
                at: test.folder + "/second.git", origin: RemoteURL(test.originPath, relativeTo: "/"), git: test.git)
            _ = try await second.fetchOrigin(branch: "main")
            try await second.addNote(tip, "second")
            #expect(try await second.push(tip, toBranch: "main", alsoNotes: true) == PushReport(branch: .alreadyThere, notes: .pushed))
            try await hub.addNote(tip, "first")
            try await hub.addNote(work, "work")
            #expect(try await hub.push(work, toBranch: "main", alsoNotes: true) == PushReport(branch: .pushed, notes: .pushed))
            let text = try await test.run("notes", "--ref=cco", "show", tip.hex, in: test.originPath)
            #expect(text.contains("first") && text.contains("second"))
            #expect(try await test.run("notes", "--ref=cco", "show", work.hex, in: test.originPath) == "work")
        }
    }

    @Test("a refused push of notes does not spoil the branch")
    func refusedNotes() async throws {
        try await withWork { test, hub, _, work async throws in
            try await test.shell(
                "printf '#!/bin/sh\\ncase $1 in refs/notes/*) exit 1;; esac\\n' > hooks/update; chmod +x hooks/update",
                in: test.originPath)
            try await hub.addNote(work, "work")
            let report = try await hub.push(work, toBranch: "main", alsoNotes: true)
            #expect(report.branch == .pushed)
            guard case .refused = report.notes else {
                Issue.record("\(String(describing: report.notes))")
                return
            }
        }
    }

    @Test("a password in the origin's URL reaches git through a private file, and nothing else shows it")
    func password() async throws {
        try await TemporaryRepository.with { test in
            _ = try await test.hub()
            let hub = try await HubRepository.createOrOpen(
                at: test.folder + "/run/hub.git", origin: RemoteURL("http://me:s3cret@127.0.0.1:1/x.git", relativeTo: "/"), git: test.git)
            let place = hub.originPlace(hub.location)
            let asked = "protocol=http\nhost=127.0.0.1:1\nusername=me\n\n".bytes
            let answer = try await hub.git.run(["credential", "fill"], at: place, reach: .origin, input: asked).outputText
            #expect(answer.contains("password=s3cret"))
            #expect(!place.arguments.joined().contains("s3cret") && !place.environment.values.joined().contains("s3cret"))
            #expect(try test.read("config", in: hub.path)?.contains("s3cret") == false)
            #expect(try await test.shell("stat -c %a cco-credentials", in: hub.path) == "600")
            _ = try await test.hub()
            #expect(!FolderTree.exists(hub.path + "/cco-credentials"))
        }
    }
}
