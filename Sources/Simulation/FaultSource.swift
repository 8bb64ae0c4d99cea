/// Says at every place where something can go wrong whether it does, and remembers what did.
///
/// Each answer follows from the seed, the kind and the number of the visit alone. What struck once strikes again when the same faults are
/// asked for by name, and leaving one out leaves the others' own circumstances as they were.
package struct FaultSource: Sendable {
    private let seed: UInt64
    /// Probability for each visit, by the kind's number.
    private let rates: [Double]
    /// When not `nil`, these strike and no others.
    private let only: Set<Fault>?
    /// Visits to each kind's places so far.
    package private(set) var visits: [Int]
    /// What struck, in the order of time.
    package private(set) var struck: [Fault] = []

    /// Faults at random.
    ///
    /// - Parameter rates: the probability for each visit; kinds that are missing never strike.
    package init(seed: UInt64, rates: [FaultKind: Double]) {
        self.seed = seed
        self.rates = FaultKind.allCases.map { rates[$0] ?? 0 }
        only = nil
        visits = Array(repeating: 0, count: FaultKind.allCases.count)
    }

    /// These faults and no others, with the circumstances that they have under `seed`.
    package init(seed: UInt64, only: some Sequence<Fault>) {
        self.seed = seed
        rates = []
        self.only = Set(only)
        visits = Array(repeating: 0, count: FaultKind.allCases.count)
    }

    /// Whether the fault strikes here and now.
    ///
    /// - Parameter chances: how often its cause is present here; the probability grows with it.
    package mutating func strikes(_ kind: FaultKind, chances: Int = 1) -> SeededRandom? {
        let number = kind.rawValue
        let visit = visits[number]
        visits[number] += 1
        let strikes: Bool
        var random = SeededRandom(seed: seed, UInt64(number) &+ 1000, UInt64(visit))
        let draw = random.unit()
        if let only {
            strikes = only.contains(Fault(kind, visit: visit))
        } else {
            let rate = rates[number]
            guard rate > 0, chances > 0 else { return nil }
            var probability = rate
            if chances > 1 {
                var spared = 1.0
                for _ in 0..<min(chances, 200) { spared *= 1 - rate }
                probability = 1 - spared
            }
            strikes = draw < probability
        }
        guard strikes else { return nil }
        struck.append(Fault(kind, visit: visit))
        return random
    }

    /// How often each kind struck.
    package var counts: [FaultKind: Int] { struck.reduce(into: [:]) { $0[$1.kind, default: 0] += 1 } }
}
