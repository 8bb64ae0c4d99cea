/// Something that goes wrong once: the `visit`-th time that the simulation came to a place where it can.
package struct Fault: Hashable, Sendable, CustomStringConvertible {
    package var kind: FaultKind
    /// Counts from 0.
    package var visit: Int

    package init(_ kind: FaultKind, visit: Int) {
        self.kind = kind
        self.visit = visit
    }

    package var description: String { "\(kind.name)@\(visit)" }

    /// Reads what `description` writes, such as `gateFlakes@2`.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "@")
        guard parts.count == 2, let kind = FaultKind(name: String(parts[0])), let visit = Int(parts[1]), visit >= 0 else { return nil }
        self.init(kind, visit: visit)
    }
}

/// Everything that can go wrong in a simulated world.
package enum FaultKind: Int, CaseIterable, Sendable {
    // The engine dies at the boundaries of an effect.
    case crashBeforeCommit, crashAfterCommit, crashDuringEffect, crashBeforeAcknowledgement
    /// It dies at any other time, and the machine with it.
    case crashAnytime, reboot
    // What it hears comes twice, late, out of order, or from an engine that is no more.
    case duplicateResult, lateResult, staleResult, lateAlarm
    // The machine.
    case journalFull, diskFull, effectFails, clockJumps
    // Agents.
    case spawnFails, agentSilent, agentUnfit, agentNonsense, agentCrashes, agentHangs, agentIgnoresStop, agentLies, agentBlocked,
        agentObjectionable, agentOverBudget, agentLeavesUncommitted, sessionMissing, agentBreaksGate, workIsCursed, agentIsStubborn
    // Managers.
    case planEmpty, planDangling, planCyclic, planVague, planCollides, planHuge, reviewUndecided, reviewOfStrangers, reviewRework,
        reviewDrop, goalNotReached, moreTasks, deliveryReturned, deliveryPassedOver, nextGoals, directorUnsure
    // Credentials and the provider.
    case keyLimited, keyLimitedWithoutReset, keyRefused, keyUnpaid, providerOutage
    // Git, origin, the gate.
    case conflict, clash, mergeObjection, outsidePush, outsideBug, directionChanges, pushRefused, originUnreachable
    case gateFlakes, gateHangs, gateLost, baseRed
    // People.
    case personPauses, personPausesAtStart, personAborts, settingsChange
    // A worker changes what another task claims. Last, so that what seeds drew before stays as it was.
    case agentStrays
    // Limits. After the others for the same reason.
    /// A credential is slowed down by 429 or 529; its subscription's window fills up, as each answer says; all of them are used up at once.
    case keyThrottled, windowFills, everyKeyLimited
    // A person steers the run.
    case personTells, personCancels, personRetries, personAdds, personPrioritises, personRestarts, personSets, personRepeats
    /// The machine's memory is nearly used up for a while.
    case memoryTight
    // An agent's report asks a person, who answers, approves or rejects.
    case agentAsks, personAnswers, personApproves, personRejects
    /// A subscription's window is used up, and its requests go on for extra money.
    case paidOverage
    /// A subscription's window of one model fills up and is used up, while other models go on.
    case modelLimited
    /// An agent's program goes on when its money is used up.
    case agentIgnoresBudget

    /// Its name in texts, such as `gateFlakes`.
    package var name: String { "\(self)" }

    private static let byName = Dictionary(uniqueKeysWithValues: FaultKind.allCases.map { ($0.name, $0) })

    /// The kind of a name; `nil` when there is none.
    package init?(name: String) {
        guard let kind = FaultKind.byName[name] else { return nil }
        self = kind
    }
}
