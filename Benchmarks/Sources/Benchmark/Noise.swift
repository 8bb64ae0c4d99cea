import Foundation

/// Whether the machine is quiet enough for its readings to mean anything.
enum Noise {
    /// Repeats a fixed piece of work; the slowest must not take much longer than the median.
    ///
    /// - Returns: slowest ÷ median.
    static func measure() -> Double {
        var readings = Readings()
        for _ in 0..<30 {
            let start = ContinuousClock.now
            var sum: UInt64 = 1
            for number in 0..<4_000_000 as Range<UInt64> { sum = sum &* 6_364_136_223_846_793_005 &+ number }
            readings.add((ContinuousClock.now - start).seconds + (sum == 0 ? 1 : 0))
        }
        return (readings.values.max() ?? 1) / readings.median
    }

    static let limit = 2.0
}
