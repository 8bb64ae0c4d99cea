import Simulation
import Testing

@Suite("Faults")
struct FaultSourceTests {
    @Test("what strikes follows from the seed, and about as often as asked")
    func rates() {
        var first = FaultSource(seed: 4, rates: [.gateFlakes: 0.25])
        var second = FaultSource(seed: 4, rates: [.gateFlakes: 0.25])
        for _ in 0..<2000 {
            #expect((first.strikes(.gateFlakes) != nil) == (second.strikes(.gateFlakes) != nil))
            #expect(first.strikes(.reboot) == nil)
        }
        #expect((400...600).contains(first.struck.count))
        #expect(first.struck == second.struck)
    }

    @Test("with more chances it is more likely")
    func chances() {
        var one = FaultSource(seed: 4, rates: [.conflict: 0.05])
        var ten = FaultSource(seed: 4, rates: [.conflict: 0.05])
        var none = FaultSource(seed: 4, rates: [.conflict: 0.05])
        for _ in 0..<1000 {
            _ = one.strikes(.conflict)
            _ = ten.strikes(.conflict, chances: 10)
            _ = none.strikes(.conflict, chances: 0)
        }
        #expect((20...90).contains(one.struck.count))
        #expect((330...470).contains(ten.struck.count))
        #expect(none.struck.isEmpty)
    }

    @Test("a fault that is left out leaves the circumstances of the others as they were")
    func independent() {
        var all = FaultSource(seed: 4, only: (0..<5).map { Fault(.keyLimited, visit: $0) })
        var some = FaultSource(seed: 4, only: [Fault(.keyLimited, visit: 3)])
        var allDraws: [UInt64?] = []
        var someDraws: [UInt64?] = []
        for _ in 0..<5 {
            var one = all.strikes(.keyLimited)
            var other = some.strikes(.keyLimited)
            allDraws.append(one?.next())
            someDraws.append(other?.next())
        }
        #expect(allDraws.allSatisfy { $0 != nil })
        #expect(someDraws == [nil, nil, nil, allDraws[3], nil])
    }

    @Test("every kind has a name that reads back", arguments: FaultKind.allCases)
    func names(kind: FaultKind) {
        #expect(Fault("\(kind.name)@12") == Fault(kind, visit: 12))
    }

    @Test("what is no fault is refused", arguments: ["", "gateFlakes", "gateFlakes@", "gateFlakes@-1", "nothing@1", "gateFlakes@1@2"])
    func refused(text: String) {
        #expect(Fault(text) == nil)
    }
}
