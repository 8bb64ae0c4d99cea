import Testing

@testable import Orchestration

@Suite("Finding the change that breaks the gate")
struct PrefixSearchTests {
    @Test("the longest prefix is tested first, alone, however many places there are", arguments: [1, 2, 8])
    func tip(places: Int) {
        let search = PrefixSearch([nil, nil, nil, nil])
        #expect(search.probes(places: places, failureRate: 0.05) == [4])
        #expect(search.culprit == nil)
    }

    @Test("between green and red the middle is next, or as many points as there are places")
    func between() {
        let red = PrefixSearch(Array(repeating: nil, count: 15) + [.red])
        #expect(red.probes(places: 1, failureRate: 0.001) == [8])
        #expect(red.probes(places: 3, failureRate: 0.001) == [4, 8, 12])
        #expect(red.probes(places: 100, failureRate: 0.001) == Array(1...15))
        #expect(red.probes(places: 0, failureRate: 0.001).isEmpty)
        #expect(
            PrefixSearch([nil, .green, nil, nil, .red]).probes(places: 1, failureRate: 0.001).first.map { [3, 4].contains($0) } == true)
    }

    @Test("with frequent failures the next point lies nearer to what is known green")
    func weighted() throws {
        let search = PrefixSearch(Array(repeating: nil, count: 31) + [.red])
        let rare = try #require(search.probes(places: 1, failureRate: 0.001).first)
        let frequent = try #require(search.probes(places: 1, failureRate: 0.2).first)
        #expect(rare == 16 && frequent < 5 && frequent >= 1)
    }

    @Test("when only one change is left it is the culprit, also where a longer prefix passes because something mends it")
    func culprit() {
        #expect(PrefixSearch([.green, .red]).culprit == 1)
        #expect(PrefixSearch([.red]).culprit == 0)
        #expect(PrefixSearch([.red]).probes(places: 4, failureRate: 0.1).isEmpty)
        let mended = PrefixSearch([nil, .red, .green])
        #expect(mended.green == 0 && mended.red == 2 && mended.probes(places: 2, failureRate: 0.1) == [1])
        #expect(PrefixSearch([.green, .red, .green]).culprit == 1)
    }

    @Test("on a target that is red by itself no prefix breaks anything, and the longest that passes acquits what is in it")
    func redTarget() {
        let acquitted = PrefixSearch([nil, .red, .green], isTargetRed: true)
        #expect(acquitted.green == 3 && acquitted.red == nil && acquitted.culprit == nil)
        #expect(acquitted.probes(places: 1, failureRate: 0.1).isEmpty)
    }

    @Test("whatever is bad, the first bad change is found, in no more tests than a bisection of the worst case needs", arguments: 1...9)
    func exhaustive(count: Int) {
        for bad in 1..<(1 << count) {
            for places in [1, 2, 3] {
                var verdicts = [PrefixSearch.Verdict?](repeating: nil, count: count)
                var rounds = 0
                while PrefixSearch(verdicts).culprit == nil, rounds <= count + 1 {
                    let probes = PrefixSearch(verdicts).probes(places: places, failureRate: 0.1)
                    #expect(!probes.isEmpty && probes.count <= places)
                    for length in probes { verdicts[length - 1] = bad & ((1 << length) - 1) == 0 ? .green : .red }
                    rounds += 1
                }
                #expect(PrefixSearch(verdicts).culprit == bad.trailingZeroBitCount)
                #expect(rounds <= count + 1)
            }
        }
    }

    @Test("the first batch holds a few, the next ones everything until something fails, and then what fails half of the time")
    func batches() {
        var rate = FailureRate()
        #expect(rate.batch == FailureRate.firstBatch && rate.landing(0) == rate)
        #expect(rate.landing(20).batch == FailureRate.largestBatch)
        rate.note(isEjected: false)
        #expect(rate.batch == FailureRate.largestBatch)
        for number in 1...2_000 { rate.note(isEjected: number % 20 == 0) }
        #expect((11...17).contains(rate.batch) && abs(rate.estimate - 0.05) < 0.02)
        for number in 1...400 { rate.note(isEjected: number % 5 == 0) }
        #expect((3...5).contains(rate.batch))
        for _ in 1...4_000 { rate.note(isEjected: false) }
        #expect(rate.batch == FailureRate.largestBatch)
    }
}
