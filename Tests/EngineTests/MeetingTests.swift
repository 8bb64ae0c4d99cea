import Agents
import Foundation
import Git
import Orchestration
import Testing

@testable import Engine

/// What a worker is shown whose work fails the gate together with others' work.
@Suite("Changes that meet at the gate", .timeLimit(.minutes(2)))
struct MeetingTests {
    private struct Place {
        let test: WorkplaceFixture
        let hub: HubRepository
        let start: ObjectID
        let composer: MaterialComposer

        init() async throws {
            test = try await WorkplaceFixture()
            hub = try await test.repositories.hub()
            start = try #require(test.run.base?.head)
            composer = MaterialComposer(hub: hub, resources: test.resources, folder: test.folder.path + "/material")
        }

        func commit(on parent: ObjectID, _ files: [String: String], _ message: String) async throws -> ObjectID {
            let tree = try await hub.replacingFiles(in: parent, files.mapValues { Array($0.utf8) })
            return try await hub.commitTree(tree, parents: [parent], message: message, author: RunResources.identity, date: 2)
        }

        /// The material for the worker's brief when `head` was merged onto `target` and the gate is red.
        func meeting(_ head: ObjectID, _ target: ObjectID, verified: [ObjectID] = []) async throws -> MeetingSheet? {
            var run = test.run
            run.apply(
                .turnEnded(WorkplaceFixture.turn, TurnOutcome(end: .silent, sessionExists: true, head: head)), at: ManualClock.begin)
            for tree in verified { run.apply(.treeVerified(tree: tree, command: "make check", milliseconds: 1), at: ManualClock.begin) }
            let log = GateExcerpt(command: "make check", exitCode: 1, ending: "exit code 1", tail: "no", logPath: "gate.log")
            var turn = try #require(test.run.turns[WorkplaceFixture.turn])
            turn.brief = .fixGate(WorkplaceFixture.task, target: target, log: log)
            return try await composer.material(for: turn, run).meeting
        }
    }

    @Test("both sides' changes since they parted are shown, without the file that cco writes itself, and whether the gate passes without")
    func both() async throws {
        let place = try await Place()
        let mine = try await place.commit(on: place.start, ["mine.txt": "mine\n"], "Mine")
        let theirs = try await place.commit(on: place.start, ["theirs.txt": "theirs\n", "TEAM_STRUCTURE.md": "who\n"], "Theirs")
        let unknown = try #require(try await place.meeting(mine, theirs))
        #expect(!unknown.passesWithout)
        let meeting = try #require(try await place.meeting(mine, theirs, verified: [try await place.hub.tree(of: theirs)]))
        #expect(meeting.passesWithout)
        #expect(meeting.own.diff.contains("+mine") && !meeting.own.diff.contains("theirs"))
        #expect(meeting.others.diff.contains("+theirs") && !meeting.others.diff.contains("mine"))
        #expect(!meeting.others.diff.contains("TEAM_STRUCTURE") && !meeting.others.diffstat.contains("TEAM_STRUCTURE"))
        #expect(meeting.others.commits.map { $0.hasSuffix("Theirs") } == [true])
    }

    @Test("work that met nothing new is its author's alone: nothing is shown")
    func alone() async throws {
        let place = try await Place()
        let mine = try await place.commit(on: place.start, ["mine.txt": "mine\n"], "Mine")
        #expect(try await place.meeting(mine, place.start) == nil)
        let upkeep = try await place.commit(on: place.start, ["TEAM_STRUCTURE.md": "who\n"], "Upkeep")
        #expect(try await place.meeting(mine, upkeep) == nil)
    }

    @Test("large changes are cut, and the whole of them is in files that the worker may read")
    func bounded() async throws {
        let place = try await Place()
        let long = String(repeating: "a line of some length that goes on\n", count: 10_000)
        let mine = try await place.commit(on: place.start, ["mine.txt": long], "Mine")
        let theirs = try await place.commit(on: place.start, ["theirs.txt": long], "Theirs")
        let meeting = try #require(try await place.meeting(mine, theirs))
        for (sheet, budget) in [(meeting.own, MaterialComposer.ownBudget), (meeting.others, MaterialComposer.othersBudget)] {
            #expect(sheet.isCut && sheet.diff.utf8.count <= budget)
            let path = try #require(sheet.diffPath)
            #expect(try Data(contentsOf: URL(filePath: path)).count > 300_000)
        }
        #expect(meeting.own.diffPath != meeting.others.diffPath)
    }
}
