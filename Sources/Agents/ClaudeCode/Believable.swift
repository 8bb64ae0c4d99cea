/// What an account of the CLI may say. An agent can write to the same output and files, and numbers beyond all reason would spoil the books: they
/// count as nothing.
enum Believable {
    /// Tokens, or requests, of a whole turn.
    static func count(_ value: Int?) -> Int {
        guard let value, (0...1_000_000_000_000).contains(value) else { return 0 }
        return value
    }

    /// US dollars of a whole session.
    static func cost(_ value: Double?) -> Double? {
        guard let value, (0...1_000_000).contains(value) else { return nil }
        return value
    }
}
