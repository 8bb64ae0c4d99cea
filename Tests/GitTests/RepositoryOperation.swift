import Orchestration
import Testing

@testable import Git

/// Everything cco does with git in a run, in rounds: each round has new work, and can be done again without harm.
enum RepositoryOperation: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case open, fetch, merge, swap, note, push, keep, replace, checkOut, save, detach, harvest, remove, compact

    var testDescription: String { rawValue }

    /// What every round starts from.
    struct Stage: Sendable {
        let test: TemporaryRepository
        let faulty: FaultyGit
        let round: Int
        var tip: ObjectID
        /// The commit that an agent made in this round.
        var work: ObjectID?

        func recover() async throws -> (hub: HubRepository, findings: [RepositoryFinding]) {
            try await HubRepository.recover(
                at: hubPath, origin: RemoteURL(test.originPath, relativeTo: "/"), git: faulty.git)
        }

        var hubPath: String { test.folder + "/run/hub.git" }

        func hub() async throws -> HubRepository {
            HubRepository(
                path: hubPath, origin: try RemoteURL(test.originPath, relativeTo: "/"), git: faulty.git, cloneOptions: CloneOptions(),
                objectFormat: "sha1")
        }

        func agent(_ hub: HubRepository) throws -> AgentRepository { try test.agent("a", hub) }
    }

    /// What a person or an agent does before the operation.
    func prepare(_ stage: inout Stage) async throws {
        let test = stage.test
        switch self {
        case .open: try await test.shell("rm -rf run/hub.git")
        case .fetch:
            stage.tip = try await test.commit(["origin-\(stage.round)": "\(stage.round)\n", "readme.txt": "\(stage.round)\n"], "more")
        case .checkOut, .save, .detach, .harvest, .remove:
            let hub = try await stage.recover().hub
            let agent = try stage.agent(hub)
            try await agent.checkOut(branch: "task-\(stage.round)", at: stage.tip, date: 1)
            try await test.shell(
                "echo \(stage.round) > made; git add made; git commit -qm made; echo more >> readme.txt", in: agent.worktreePath)
            stage.work = try await test.head(agent.worktreePath)
        case .compact:
            let hub = try await stage.recover().hub
            // Packs, loose objects that a ref leads to, and one that none leads to.
            for number in 0..<2 {
                try await hub.setRef(
                    "refs/cco/work/\(stage.round)-\(number)",
                    to: try await test.change(hub, stage.tip, ["f": "\(stage.round) \(number)".bytes]))
                try await test.run("--git-dir=\(hub.path)", "repack", "-d", "-q")
            }
            try await hub.setRef("refs/cco/work/x", to: try await test.change(hub, stage.tip, ["x": "\(stage.round)".bytes]))
            stage.work = try await test.change(hub, stage.tip, ["unreferenced": "\(stage.round)".bytes])
        default: break
        }
    }

    /// The operation itself, which uses only the faulty git.
    func run(_ stage: Stage) async throws {
        if self == .open {
            _ = try await stage.recover()
            return
        }
        let hub = try await stage.hub()
        do {
            try await run(stage, hub)
        } catch {
            await hub.endSessions()
            throw error
        }
        // What stays to answer requests would be killed, or say that it was, in the midst of a later operation.
        await hub.endSessions()
    }

    private func run(_ stage: Stage, _ hub: HubRepository) async throws {
        let author = TemporaryRepository.author
        switch self {
        case .open: break
        case .fetch: _ = try await hub.fetchOrigin(branch: "main")
        case .merge:
            let one = try await stage.test.change(hub, stage.tip, ["one": "\(stage.round)".bytes])
            let other = try await stage.test.change(hub, stage.tip, ["other": "\(stage.round)".bytes])
            guard case .clean(let tree) = try await hub.mergeTree(one, other) else { throw GitError.invalid("merge", "conflict") }
            try await hub.pin(
                try await hub.commitTree(tree, parents: [one, other], message: "m", author: author, date: 7), name: "\(stage.round)")
        case .swap:
            let old = try await hub.resolve("refs/heads/main")
            let new = try await stage.test.change(hub, stage.tip, ["swap": "\(stage.round)".bytes])
            if old != new { #expect(try await hub.compareAndSwap(ref: "refs/heads/main", new: new, old: old) == .updated) }
        case .note: try await hub.addNote(stage.tip, "note \(stage.round)\n")
        case .push:
            let commit = try await stage.test.change(hub, stage.tip, ["pushed": "\(stage.round)".bytes])
            try await hub.addNote(commit, "receipt \(stage.round)")
            let report = try await hub.push(commit, toBranch: "round-\(stage.round)", alsoNotes: true)
            let isDone = [report.branch, report.notes].allSatisfy { $0 == .pushed || $0 == .alreadyThere }
            guard isDone else { throw GitError.invalid("push", "\(report)") }
        case .keep:
            try await hub.keep(try await stage.test.change(hub, stage.tip, ["kept": "\(stage.round)".bytes]), name: "k/\(stage.round)")
        case .replace:
            let tree = try await hub.replacingFiles(in: stage.tip, ["readme.txt": nil, "r/\(stage.round)": "r".bytes])
            try await hub.setRef(
                "refs/cco/replaced/\(stage.round)",
                to: try await hub.commitTree(tree, parents: [stage.tip], message: "r", author: author, date: 8))
        case .checkOut: try await stage.agent(hub).checkOut(branch: "other-\(stage.round)", at: stage.tip, date: 2)
        case .save: try await stage.agent(hub).saveUncommitted(message: "saved", author: author, date: 3)
        case .detach: try await stage.agent(hub).detach(at: stage.tip, date: 4)
        case .harvest: _ = try await stage.agent(hub).harvest("task-\(stage.round)", into: "refs/cco/work/task")
        case .remove: try await stage.agent(hub).remove(keepingAs: "round-\(stage.round)", date: 5)
        case .compact: try await hub.compact(isForced: true)
        }
    }

    /// What has to hold once the operation has been done again after the kill.
    func check(_ stage: Stage) async throws {
        let hub = try await stage.hub()
        let round = stage.round
        let place = stage.test.folder + "/run/worktrees/a"
        switch self {
        case .open: #expect(try await hub.originSummary().branches["main"] == stage.tip)
        case .fetch: #expect(try await hub.resolve("refs/cco/origin/main") == stage.tip)
        case .merge:
            let merged = try #require(try await hub.resolve("refs/cco/pinned/\(round)"))
            #expect(try await hub.file(at: merged, path: "one", limit: 9) == "\(round)".bytes)
            #expect(try await hub.file(at: merged, path: "other", limit: 9) == "\(round)".bytes)
        case .swap:
            let main = try #require(try await hub.resolve("refs/heads/main"))
            #expect(try await hub.file(at: main, path: "swap", limit: 9) == "\(round)".bytes)
        case .note: #expect(try await hub.note(stage.tip) == "note \(round)\n")
        case .push:
            let there = try await stage.test.head(stage.test.originPath, "round-\(round)")
            #expect(try await hub.note(there) == "receipt \(round)")
            #expect(try await stage.test.run("notes", "--ref=cco", "show", there.hex, in: stage.test.originPath) == "receipt \(round)")
        case .keep: #expect(try await hub.listRefs("refs/cco/kept/k/").filter { $0.name.hasPrefix("refs/cco/kept/k/\(round)") }.count == 1)
        case .replace:
            let tree = try #require(try await hub.resolve("refs/cco/replaced/\(round)"))
            #expect(try await hub.changedPaths(from: stage.tip, to: tree).map(\.path) == ["r/\(round)", "readme.txt"])
        case .checkOut:
            #expect(try await stage.test.run("status", "--porcelain", "--branch", in: place) == "## other-\(round)")
            try await checkSaved(stage, hub)
        case .save: try await checkSaved(stage, hub)
        case .detach:
            #expect(try await stage.test.run("status", "--porcelain", "--branch", in: place) == "## HEAD (no branch)")
            #expect(try await stage.test.head(place) == stage.tip)
            try await checkSaved(stage, hub)
        case .harvest: #expect(try await hub.resolve("refs/cco/work/task") == stage.work)
        case .remove:
            #expect(!FolderTree.exists(place) && !FolderTree.exists(stage.test.folder + "/run/agents/a"))
            #expect(try FolderHandle(path: stage.test.folder + "/run/worktrees").names().isEmpty)
            let kept = try #require(try await hub.listRefs("refs/cco/kept/round-\(round)/").first { $0.name.hasSuffix("/task-\(round)") })
            #expect(try await hub.file(at: kept.id, path: "readme.txt", limit: 99)?.suffix(5) == "more\n".bytes[...])
        case .compact:
            #expect(try await hub.objectStore().packs == 1)
            let unreferenced = try #require(stage.work)
            #expect(try await hub.contains(unreferenced))
        }
    }

    /// The uncommitted line is in one commit on top of the agent's own, neither lost nor saved twice.
    private func checkSaved(_ stage: Stage, _ hub: HubRepository) async throws {
        let agent = try stage.agent(hub)
        let saved = try #require(try agent.tip("task-\(stage.round)"))
        _ = try await agent.harvest("task-\(stage.round)", into: "refs/cco/work/saved-\(stage.round)")
        let work = try #require(stage.work)
        #expect(try await hub.log(from: work, to: saved).count == 1)
        #expect(try await hub.changedPaths(from: work, to: saved).map(\.path) == ["readme.txt"])
    }
}
