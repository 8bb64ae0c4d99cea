import ArgumentParser
import ControlAPI
import Engine
import FoundationEssentials
import Orchestration
import Testing

@testable import Commands

@Suite("Which queues cco queue shows") struct QueueSearchTests {
    private func queue(_ arguments: [String], _ surroundings: Surroundings) async throws {
        let command = try #require(try Root.parseAsRoot(["queue"] + arguments) as? Queue)
        try await Surroundings.$current.withValue(surroundings) { try await command.run() }
    }

    private func report(_ arguments: [String], _ place: TemporaryPlace) async throws -> QueueReport {
        let console = ScriptedConsole()
        try await queue(arguments + ["--json"], place.surroundings(console))
        return try JSONDecoder().decode(QueueReport.self, from: Data(console.text.utf8))
    }

    @Test("a merge is found by its repository, however that is named, and by its target")
    func live() async throws {
        let place = try TemporaryPlace()
        let merge = try MergeFixture(place.surroundings(), of: place.path + "/origin.git")
        try await merge.serving {
            for words in [
                ["--repository", "origin.git"], ["--repository", "./x/../origin.git", "--target", "main"],
                ["--workspace", merge.workspace.path],
            ] {
                let entry = try #require(try await report(words, place).runs.first, "\(words)")
                #expect(entry.kind == "merge" && entry.state == "working" && entry.queues.first?.candidates.count == 2, "\(words)")
            }
            for words in [["--repository", "other.git"], ["--repository", "origin.git", "--target", "next"], []] {
                await #expect {
                    try await queue(words, place.surroundings())
                } throws: {
                    Failure($0).status == .usage && Failure($0).message.contains("no cco merge")
                }
            }
        }
    }

    @Test("a merge of the repository in the current folder is shown where there is no configuration")
    func here() async throws {
        let place = try TemporaryPlace()
        let merge = try MergeFixture(place.surroundings(), of: ".")
        try await merge.serving {
            let console = ScriptedConsole()
            try await queue([], place.surroundings(console))
            #expect(console.text.contains("Into main: 2 are verified together") && console.text.contains("waits for a gate slot"))
        }
    }

    @Test("a merge that was killed stands still, and one that has ended says what came of it")
    func afterwards() async throws {
        let place = try TemporaryPlace()
        let merge = try MergeFixture(place.surroundings(), of: "origin.git")
        try MergeRecord(MergeOutcome(run: try QueueScene.over().run, hub: "", logFolder: "/srv/logs", isDryRun: false)).write(
            in: merge.workspace)
        let over = try await report(["--repository", "origin.git"], place)
        #expect(over.runs.map(\.state) == ["ended"] && over.runs.first?.outcome?.branches.count == 2)
        try merge.leaveRun()
        #expect(try await report(["--repository", "origin.git"], place).runs.map(\.state) == ["interrupted"])
    }

    @Test("a folder that is no workspace is only looked at")
    func foreign() async throws {
        let place = try TemporaryPlace()
        try place.write("photos/summer.jpg", "x")
        _ = try place.folder("empty")
        for name in ["photos", "empty"] {
            await #expect {
                try await queue(["--workspace", name], place.surroundings())
            } throws: {
                Failure($0).status == .usage && Failure($0).message.contains("no run and no cco merge has been at work")
            }
        }
        #expect(try FolderListing.names(in: place.path + "/photos") == ["summer.jpg"])
        #expect(try FolderListing.names(in: place.path + "/empty").isEmpty)
    }

    @Test("a configuration's run comes first, and then what is under way on its repository")
    func beside() async throws {
        let fixture = try await RunFixture(events: [.suspended("cco pause")])
        let words = ["--config", fixture.place.path + "/config"]
        let merge = try MergeFixture(fixture.surroundings, of: fixture.origin)
        try MergeRecord(MergeOutcome(run: try QueueScene.over().run, hub: "", logFolder: "/srv/logs", isDryRun: false)).write(
            in: merge.workspace)
        #expect(try await report(words, fixture.place).runs.map(\.state) == ["paused"])
        try await merge.serving {
            let runs = try await report(words, fixture.place).runs
            #expect(runs.map(\.kind) == ["company", "merge"] && runs.first?.reason == "cco pause")
            #expect(try await report(words + ["--target", "main"], fixture.place).runs.map(\.kind) == ["merge"])
        }
        // Where there is no run, what came of the merge is all that there is.
        try FileManager.default.removeItem(atPath: fixture.folder.workspace.path)
        #expect(try await report(words, fixture.place).runs.map(\.state) == ["ended"])
        try FileManager.default.removeItem(atPath: merge.workspace.path)
        await #expect {
            try await queue(words, fixture.surroundings)
        } throws: {
            Failure($0).message.contains("cco start")
        }
    }

    @Test("an engine is asked for its queue, and a workspace excludes the names of a merge")
    func company() async throws {
        let fixture = try await RunFixture(events: [])
        let scene = try QueueScene.redBase()
        try await EngineStandIn.serving(fixture, scene.run) { _ in
            let entry = try #require(try await report(["--config", fixture.place.path + "/config"], fixture.place).runs.first)
            #expect(entry.kind == "company" && entry.queues.first?.candidates.first?.why.contains("itself fails the gate") == true)
        }
        #expect(throws: (any Error).self) { try Root.parseAsRoot(["queue", "--workspace", "w", "--target", "main"]) }
    }
}
