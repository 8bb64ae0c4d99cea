import Orchestration

/// What a simulated run is given: its configuration, its company's habits, and how likely each fault is.
package struct Circumstances: Sendable {
    package var settings: RunSettings
    package var habits: Habits
    package var faults: FaultSource
    /// Starts of an engine after which the person who resumes the run loses patience.
    package var patience: Int

    package init(settings: RunSettings, habits: Habits, faults: FaultSource, patience: Int = 60) {
        self.settings = settings
        self.habits = habits
        self.faults = faults
        self.patience = patience
    }

    /// What the seed chooses. Each seed draws its own kinds of faults and how bad they are, since faults that hide each other are then found
    /// by some seed.
    package init(_ experiment: Experiment) {
        var random = SeededRandom(seed: experiment.seed, 1, 0)
        let tasks = min(experiment.mostTasks ?? .max, 5)
        let habits = Circumstances.habits(tasks: tasks, &random)
        var settings = Circumstances.settings(experiment, &random)
        // Drawn apart, so that the rest of a seed's circumstances does not depend on it.
        var quick = SeededRandom(seed: experiment.seed, 2, 0)
        if quick.happens(0.5) {
            settings.quickVerifyCommand = "make quick"
            settings.quickVerifyTimeoutMinutes = 5
        }
        Circumstances.limit(&settings.credentials, seed: experiment.seed)
        var spending = SeededRandom(seed: experiment.seed, 4, 0)
        Circumstances.limitSpending(of: &settings, &spending)
        // Drawn apart, too.
        var approving = SeededRandom(seed: experiment.seed, 5, 0)
        settings.questionTimeoutMinutes = approving.pick(1...90)
        if approving.happens(0.3), experiment.hasCeilings {
            settings.approve = approving.happens(0.4) ? .plan : .promotion
            settings.approvalTimeoutMinutes = approving.happens(0.3) ? approving.pick(5...60) : nil
        }
        if !experiment.hasCeilings { settings.limits = SpendingLimits() }
        // Drawn apart, too.
        var modelling = SeededRandom(seed: experiment.seed, 6, 0)
        settings.models = Circumstances.models(&modelling)
        let intensity = [0.0, 0.3, 1, 1, 3][random.pick(0...4)]
        var rates: [FaultKind: Double] = [:]
        // Drawn apart, too.
        var steering = SeededRandom(seed: experiment.seed, 3, 0)
        for kind in FaultKind.allCases {
            let isDrawn = kind.isSteering || kind == .memoryTight ? steering.happens(0.4) : random.happens(0.5)
            rates[kind] = isDrawn ? min(0.9, kind.usualRate * (kind.isHuman ? max(0.3, min(1, intensity)) : intensity)) : 0
        }
        let source =
            if let only = experiment.faults { FaultSource(seed: experiment.seed, only: only) } else {
                FaultSource(seed: experiment.seed, rates: rates)
            }
        self.init(settings: settings, habits: habits, faults: source)
    }

    private static func settings(_ experiment: Experiment, _ random: inout SeededRandom) -> RunSettings {
        let keys = random.pick(1...3)
        let slots = (1...keys).map { CredentialSlot.slot("key-\($0)", tier: $0 == 1 ? 0 : 1) }
        let workers = [1, 1, 1, 2, 4, 4, 5, 6, 10, 20][random.pick(0...9)]
        let minutes = random.pick(20...random.pick(40...480))
        return RunSettings.sample(
            workers: min(workers, experiment.mostWorkers ?? .max),
            minutes: max(min(minutes, experiment.mostMinutes ?? .max), experiment.leastMinutes ?? 0),
            credentials: slots
        ).with {
            $0.review = random.happens(0.7) ? .em : .none
            $0.promotion = random.happens(0.7) ? .director : .auto
            $0.push = random.happens(0.8)
            $0.verifyCommand = random.happens(0.7) ? "make check" : nil
            $0.gateSlots = random.pick(1...3)
            $0.maxTaskAttempts = random.pick(1...3)
            $0.maxBudgetUsd = random.happens(0.1) ? Double(random.pick(1...20)) : nil
            $0.taskTimeoutMinutes = [45, 45, 60, 90][random.pick(0...3)]
        }
    }

    /// Some credentials carry only so many turns, or cost only so much. Drawn apart like the quick gate.
    private static func limit(_ slots: inout [CredentialSlot], seed: UInt64) {
        var random = SeededRandom(seed: seed, 3, 0)
        for index in slots.indices where random.happens(0.25) {
            slots[index].maxConcurrency = random.pick(1...6)
            // The last one has no budget of its own, so that there is somebody to go on with.
            if index + 1 < slots.count, random.happens(0.3) { slots[index].maxBudgetUsd = Double(random.pick(1...10)) }
        }
    }

    /// In some runs all have the model that the agent's program chooses, in some each role its own, and in some others where a window runs short.
    private static func models(_ random: inout SeededRandom) -> ModelChoice {
        var models = ModelChoice()
        if random.happens(0.6) { models.roles[.worker] = .init(model: "sonnet") }
        if random.happens(0.6) { models.roles[.director] = .init(model: "opus") }
        if random.happens(0.3) { models.roles[.engineerManager] = .init(model: "sonnet") }
        if random.happens(0.3) { models.purposes[.conflict] = .init(model: "opus") }
        if random.happens(0.3) { models.scarce[.worker] = .init(model: "haiku") }
        if random.happens(0.3) { models.scarce[.director] = .init(model: "sonnet") }
        return models
    }

    /// Ceilings of every kind, each in some runs.
    private static func limitSpending(of settings: inout RunSettings, _ random: inout SeededRandom) {
        settings.maxTaskReturns = random.pick(1...5)
        guard random.happens(0.5) else { return }
        if random.happens(0.3) { settings.limits.run.usd = Double(random.pick(1...12)) }
        if random.happens(0.2) { settings.limits.run.tokens = random.pick(20...800) * 1000 }
        if random.happens(0.2) { settings.limits.team.usd = Double(random.pick(1...6)) }
        if random.happens(0.1) { settings.limits.team.tokens = random.pick(20...400) * 1000 }
        if random.happens(0.2) { settings.limits.task.usd = Double(random.pick(2...10)) / 10 }
        if random.happens(0.1) { settings.limits.task.tokens = random.pick(10...100) * 1000 }
        if random.happens(0.2) { settings.limits.turn.usd = Double(random.pick(1...4)) / 10 }
        if random.happens(0.2) { settings.limits.turn.tokens = random.pick(5...60) * 1000 }
        settings.limits.keptBack = [0, 0.05, 0.1, 0.1, 0.3][random.pick(0...4)]
        if random.happens(0.3) { settings.limits.runaway = RunawayBound(floorUsd: Double(random.pick(5...30)) / 10, factor: 4) }
    }

    private static func habits(tasks: Int, _ random: inout SeededRandom) -> Habits {
        let pace = [0.3, 1, 1, 2][random.pick(0...3)] * 60_000
        var turns: [Purpose: Spread] = [:]
        for purpose in Purpose.allCases { turns[purpose] = .between(1 * pace, (purpose == .work ? 14 : 5) * pace) }
        return Habits(
            turns: turns, costs: [:], gate: .between(5000, 300_000), merge: .between(100, 3000), publish: .between(200, 4000),
            preparation: .between(300, 4000), harvest: .between(100, 2000), beginning: .between(500, 5000),
            conclusion: .between(200, 3000), plan: .random(most: max(1, tasks)))
    }
}

