/// Trees that the gate has found green, with the milliseconds that it took.
package typealias VerdictRegister = TreeRegister<Int64>

/// What a gate has said of trees. Grows with the run, so copies share all but the part that is changed.
package struct TreeRegister<Verdict: Codable & Sendable & Equatable>: Sendable, Equatable {
    /// Parts by the first byte of the tree's name, which is spread evenly.
    private var parts: [[String: Verdict]] = []
    package private(set) var count = 0

    package init() {}

    package var isEmpty: Bool { count == 0 }

    /// The verdict on the tree of this name; `nil` where there is none.
    package subscript(tree: String) -> Verdict? {
        get { parts.isEmpty ? nil : parts[part(of: tree)][tree] }
        set {
            guard let newValue else { return }
            if parts.isEmpty { parts = Array(repeating: [:], count: 256) }
            if parts[part(of: tree)].updateValue(newValue, forKey: tree) == nil { count += 1 }
        }
    }

    private func part(of tree: String) -> Int { Int(tree.prefix(2), radix: 16) ?? 0 }
}

extension TreeRegister: Codable {
    package init(from decoder: any Decoder) throws {
        self.init()
        for (tree, verdict) in try [String: Verdict](from: decoder) { self[tree] = verdict }
    }

    package func encode(to encoder: any Encoder) throws {
        var all: [String: Verdict] = [:]
        for part in parts { all.merge(part) { first, _ in first } }
        try all.encode(to: encoder)
    }
}
