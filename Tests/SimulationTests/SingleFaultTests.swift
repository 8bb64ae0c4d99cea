import Orchestration
import Simulation
import Testing

/// One thing that goes wrong in a run that is quiet otherwise.
@Suite("Single faults")
struct SingleFaultTests {
    private func play(_ faults: [Fault], seed: UInt64) -> Simulator {
        Simulator(Experiment(seed: seed, faults: faults).withTime)
    }

    @Test("no single fault breaks a rule or keeps a run from its end", arguments: FaultKind.allCases)
    func any(kind: FaultKind) {
        for seed: UInt64 in 5...6 {
            for visit in [0, 2] {
                let result = play([Fault(kind, visit: visit)], seed: seed).play()
                #expect(result.violation == nil, "\(kind)@\(visit) in seed \(seed): \(result.violation?.description ?? "")")
                #expect(["complete", "no-progress", "abandoned", "failed"].contains(result.statistics.endReason), "\(kind)@\(visit)")
            }
        }
    }

    @Test("an agent that hangs is seen by somebody, told, interrupted or stopped, and its brief goes on")
    func hang() throws {
        var ways: Set<String> = []
        for visit in 0..<40 {
            let simulator = play([Fault(.agentHangs, visit: visit)], seed: 5)
            let result = simulator.play()
            guard !result.statistics.faults.isEmpty else { continue }
            #expect(result.statistics.endReason == "complete")
            let stops = simulator.events.compactMap { if case .turnStopRequested(_, let cause) = $0.event { cause } else { nil } }
            let nudges = simulator.events.compactMap { if case .turnNudged(_, let nudge) = $0.event { "\(nudge)" } else { nil } }
            #expect(stops.count == 1 || (stops.isEmpty && !nudges.isEmpty), "\(stops), \(nudges)")
            ways.formUnion(stops.isEmpty ? nudges.suffix(1) : stops.map(\.rawValue))
        }
        // What helped last, or why it was stopped.
        #expect(ways == ["message", "interruption", "stuck", "timeLimit"])
    }

    @Test(
        "somebody who makes the same mistake every time costs a bounded number of turns",
        arguments: [
            FaultKind.agentSilent, .agentUnfit, .agentNonsense, .agentCrashes, .agentLies, .agentBlocked, .agentObjectionable, .agentHangs,
            .reviewUndecided, .reviewRework, .planDangling, .planVague, .deliveryReturned,
        ])
    func stubborn(kind: FaultKind) {
        for seed: UInt64 in 5...7 {
            let result = play([Fault(kind, visit: 0), Fault(.agentIsStubborn, visit: 0)], seed: seed).play()
            #expect(result.violation == nil, "\(result.violation?.description ?? "")")
            #expect(result.statistics.turns < 100 * (1 + result.run.teams.count), "\(kind): \(result.statistics.turns) turns")
        }
    }

    @Test("a run without room on the disk waits for it and loses nothing")
    func disk() {
        for visit in [0, 3, 9, 14, 20] {
            let simulator = play([Fault(.diskFull, visit: visit)], seed: 5)
            let result = simulator.play()
            #expect(result.violation == nil && result.statistics.endReason == "complete")
            #expect(simulator.events.contains { if case .diskShort = $0.event { true } else { false } })
            #expect(result.statistics.engines == 1, "nobody has to come")
        }
    }

    @Test("a credential at its limit is not asked before it opens, by no turn under way either, and the run waits without a turn")
    func limit() throws {
        var (waited, heldBack) = (0, 0)
        for seed: UInt64 in 5...12 {
            let simulator = play([Fault(.keyLimited, visit: 1)], seed: seed)
            let result = simulator.play()
            #expect(result.violation == nil && result.statistics.endReason == "complete")
            waited += simulator.events.count { if case .credentialBenched = $0.event { true } else { false } }
            heldBack += simulator.events.count {
                if case .turnEnded(_, let outcome) = $0.event { outcome.end == .stopped(.credentialRests) } else { false }
            }
            #expect(
                simulator.events.allSatisfy {
                    if case .turnStopRequested(_, let cause) = $0.event { cause == .credentialRests } else { true }
                })
        }
        #expect(waited > 0 && heldBack > 0, "\(heldBack) turns were held back")
    }

    @Test("a model's used-up window benches that model alone: others begin on the key meanwhile, and none of that model does")
    func modelLimit() {
        var (limits, others) = (0, 0)
        for seed: UInt64 in 5...24 {
            let simulator = play([Fault(.modelLimited, visit: 1)], seed: seed)
            let result = simulator.play()
            #expect(result.violation == nil && result.statistics.endReason == "complete", "\(result.violation?.description ?? "")")
            var limited: [CredentialID: (family: ModelFamily, until: Timestamp)] = [:]
            for record in simulator.events {
                if case .credentialBenched(let key, let until, _, let family?) = record.event {
                    limits += 1
                    limited[key] = (family, until)
                } else if case .turnStarted(let turn) = record.event, let limit = limited[turn.credential], record.time < limit.until {
                    let model = simulator.model(of: turn)
                    #expect(!limit.family.has(model), "\(turn.id) in seed \(seed)")
                    others += 1
                }
            }
        }
        #expect(limits > 0 && others > 0, "\(limits) limits, \(others) turns of other models")
    }

    @Test("a result that comes again is recorded and changes nothing")
    func duplicate() {
        var strays = 0
        for visit in 0..<20 {
            let simulator = play([Fault(.duplicateResult, visit: visit)], seed: 5)
            let result = simulator.play()
            #expect(result.violation == nil && result.statistics.endReason == "complete")
            strays += result.statistics.strays
        }
        #expect(strays > 15)
    }
}
