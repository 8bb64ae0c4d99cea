import Foundation
import Git
import Orchestration
import Processes
import Testing

@testable import Engine

/// What a gate may find of earlier ones. The command leaves what it finds and a product of its own tree; both are ignored by git.
@Suite("Build products of earlier gates", .timeLimit(.minutes(2)))
struct GateCacheTests {
    private final class Place {
        let test: WorkplaceFixture
        let gate: GateExecution
        private var number = 0
        let start: ObjectID

        init(_ policy: GateCachePolicy) async throws {
            test = try await WorkplaceFixture()
            var resources = test.resources
            resources.gateCache = policy
            gate = GateExecution(repositories: test.repositories, resources: resources)
            let base = try #require(test.run.base?.head)
            start = base
        }

        func commit(on parent: ObjectID, _ files: [String: String?]) async throws -> ObjectID {
            let hub = try await test.repositories.hub()
            let tree = try await hub.replacingFiles(in: parent, files.mapValues { $0.map { Array($0.utf8) } })
            number += 1
            return try await hub.commitTree(
                tree, parents: [parent], message: "Work \(number)", author: RunResources.identity, date: Int64(number))
        }

        /// Runs the gate and says what products it found. It is red where the tree has a file `bad`.
        func found(
            _ commit: ObjectID, command: String = "", seat: String = "gate-main", isRerun: Bool = false, isQuick: Bool = false,
            sourceLocation: SourceLocation = #_sourceLocation
        ) async throws -> [String] {
            number += 1
            let order = GateOrder(
                effect: ID("effect-\(number)"), commit: commit,
                command: "ls *.o > found.o; touch \"$(cat name).o\"; test ! -e bad" + command, seat: seat,
                kind: isQuick ? .quick : .full(isRerun: isRerun), timeLimitMinutes: 10)
            _ = try #require(try await gate.verdict(order, run: test.run), sourceLocation: sourceLocation)
            let path = test.resources.folder.seat(seat).tree + "/found.o"
            return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init).filter { $0 != "found.o" }
        }
    }

    private let first: [String: String?] = [".gitignore": "*.o\n", "name": "first", "source": "1"]

    @Test("in the usual mode a gate finds the products of a green run on a commit that it contains")
    func warm() async throws {
        let place = try await Place(.verified)
        let one = try await place.commit(on: place.start, first)
        let two = try await place.commit(on: one, ["name": "second"])
        #expect(try await place.found(one).isEmpty)
        #expect(try await place.found(two) == ["first.o"])
    }

    @Test(
        "a product of a tree that was not verified never reaches another gate: not of a red one, not of one that the next does not contain")
    func unverified() async throws {
        let place = try await Place(.verified)
        let one = try await place.commit(on: place.start, first)
        let bad = try await place.commit(on: one, ["name": "bad-product", "bad": "x"])
        let two = try await place.commit(on: one, ["name": "second"])
        let other = try await place.commit(on: one, ["name": "other"])
        _ = try await place.found(one)
        #expect(try await place.found(bad) == ["first.o"])
        // The red run may have changed what was verified, so that goes as well.
        #expect(try await place.found(two).isEmpty)
        // Green, and then not part of what is judged next.
        #expect(try await place.found(other).isEmpty)
        #expect(try await place.found(try await place.commit(on: other, ["name": "third"])) == ["other.o"])
    }

    @Test("where a file was deleted or renamed since, a gate begins with nothing: a product could hide that its source is missing")
    func deleted() async throws {
        let place = try await Place(.verified)
        let one = try await place.commit(on: place.start, first)
        let two = try await place.commit(on: one, ["name": "second", "source": nil])
        _ = try await place.found(one)
        #expect(try await place.found(two).isEmpty)
    }

    @Test("a gate that ends midway leaves nothing that counts, and neither does another command, another boot or another worktree")
    func interrupted() async throws {
        let place = try await Place(.verified)
        let one = try await place.commit(on: place.start, first)
        let two = try await place.commit(on: one, ["name": "second"])
        let three = try await place.commit(on: two, ["name": "third"])
        let hub = try await place.test.repositories.hub()
        let note = place.test.resources.folder.seat("gate-main").git + "/gate-cache"
        func cache() -> GateCache { GateCache(policy: .verified, hub: hub, folder: place.test.resources.folder.seat("gate-main").git) }

        _ = try await place.found(one)
        // Begun and never ended.
        #expect(try await cache().claim(for: two, command: "any", isRerun: false) == false)
        #expect(!FileManager.default.fileExists(atPath: note))
        #expect(try await place.found(two).isEmpty)
        #expect(try await place.found(three, command: " && true").isEmpty)
        _ = try await place.found(two)
        let text = try String(contentsOfFile: note, encoding: .utf8)
        let boot = try ProcessIdentity.currentBootID().filter { !$0.isWhitespace }
        try text.replacingOccurrences(of: boot, with: "another").write(toFile: note, atomically: true, encoding: .utf8)
        #expect(text.contains(boot))
        #expect(try await place.found(three).isEmpty)
        #expect(try await place.found(three, seat: "gate-main-2").isEmpty)
    }

    @Test(
        "the run that confirms a red one begins with nothing, so that nobody is blamed for a cache",
        arguments: [GateCachePolicy.verified, .always])
    func rerun(policy: GateCachePolicy) async throws {
        let place = try await Place(policy)
        let one = try await place.commit(on: place.start, first)
        let two = try await place.commit(on: one, ["name": "second"])
        _ = try await place.found(one)
        #expect(try await place.found(two, isRerun: true).isEmpty)
    }

    @Test("a person may have everything kept, or nothing; a quick gate, which decides nothing, finds whatever there is")
    func others() async throws {
        for (policy, kept) in [(GateCachePolicy.none, [String]()), (.always, ["bad-product.o", "first.o"])] {
            let place = try await Place(policy)
            let one = try await place.commit(on: place.start, first)
            let bad = try await place.commit(on: one, ["name": "bad-product", "bad": "x"])
            let two = try await place.commit(on: one, ["name": "second"])
            _ = try await place.found(one)
            _ = try await place.found(bad)
            #expect(try await place.found(two) == kept)
            _ = try await place.found(bad, seat: "quick-team-1", isQuick: true)
            #expect(try await place.found(two, seat: "quick-team-1", isQuick: true) == ["bad-product.o"])
        }
    }
}
