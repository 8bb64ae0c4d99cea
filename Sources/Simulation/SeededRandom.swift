/// SplitMix64: a source of randomness that a seed repeats exactly, on every machine.
///
/// Streams that are named by what they are for keep a change in one place (a fault less, another turn) from changing everything else.
package struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678 }

    /// The `number`-th stream of a purpose.
    package init(seed: UInt64, _ purpose: UInt64, _ number: UInt64) {
        self.init(seed: SeededRandom.mix(seed ^ SeededRandom.mix(purpose &* 0xA24B_AED4_963E_E407 ^ SeededRandom.mix(number &+ 1))))
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return SeededRandom.mix(state)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, but not including, 1.
    package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// True with a probability between 0 and 1.
    package mutating func happens(_ probability: Double) -> Bool { unit() < probability }

    /// A whole number of the range, all equally likely.
    package mutating func pick(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(next() % UInt64(range.count)) }

    /// One of the items, all equally likely; `nil` when there is none.
    package mutating func choose<Item>(_ items: [Item]) -> Item? { items.isEmpty ? nil : items[pick(0...items.count - 1)] }

    /// A duration between two limits, in milliseconds.
    package mutating func milliseconds(_ range: ClosedRange<Double>) -> Int64 {
        Int64(range.lowerBound + (range.upperBound - range.lowerBound) * unit())
    }
}
