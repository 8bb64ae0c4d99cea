/// Finds the first change of an ordered batch that breaks the gate. What can be tested are prefixes: the target with the first n changes.
///
/// The longest prefix goes first. When it is red, the search goes on between the longest prefix known green and the shortest known red, at the
/// points that split what is to be expected evenly: with one gate at a time a bisection weighted by the failure rate, with several a search with
/// as many arms. That is the nested group testing of Sobel and Groll (Bell System Technical Journal 38, 1959) with prefixes for groups, so that
/// changes that break only together are found as well; it stays within a few percent of the entropy bound.
package struct PrefixSearch: Sendable, Equatable {
    package enum Verdict: Sendable, Equatable { case green, red }

    /// How many changes there are.
    package let count: Int
    /// The longest prefix that is known to pass, and below which none is known to fail; 0 is the target itself.
    package let green: Int
    /// The shortest prefix that is known to fail.
    package let red: Int?

    /// - Parameters:
    ///   - verdicts: what is known of the prefixes of one change, of two, and so on.
    ///   - isTargetRed: whether the target fails the gate by itself. Then nothing is broken by a prefix that fails, and the first one that passes lands.
    package init(_ verdicts: [Verdict?], isTargetRed: Bool = false) {
        count = verdicts.count
        let acquitted = isTargetRed ? verdicts.lastIndex(of: .green).map { $0 + 1 } ?? 0 : 0
        let red = verdicts[acquitted...].firstIndex(of: .red)
        // A longer prefix may pass because a later change mends what an earlier one breaks. Each prefix is a commit of the target's history, so a
        // broken one must not land with it; if its verdict was a flake, the confirming run says so.
        green = verdicts[..<(red ?? count)].lastIndex(of: .green).map { $0 + 1 } ?? 0
        self.red = red.map { $0 + 1 }
    }

    /// The change that breaks the gate, as an index, once only one is left that it can be.
    package var culprit: Int? { red == green + 1 ? green : nil }

    /// Which prefixes to test next, shortest first; none when everything is known that can be.
    ///
    /// - Parameters:
    ///   - places: how many can be tested at the same time.
    ///   - failureRate: the chance of a single change to be bad, above 0 and below 1.
    package func probes(places: Int, failureRate: Double) -> [Int] {
        guard places > 0 else { return [] }
        guard let red else { return count > green ? [count] : [] }
        let open = red - green
        guard open > 1 else { return [] }
        // How likely the first bad change is each of the open ones. Multiplied out, so that every machine comes to the same points.
        let good = 1 - min(0.999, max(1e-9, failureRate))
        var weights: [Double] = []
        var weight = 1.0
        for _ in 0..<open {
            weights.append(weight)
            weight *= good
        }
        let total = weights.reduce(0, +)
        var points: [Int] = []
        var sum = 0.0
        for (index, weight) in weights.dropLast().enumerated() {
            // A point stands for its share when that ends nearer to it than to the next one.
            let next = total * Double(points.count + 1) / Double(places + 1)
            if points.count < places, sum + weight + weights[index + 1] / 2 >= next || index == open - 2 && points.isEmpty {
                points.append(index + 1)
            }
            sum += weight
        }
        return points.map { green + $0 }
    }
}
