import Engine
import FoundationEssentials
import Git
import Glibc
import Orchestration
import Processes
import Testing

@testable import Commands

@Suite("Cleaning up") struct CleanupTests {
    private func cleanup(_ fixture: RunFixture, abandon: Bool = false) async throws {
        try await WorkspaceCleanup(surroundings: fixture.surroundings, place: fixture.where_, abandons: abandon).run()
    }

    private func exists(_ path: String) -> Bool { FolderRemoval.exists(path) }

    @Test("work that origin does not have is kept in a bundle that can be fetched, and the rest is removed")
    func keepsWork() async throws {
        let fixture = try await RunFixture()
        let hub = try await fixture.hub()
        _ = try await hub.fetchOrigin(branch: "main")
        try await hub.setRef("refs/heads/main", to: fixture.start)
        // One agent's work is committed, the other's is not.
        for (name, commits) in [("worker-1", true), ("worker-2", false)] {
            let seat = fixture.folder.seat(name)
            let repository = try AgentRepository.create(
                hub: hub, directory: seat.git, worktreePath: seat.tree, identity: GitIdentity(name: name, email: "w@example.invalid"))
            try await repository.checkOut(branch: "work", at: fixture.start, date: 1)
            try await fixture.place.shell("echo \(name) > \(seat.tree)/\(name).txt")
            if commits { try await fixture.place.shell("cd \(seat.tree); git add .; git commit -qm '\(name)'") }
        }
        try fixture.place.write("config/\(fixture.folder.id)/combined.log", "log\n")

        try await cleanup(fixture)

        #expect(!exists(fixture.folder.workspace.path))
        #expect(exists(fixture.place.path + "/config/orchestrator.json"))
        #expect(exists(fixture.place.path + "/config/\(fixture.folder.id)/combined.log"))
        let bundle = fixture.place.path + "/config/kept/\(fixture.folder.id).bundle"
        #expect(fixture.console.text.contains("git fetch \(bundle) 'refs/*:refs/kept/*'"))
        try await fixture.place.shell("git clone -q origin.git clone; cd clone; git fetch -q \(bundle) 'refs/*:refs/kept/*'")
        let files = try await fixture.place.shell(
            "cd clone; for r in $(git for-each-ref --format='%(refname)' refs/kept/); do git ls-tree --name-only $r; done | sort -u")
        #expect(files.contains("worker-1.txt"))
        #expect(files.contains("worker-2.txt"))
        var status = stat()
        #expect(stat(bundle, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test("nothing is kept when origin has everything, and a second cleanup is harmless")
    func nothingToKeep() async throws {
        let fixture = try await RunFixture()
        let hub = try await fixture.hub()
        _ = try await hub.fetchOrigin(branch: "main")
        try await hub.setRef("refs/heads/main", to: fixture.start)
        try await cleanup(fixture)
        #expect(!exists(fixture.place.path + "/config/kept"))
        #expect(!exists(fixture.folder.workspace.path))
        try await cleanup(fixture)
        #expect(fixture.console.text.contains("nothing to clean up"))
    }

    @Test("when origin cannot be reached the bundle stands alone")
    func offline() async throws {
        let fixture = try await RunFixture()
        let hub = try await fixture.hub()
        _ = try await hub.fetchOrigin(branch: "main")
        let tree = try await fixture.place.shell(
            "git --git-dir=\(hub.path) commit-tree -p \(fixture.start) -m work \(fixture.start)^{tree}")
        try await hub.setRef("refs/cco/work/task-1", to: try #require(ObjectID(tree)))
        try await fixture.place.shell("mv origin.git gone.git")
        try await cleanup(fixture)
        let bundle = fixture.place.path + "/config/kept/\(fixture.folder.id).bundle"
        try await fixture.place.shell("git init -q empty; cd empty; git fetch -q \(bundle) 'refs/*:refs/kept/*'; git cat-file -e \(tree)")
    }

    @Test("an unfinished run is refused and left as it is, unless it is given up")
    func unfinished() async throws {
        let fixture = try await RunFixture(events: [.suspended("cco pause")])
        await #expect {
            try await cleanup(fixture)
        } throws: {
            Failure($0).status == .held && Failure($0).message.contains("--abandon")
        }
        #expect(exists(fixture.folder.path + "/journal.sqlite"))
        try await cleanup(fixture, abandon: true)
        #expect(!exists(fixture.folder.workspace.path))
    }

    @Test("a workspace that another process holds is left alone, and the process is named")
    func held() async throws {
        let fixture = try await RunFixture()
        let lock = try fixture.folder.workspace.lock()
        await #expect {
            try await cleanup(fixture)
        } throws: {
            Failure($0).status == .held && Failure($0).message.contains("process \(getpid())")
        }
        withExtendedLifetime(lock) {}
        #expect(exists(fixture.folder.path))
    }

