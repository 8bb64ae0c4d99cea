/// Finds the name that a person most likely meant.
package enum NearestName {
    /// Longer texts are no misspelt names; comparing them would only cost time.
    private static let longestName = 64

    /// The candidate closest to `name`, or nil when none is close enough to be worth proposing.
    ///
    /// Case, `_` and `-` count for nothing, so `worker_count` finds `workerCount`.
    package static func of(_ name: String, among candidates: [String]) -> String? {
        guard name.unicodeScalars.count <= longestName else { return nil }
        let wanted = folded(name)
        guard !wanted.isEmpty else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let distance = editDistance(wanted, folded(candidate))
            if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
        }
        guard let best, best.distance <= max(1, wanted.count / 3) else { return nil }
        return best.name
    }

    /// The sentence that proposes the nearest name, or else lists all of them.
    package static func suggestion(for name: String, among candidates: [String]) -> String? {
        if let nearest = of(name, among: candidates) { return "did you mean \"\(nearest)\"?" }
        guard !candidates.isEmpty else { return nil }
        return "valid: " + candidates.joined(separator: ", ")
    }

    private static func folded(_ name: String) -> [Unicode.Scalar] {
        name.lowercased().unicodeScalars.filter { $0 != "_" && $0 != "-" && $0 != " " }
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn `left` into `right`.
    static func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
        var beforePrevious = [Int](repeating: 0, count: right.count + 1)
        var previous = Array(0...right.count)
        for i in 1...left.count {
            var current = [i] + [Int](repeating: 0, count: right.count)
            for j in 1...right.count {
                let replacement = previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)
                current[j] = min(previous[j] + 1, current[j - 1] + 1, replacement)
                if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                    current[j] = min(current[j], beforePrevious[j - 2] + 1)
                }
            }
            beforePrevious = previous
            previous = current
        }
        return previous[right.count]
    }
}
