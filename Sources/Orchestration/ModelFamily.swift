/// Models that share a usage window, such as all that are called Opus.
package struct ModelFamily: RawRepresentable, Codable, Sendable, Hashable {
    /// What the names of its models have in common, in lower case.
    package let rawValue: String

    package static let opus = ModelFamily(rawValue: "opus")
    package static let sonnet = ModelFamily(rawValue: "sonnet")
    package static let haiku = ModelFamily(rawValue: "haiku")
    package static let fable = ModelFamily(rawValue: "fable")
    package static let known = [opus, sonnet, haiku, fable]
    /// Those that are kept for what matters most while a usage window runs short.
    static let strongest = [opus, fable]

    package init(rawValue: String) { self.rawValue = rawValue.lowercased() }

    /// The family of a model, by its name or alias; `nil` when it is none that cco knows.
    package init?(of model: String) {
        guard let family = Self.known.first(where: { $0.has(model) }) else { return nil }
        self = family
    }

    /// Whether a model may be of the family. One that is not known may be of any, so that nobody is asked who is known to refuse.
    package func has(_ model: String?) -> Bool { model.map { $0.lowercased().contains(rawValue) } ?? true }

    /// What a person reads.
    package var words: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}