extension FaultKind {
    /// The usual probability for each visit to a place where the fault can strike.
    var usualRate: Double {
        switch self {
        case .crashBeforeCommit, .crashAfterCommit, .crashAnytime: 0.004
        case .crashDuringEffect, .crashBeforeAcknowledgement: 0.008
        case .reboot, .clockJumps, .outsideBug, .directionChanges, .settingsChange, .agentIgnoresStop: 0.25
        case .duplicateResult, .lateResult, .effectFails: 0.02
        case .staleResult, .directorUnsure: 0.2
        case .lateAlarm, .conflict, .clash, .agentBreaksGate, .planDangling, .planCyclic, .planVague, .planCollides, .planEmpty: 0.06
        case .journalFull: 0.002
        case .diskFull: 0.004
        case .spawnFails, .agentOverBudget, .agentIgnoresBudget, .keyLimitedWithoutReset, .pushRefused, .planHuge: 0.01
        case .agentSilent, .agentHangs, .agentLies, .agentBlocked, .sessionMissing, .gateFlakes: 0.03
        case .agentUnfit, .agentNonsense, .agentCrashes, .agentObjectionable, .mergeObjection, .keyLimited, .gateHangs, .gateLost,
            .originUnreachable:
            0.02
        case .agentLeavesUncommitted, .workIsCursed, .baseRed: 0.1
        case .agentIsStubborn, .deliveryReturned, .nextGoals, .reviewRework, .agentStrays: 0.15
        case .reviewUndecided, .reviewOfStrangers, .reviewDrop, .goalNotReached, .deliveryPassedOver: 0.04
        case .moreTasks: 0.25
        case .keyRefused, .keyUnpaid, .providerOutage: 0.006
        case .keyThrottled: 0.05
        case .windowFills, .paidOverage, .modelLimited: 0.02
        case .memoryTight: 0.03
        case .everyKeyLimited: 0.004
        case .outsidePush: 0.02
        case .personPauses: 0.003
        case .personPausesAtStart: 0.05
        case .personAborts: 0.02
        case .personTells: 0.01
        case .personCancels, .personRetries, .personAdds, .personPrioritises, .personRestarts, .personSets: 0.004
        case .personRepeats: 0.5
        case .agentAsks: 0.05
        case .personAnswers: 0.02
        case .personApproves: 0.15
        case .personRejects: 0.02
        }
    }

    /// Whether a person gives an order.
    var isSteering: Bool {
        switch self {
        case .personTells, .personCancels, .personRetries, .personAdds, .personPrioritises, .personRestarts, .personSets, .personRepeats,
            .agentAsks, .personAnswers, .personApproves, .personRejects:
            true
        default: false
        }
    }

    /// Whether it is part of any company's day and not a breakdown.
    var isHuman: Bool {
        switch self {
        case .conflict, .clash, .agentBreaksGate, .deliveryReturned, .nextGoals, .moreTasks, .reviewRework, .reviewDrop, .directorUnsure,
            .outsidePush, .planCollides, .agentStrays:
            true
        default: false
        }
    }
}
