import Foundation

@testable import Orchestration

/// A world whose faults follow from a seed: agents that fail in every way, conflicts, red gates, a remote that moves.
final class RandomWorld {
    var random: SeededRandom
    /// How likely each single fault is, in percent.
    let trouble: Double
    /// Tasks whose gate is red whatever is done.
    private var cursed: Set<TaskID> = []

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        trouble = [0, 1, 4, 12][random.pick(0...3)]
    }

    /// A company of a size and with settings that the seed chooses.
    func settings() -> RunSettings {
        let count = random.pick(1...3)
        let slots = (1...count).map { CredentialSlot.slot("key-\($0)", tier: $0 == 1 ? 0 : 1) }
        return RunSettings.sample(
            workers: [1, 1, 1, 1, 4, 4, 4, 10, 10, 20][random.pick(0...9)], minutes: random.pick(15...random.pick(20...150)),
            credentials: slots
        ).with {
            $0.review = random.chance(70) ? .em : .none
            $0.promotion = random.chance(70) ? .director : .auto
            $0.verifyCommand = random.chance(70) ? "make check" : nil
            $0.gateSlots = random.pick(1...3)
            $0.maxTaskAttempts = random.pick(1...3)
            $0.maxBudgetUsd = random.chance(10) ? 5 : nil
        }
    }

    func haunt(_ scenario: Scenario) {
        scenario.hooks.duration = { [self] effect, run in duration(effect, run) }
        scenario.hooks.effect = { [self] effect, _ in fault(effect) }
        scenario.hooks.merge = { [self] candidate, run in merge(candidate, run) }
        scenario.hooks.gate = { [self] candidate, _ in gate(candidate) }
        scenario.hooks.publish = { [self] candidate, _ in
            candidate.target == .base && random.chance(trouble / 4) ? .refused("protected branch") : nil
        }
        scenario.hooks.turn = { [self, unowned scenario] turn, run in outcome(turn, run, &scenario.world, at: scenario.now) }
    }

    private func duration(_ effect: Effect, _ run: Run) -> Int64 {
        switch effect {
        case .runTurn: Int64(random.chance(trouble / 4) ? random.pick(46...90) : random.pick(1...14)) * 60_000
        case .gate, .baseline: Int64(random.pick(5...300)) * 1000
        case .prepareBase, .merge, .publish, .conclude, .awaitRoom: Int64(random.pick(100...4000))
        }
    }

    private func fault(_ effect: Effect) -> EffectResult? {
        guard random.chance(trouble / 3) else { return nil }
        return .failed("the disk is full", final: random.chance(5))
    }

    private func merge(_ candidate: Candidate, _ run: Run) -> MergeResult? {
        guard candidate.kind != .upkeep, let onto = run.head(of: candidate.target) else { return nil }
        if random.chance(trouble) {
            return .conflict(onto: onto, files: [ConflictExcerpt(path: "a.swift", kind: "content", hunks: "<<<<<<<")])
        }
        return random.chance(trouble / 3) ? .objection("the work changes TEAM_STRUCTURE.md") : nil
    }

    private func gate(_ candidate: Candidate?) -> GateResult? {
        if case .task(let task) = candidate?.kind, random.chance(trouble / 4) { cursed.insert(task) }
        var isRed = random.chance(trouble)
        if case .task(let task) = candidate?.kind, cursed.contains(task) { isRed = true }
        let excerpt = GateExcerpt(command: "make check", exitCode: 2, ending: "exit code 2", tail: "1 test failed", logPath: "gate.log")
        return isRed ? .red(excerpt, milliseconds: 9000) : .green(milliseconds: 8000)
    }

    /// What happens between two steps from outside: a crash, a pause, somebody else's push.
    func disturb(_ scenario: Scenario) throws {
        if random.chance(trouble / 10) {
            let worksOn = random.chance(50)
            try scenario.crash(down: Int64(random.pick(1...600)) * 1000, late: { [self] _ in worksOn && random.chance(50) })
        }
        if random.chance(trouble / 10), scenario.run.phase != .preparing {
            scenario.world.pushFromOutside(newDirection: random.chance(30))
            if random.chance(60) { try scenario.feed(.baseObserved(scenario.world.facts)) }
        }
        if random.chance(trouble / 20) { try scenario.feed(.suspend("cco pause")) }
    }
}
