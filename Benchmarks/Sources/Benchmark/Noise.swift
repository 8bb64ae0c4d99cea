import Dispatch
import Foundation

/// Whether the machine is quiet enough for its readings to mean anything.
enum Noise {
    /// Repeats a fixed piece of work on all processors at once; the slowest must not take much longer than the median.
    ///
    /// - Returns: slowest ÷ median.
    static func measure() -> Double {
        var readings = Readings()
        for _ in 0..<30 {
            let start = ContinuousClock.now
            DispatchQueue.concurrentPerform(iterations: ProcessInfo.processInfo.activeProcessorCount) { processor in
                var sum = UInt64(processor)
                for number in 0..<4_000_000 as Range<UInt64> { sum = sum &* 6_364_136_223_846_793_005 &+ number }
                // So that the work is not left out.
                if sum == 1 { usleep(1) }
            }
            readings.add((ContinuousClock.now - start).seconds)
        }
        return (readings.values.max() ?? 1) / readings.median
    }

    /// - Throws: `Program.Failure` when nothing measured now would mean anything.
    /// - Returns: the noise.
    static func require() throws -> Double {
        var noise = measure()
        for _ in 1..<looks where noise >= limit { noise = measure() }
        guard noise < limit else {
            throw Program.Failure(
                description:
                    "the machine is too noisy: the same work takes up to \(noise.text(1)) times as long. End what else runs and try again.")
        }
        return noise
    }

    private static let limit = 2.0
    /// Of which one has to be quiet: what only flickers by is no other work.
    private static let looks = 5
}
