import Agents
import Git
import Orchestration

extension MaterialComposer {
    /// Bytes of diffs that a worker is shown whose work fails the gate: of its own change, and of what it was merged onto.
    static let ownBudget = 12 << 10
    static let othersBudget = 24 << 10

    /// What a worker's change met at the gate: both sides since they parted, when the other one has anything.
    func meeting(of id: TaskID, with target: ObjectID, _ turn: Turn, _ run: Run) async throws -> MeetingSheet? {
        let head = run.tasks[id]?.head ?? turn.startPoint
        guard let start = try await hub.mergeBase(head, target), start != target else { return nil }
        let others = try await change(
            from: head, to: target, name: "others", share: Self.othersBudget, excluding: [TeamStructure.fileName])
        guard !others.diffstat.isEmpty else { return nil }
        let own = try await change(from: target, to: head, name: "own", share: Self.ownBudget, excluding: [TeamStructure.fileName])
        let passes = run.verifiedTrees[try await hub.tree(of: target).hex] != nil
        return MeetingSheet(own: own, others: others, passesWithout: passes)
    }

    func sheet(_ flake: Flake) -> FlakeSheet {
        FlakeSheet(failure: flake.failure, excerpt: flake.excerpt, times: flake.times, logPath: flake.logPath)
    }
}

extension QuickCheck {
    /// What a reviewer is told of it.
    func words(_ command: String?) -> String? {
        guard let command else { return nil }
        return switch verdict {
        case .green: "`\(command)` passes on this commit."
        case .red(let excerpt):
            "`\(command)` fails on this commit (\(excerpt.ending)); the worker was told, and hands it in unchanged. Its output: \(excerpt.logPath)"
        case .skipped, nil: nil
        }
    }
}