    @Test("a folder with other things in it is not taken for a workspace")
    func foreignFolder() async throws {
        let fixture = try await RunFixture()
        try fixture.place.write("photos/summer.jpg", "x")
        let place = Place(
            config: fixture.place.path + "/config", workspace: fixture.place.path + "/photos", surroundings: fixture.surroundings)
        for abandons in [false, true] {
            await #expect(throws: WorkspaceError.notAWorkspace(path: fixture.place.path + "/photos")) {
                try await WorkspaceCleanup(surroundings: fixture.surroundings, place: place, abandons: abandons).run()
            }
        }
        #expect(try FolderListing.names(in: fixture.place.path + "/photos") == ["summer.jpg"])
    }

    @Test("beside a file of somebody else the workspace stays one: the next run may begin in it, and another cleanup takes it away")
    func foreignFile() async throws {
        let fixture = try await RunFixture()
        let workspace = fixture.folder.workspace
        try fixture.place.write("config/workspace/notes.txt", "mine")
        try fixture.place.write("config/workspace/logs/notes.txt", "mine, too")
        try await cleanup(fixture)
        #expect(!exists(fixture.folder.path))
        #expect(fixture.console.text.contains("\(workspace.path) stays, because of what else is in it: logs, notes.txt"))
        #expect(try fixture.place.read("config/workspace/notes.txt") == "mine")
        #expect(try fixture.place.read("config/workspace/logs/notes.txt") == "mine, too")
        try workspace.prepare()
        try await fixture.place.shell("rm -r config/workspace/notes.txt config/workspace/logs")
        try await cleanup(fixture)
        #expect(!exists(workspace.path))
    }

    @Test(
        "the logs of merges go with their workspace, but not from where the configuration has those of its runs", arguments: [false, true])
    func mergeLogs(isConfigured: Bool) async throws {
        let fixture = try await RunFixture()
        let log = "config/workspace/logs/2026-01-02-03-04-05-678/combined.log"
        try fixture.place.write(log, "log\n")
        try fixture.place.write("config/workspace/outcome.json", "{}")
        if isConfigured {
            try fixture.place.write(
                "config/orchestrator.json", #"{"repositoryUrl": "../origin.git", "workerCount": 1, "logDirectory": "workspace/logs"}"#)
        }
        try await cleanup(fixture)
        #expect(exists(fixture.place.path + "/" + log) == isConfigured)
        #expect(exists(fixture.folder.workspace.path) == isConfigured)
        #expect(exists(fixture.folder.workspace.path + "/format") == isConfigured)
        #expect(!exists(fixture.folder.workspace.path + "/outcome.json"))
    }

    @Test("a merge that was killed before it began leaves nothing to keep, and needs no configuration to be cleaned up")
    func unbegunMerge() async throws {
        let fixture = try await RunFixture()
        let workspace = Workspace(path: fixture.place.path + "/merges")
        try workspace.prepare()
        let hub = try await HubRepository.createOrOpen(
            at: workspace.folder(of: ID("1")).hub, origin: try RemoteURL(fixture.origin, relativeTo: "/"),
            git: Git(environment: fixture.place.git))
        _ = try await hub.fetchOrigin(branch: "main")
        let place = Place(config: nil, workspace: workspace.path, surroundings: fixture.surroundings)
        func clean() async throws {
            try await WorkspaceCleanup(surroundings: fixture.surroundings, place: place, abandons: false).run()
        }
        // Where there is something to keep it says so instead.
        let tree = try await hub.tree(of: fixture.start)
        let work = try await hub.commitTree(tree, parents: [fixture.start], message: "Work", author: RunResources.identity, date: 2)
        try await hub.setRef("refs/heads/work", to: work)
        await #expect {
            try await clean()
        } throws: {
            Failure($0).status == .configuration && Failure($0).message.contains("--config")
        }
        try await hub.deleteRef("refs/heads/work")
        try await clean()
        #expect(!exists(workspace.path))
    }

    @Test("processes of the run that are still alive are ended")
    func leftovers() async throws {
        let fixture = try await RunFixture()
        let child = try StrayProcess(
            ["/bin/sh", "-c", "read line"], variable: "\(SupervisedProcess.markerVariable)=\(fixture.folder.marker)/turn-1")
        try await cleanup(fixture)
        #expect(child.ending() == SIGKILL)
    }

    @Test("sessions of the run's worktrees go from the user's CLI folder, others stay")
    func sessions() async throws {
        let fixture = try await RunFixture()
        let own = SessionFolders.folderName(for: fixture.folder.seat("worker-1").tree)
        try fixture.place.write(".claude/projects/\(own)/a.jsonl", "x")
        try fixture.place.write(".claude/projects/-home-me-project/b.jsonl", "x")
        try await cleanup(fixture)
        #expect(!exists(fixture.place.path + "/.claude/projects/\(own)"))
        #expect(exists(fixture.place.path + "/.claude/projects/-home-me-project/b.jsonl"))
    }

    @Test("read-only folders that an agent left are removed too")
    func readOnly() async throws {
        let place = try TemporaryPlace()
        try await place.shell("mkdir -p cache/a/b; echo x > cache/a/b/c; chmod -R a-w cache; chmod 000 cache/a")
        try await FolderRemoval.remove(place.path + "/cache")
        #expect(!exists(place.path + "/cache"))
        try await FolderRemoval.remove(place.path + "/cache")
    }
}
