/// A readable name of one thing in a run, such as `task-7`, typed by what it names.
///
/// Ids are given out by the run in a fixed order, so the same journal always yields the same names.
package struct ID<Subject>: Hashable, Sendable, Codable, CustomStringConvertible, CodingKeyRepresentable {
    /// The name as people and file names see it: lower-case letters, digits and hyphens.
    package let name: String

    package init(_ name: String) { self.name = name }

    /// The `number`-th name of a kind: `ID("task", 7)` is `task-7`.
    package init(_ kind: String, _ number: Int) { name = "\(kind)-\(number)" }

    package init(from decoder: any Decoder) throws {
        name = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }

    package init?(codingKey: some CodingKey) { name = codingKey.stringValue }

    package var codingKey: any CodingKey { NameKey(stringValue: name) }

    package var description: String { name }
}

extension ID: Comparable {
    /// Orders by kind and then by number, so that `task-9` stands before `task-10`.
    package static func < (left: ID, right: ID) -> Bool {
        // Names of one kind and length, by far the most, compare as text just as they do by number.
        if left.name.utf8.count == right.name.utf8.count { return left.name < right.name }
        if let isLess = left.name.isShorterNumber(than: right.name) { return isLess }
        let (leftKind, leftNumber) = left.parts
        let (rightKind, rightNumber) = right.parts
        return (leftKind, leftNumber, left.name) < (rightKind, rightNumber, right.name)
    }

    private var parts: (String, Int) {
        guard let hyphen = name.lastIndex(of: "-"), let number = Int(name[name.index(after: hyphen)...]) else { return (name, 0) }
        return (String(name[..<hyphen]), number)
    }
}

extension String {
    /// Whether this name of a kind has the smaller number, where the two have one kind and plain numbers of different lengths; `nil` for all others.
    fileprivate func isShorterNumber(than other: String) -> Bool? {
        let isLess = utf8.count < other.utf8.count
        var (short, long) = isLess ? (utf8.makeIterator(), other.utf8.makeIterator()) : (other.utf8.makeIterator(), utf8.makeIterator())
        var digits = -1
        // What both have in common, up to the first difference; then nothing but digits may follow in either.
        while let byte = long.next() {
            guard let beside = short.next() else {
                // The shorter one has ended: a number of fewer digits.
                guard digits > 0, byte.isDigit else { return nil }
                while let rest = long.next() {
                    digits += 1
                    guard rest.isDigit, digits < 15 else { return nil }
                }
                return isLess
            }
            switch digits {
            case -1:
                guard byte == beside else { return nil }
                if byte == 0x2D { digits = 0 }
            default:
                guard byte.isDigit, beside.isDigit, digits > 0 || (byte != 0x30 && beside != 0x30) else { return nil }
                digits += 1
                guard digits < 15 else { return nil }
            }
        }
        return nil
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }
}

/// A coding key that is just a name, so that dictionaries keyed by ids become JSON objects.
private struct NameKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

package typealias RunID = ID<Run>
package typealias AgentID = ID<Agent>
package typealias TeamID = ID<Team>
package typealias TaskID = ID<TeamTask>
package typealias TurnID = ID<Turn>
package typealias CandidateID = ID<Candidate>
package typealias EffectID = ID<Effect>
package typealias CredentialID = ID<Credential>
