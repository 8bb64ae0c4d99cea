/// A set of small numbers, kept as bits. Equal sets are equal values, so that sets can name trees.
package struct ChangeSet: Hashable, Sendable {
    private var words: [UInt64] = []

    package init() {}

    package var isEmpty: Bool { words.isEmpty }

    package func contains(_ number: Int) -> Bool {
        let word = number >> 6
        return word < words.count && words[word] & (1 << UInt64(number & 63)) != 0
    }

    package mutating func insert(_ number: Int) {
        let word = number >> 6
        while words.count <= word { words.append(0) }
        words[word] |= 1 << UInt64(number & 63)
    }

    package func union(_ other: ChangeSet) -> ChangeSet {
        var joined = words.count >= other.words.count ? self : other
        let shorter = words.count >= other.words.count ? other : self
        for (index, word) in shorter.words.enumerated() { joined.words[index] |= word }
        return joined
    }

    package func subtracting(_ other: ChangeSet) -> ChangeSet {
        var rest = self
        for index in 0..<min(words.count, other.words.count) { rest.words[index] &= ~other.words[index] }
        while rest.words.last == 0 { rest.words.removeLast() }
        return rest
    }

    package func isSubset(of other: ChangeSet) -> Bool {
        for (index, word) in words.enumerated() {
            let theirs = index < other.words.count ? other.words[index] : 0
            if word & ~theirs != 0 { return false }
        }
        return true
    }

    package func intersects(_ other: ChangeSet) -> Bool {
        for index in 0..<min(words.count, other.words.count) where words[index] & other.words[index] != 0 { return true }
        return false
    }

    package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// The greatest number of the set.
    package var last: Int? { words.last.map { (words.count - 1) * 64 + 63 - $0.leadingZeroBitCount } }

    /// The numbers in ascending order.
    package var numbers: [Int] {
        var numbers: [Int] = []
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                numbers.append(index * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return numbers
    }
}
