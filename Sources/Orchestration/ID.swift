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
        let (leftKind, leftNumber) = left.parts
        let (rightKind, rightNumber) = right.parts
        return (leftKind, leftNumber, left.name) < (rightKind, rightNumber, right.name)
    }

    private var parts: (String, Int) {
        guard let hyphen = name.lastIndex(of: "-"), let number = Int(name[name.index(after: hyphen)...]) else { return (name, 0) }
        return (String(name[..<hyphen]), number)
    }
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
