/// How a quantity is distributed: by what was measured, or between limits.
package struct Spread: Sendable, Equatable {
    /// In ascending order, never empty.
    private let samples: [Double]

    /// - Parameter samples: measured values; an empty list stands for always `fallback`.
    package init(_ samples: [Double], fallback: Double = 0) { self.samples = samples.isEmpty ? [fallback] : samples.sorted() }

    /// All values between two limits, equally likely.
    package static func between(_ low: Double, _ high: Double) -> Spread { Spread([low, high]) }

    /// Always the same value.
    package static func always(_ value: Double) -> Spread { Spread([value]) }

    /// A value as likely as it was measured; between two measured values all are equally likely.
    package func value(_ random: inout SeededRandom) -> Double { quantile(random.unit()) }

    /// The value that a part of all values lies below; 0.5 is the median.
    package func quantile(_ part: Double) -> Double {
        let place = max(0, min(1, part)) * Double(samples.count - 1)
        let low = Int(place)
        guard low + 1 < samples.count else { return samples[samples.count - 1] }
        return samples[low] + (samples[low + 1] - samples[low]) * (place - Double(low))
    }

    package var median: Double { quantile(0.5) }
    package var mean: Double { samples.reduce(0, +) / Double(samples.count) }
}
