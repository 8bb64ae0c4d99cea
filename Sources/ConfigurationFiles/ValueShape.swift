/// What values an option takes. The parser, the JSON Schema and the documentation are all derived from it.
indirect enum ValueShape: Sendable {
    case boolean
    /// A whole number from `minimum` to `maximum`.
    case integer(minimum: Int, maximum: Int)
    /// A number that `least` allows, and no greater than `maximum` where there is one.
    case number(least: LeastNumber, maximum: Double? = nil)
    case string(StringRule)
    /// One of some words.
    case choice([String])
    /// A list of strings without repetitions.
    case list(StringRule)
    /// A list of strings in which any may come again.
    case words(StringRule)
    /// An object with these members.
    case object([SettingDefinition])
    /// An object of environment variables.
    case environment(EnvironmentRule)
    /// An object with fixed keys, each of which holds the same kind of object.
    case record(keys: [String], members: [SettingDefinition])
    /// Anything at all: the value has no effect.
    case anything

    /// The word for the option table.
    var typeName: String {
        switch self {
        case .boolean: "boolean"
        case .integer, .number: "number"
        case .string, .choice: "string"
        case .list, .words: "list of strings"
        case .environment, .record, .object: "object"
        case .anything: "any"
        }
    }

    /// What is accepted, in words that fit after "expected".
    var expectation: String {
        switch self {
        case .boolean: "true or false"
        case .integer: "a whole number"
        case .number: "a number"
        case .string(let rule): rule.expectation + " as a string"
        case .choice(let words): "one of " + words.map(JSONLiteral.quoted).joined(separator: ", ")
        case .list, .words: "a list of strings"
        case .object(let members): "an object with \(members.map(\.name).joined(separator: ", "))"
        case .environment: "an object of names and strings"
        case .record(let keys, _): "an object with the keys " + keys.joined(separator: ", ")
        case .anything: "any value"
        }
    }
}

/// Where the numbers of an option begin.
enum LeastNumber: Sendable {
    /// Every number that is greater is accepted.
    case above(Double)
    /// This one is accepted as well.
    case from(Double)

    func allows(_ number: Double) -> Bool {
        switch self {
        case .above(let least): number > least
        case .from(let least): number >= least
        }
    }

    /// In words that fit after "must be".
    var expectation: String {
        switch self {
        case .above(let least): "greater than " + JSONLiteral.number(least).rendered
        case .from(let least): "at least " + JSONLiteral.number(least).rendered
        }
    }
}

/// Which environment variables an option may set.
struct EnvironmentRule: Sendable {
    /// Names that are refused, and where they belong instead.
    let refused: Set<String>
    let refusal: String
    /// Whether names of credentials are refused too.
    let refusesCredentials: Bool
    let credentialAdvice: String
}
