/// Trees that the gate has found green, with what that took. Grows with the run, so copies share all but the part that is changed.
package struct VerdictRegister: Sendable, Equatable {
    /// Parts by the first byte of the tree's name, which is spread evenly.
    private var parts: [[String: Int64]] = []
    package private(set) var count = 0

    package init() {}

    package var isEmpty: Bool { count == 0 }

    /// Milliseconds of the gate run that verified the tree of this name; `nil` where none has.
    package subscript(tree: String) -> Int64? {
        get { parts.isEmpty ? nil : parts[part(of: tree)][tree] }
        set {
            guard let newValue else { return }
            if parts.isEmpty { parts = Array(repeating: [:], count: 256) }
            if parts[part(of: tree)].updateValue(newValue, forKey: tree) == nil { count += 1 }
        }
    }

    private func part(of tree: String) -> Int { Int(tree.prefix(2), radix: 16) ?? 0 }
}

extension VerdictRegister: Codable {
    package init(from decoder: any Decoder) throws {
        self.init()
        for (tree, milliseconds) in try [String: Int64](from: decoder) { self[tree] = milliseconds }
    }

    package func encode(to encoder: any Encoder) throws {
        var all: [String: Int64] = [:]
        for part in parts { all.merge(part) { first, _ in first } }
        try all.encode(to: encoder)
    }
}
