import Glibc
import Orchestration
import Testing

@testable import Git

/// Every operation of a run is killed at many points of the git commands that it is made of, then done again by the next start.
@Suite struct KillPointTests {
    /// Kills for each operation, spread evenly over the points that it has; a long test sets more.
    static let kills = getenv("CCO_TEST_KILLS").flatMap { Int(String(cString: $0)) } ?? 4

    @Test(
        "git killed anywhere within an operation leaves what the next start repairs, and the operation then succeeds",
        arguments: RepositoryOperation.allCases)
    func killed(_ operation: RepositoryOperation) async throws {
        try await TemporaryRepository.with { test in
            let faulty = try FaultyGit(in: test.folder, environment: test.environment)
            var stage = RepositoryOperation.Stage(test: test, faulty: faulty, round: 0, tip: try await test.head(test.seedPath))
            _ = try await stage.recover().hub.fetchOrigin(branch: "main")
            // The first round makes folders and notes that later ones find.
            try await operation.prepare(&stage)
            try await operation.run(stage)
            stage = RepositoryOperation.Stage(test: test, faulty: faulty, round: 1, tip: stage.tip)
            try await operation.prepare(&stage)
            try faulty.record()
            try await operation.run(stage)
            let points = try faulty.recorded()
            try faulty.revive()
            try await operation.check(stage)
            let step = max(1, points.count / Self.kills)
            var hits = 0
            for (round, point) in stride(from: step / 2, to: points.count, by: step).map({ points[$0] }).enumerated() {
                stage = RepositoryOperation.Stage(test: test, faulty: faulty, round: round + 2, tip: stage.tip)
                try await operation.prepare(&stage)
                let before = try await refs(stage)
                try faulty.arm(point)
                // Whether it fails or not: what counts is what it leaves.
                _ = try? await operation.run(stage)
                let wasHit = try faulty.revive()
                hits += wasHit ? 1 : 0
                let context: Comment = "round \(round + 2) of \(operation): killed at \(point)"
                let (hub, findings) = try await stage.recover()
                #expect(findings.allSatisfy { if case .leftover = $0 { !$0.isTrouble } else { false } }, context)
                // What the origin's own half of a push leaves there is for the origin's owner to clear.
                if operation == .push { _ = try StaleLocks(places: [.init(path: stage.test.originPath)]).clear() }
                if operation.hasAgent, FolderTree.exists(test.folder + "/run/agents/a") { try await stage.agent(hub).repair() }
                #expect(try leftovers(hub, operation.hasAgent).isEmpty, context)
                try await hub.fsck()
                let after = try await refs(stage)
                #expect(before.allSatisfy { after.keys.contains($0.key) } || operation == .open, context)
                try await operation.run(stage)
                try await operation.check(stage)
                try await hub.fsck()
                #expect(try await hub.listRefs("refs/cco/scratch/").isEmpty, context)
            }
            #expect(hits > 0, "no kill point was reached: the test proves nothing")
        }
    }

    private func refs(_ stage: RepositoryOperation.Stage) async throws -> [String: ObjectID] {
        guard FolderTree.exists(stage.hubPath) else { return [:] }
        let refs = try await stage.hub().listRefs("refs/")
        return Dictionary(uniqueKeysWithValues: refs.filter { !$0.name.contains("scratch") }.map { ($0.name, $0.id) })
    }

    private func leftovers(_ hub: HubRepository, _ hasAgent: Bool) throws -> [String] {
        var places = [StaleLocks.Place(path: hub.path)]
        if hasAgent { places.append(.init(path: hub.path + "/../agents/a/control.git")) }
        return try StaleLocks(places: places).find().map(\.path)
    }
}

extension RepositoryOperation {
    /// Whether it works with an agent's repository.
    var hasAgent: Bool {
        switch self {
        case .checkOut, .save, .detach, .harvest, .remove: true
        default: false
        }
    }
}
