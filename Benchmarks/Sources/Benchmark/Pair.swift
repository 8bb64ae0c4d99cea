/// The two sides of a pair. Each is first in every second pair, so that none always has the machine as the other leaves it.
enum Pair {
    /// - Parameter number: counts from 0.
    static func both<Ours, Theirs>(
        _ number: Int, _ ours: () throws -> Ours, _ theirs: () throws -> Theirs
    ) rethrows -> (ours: Ours, theirs: Theirs) {
        guard number.isMultiple(of: 2) else {
            let second = try theirs()
            return (try ours(), second)
        }
        return (try ours(), try theirs())
    }
}
