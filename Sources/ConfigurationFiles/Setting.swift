/// An option together with the way to read its checked value.
struct Setting<Value: Sendable>: Sendable {
    let definition: SettingDefinition
    /// Turns a value that the definition's shape has accepted into Swift.
    let read: @Sendable (JSONValue) -> Value?
    /// The default; nil for options that are required or may be absent.
    let fallback: Value?

    var name: String { definition.name }
}

extension Setting where Value == String {
    static func string(_ name: String, _ rule: StringRule, isRequired: Bool = false, default fallback: String? = nil, _ text: String)
        -> Self
    {
        Self(
            definition: SettingDefinition(name, .string(rule), isRequired: isRequired, fallback: fallback.map { .string($0) }, text),
            read: \.string, fallback: fallback)
    }

    /// An option that is a string and whose default is best said in words.
    static func string(_ name: String, _ rule: StringRule, defaultText: String, _ text: String) -> Self {
        Self(definition: SettingDefinition(name, .string(rule), fallbackText: defaultText, text), read: \.string, fallback: nil)
    }
}

extension Setting where Value == Bool {
    static func boolean(_ name: String, default fallback: Bool, _ text: String) -> Self {
        Self(definition: SettingDefinition(name, .boolean, fallback: .boolean(fallback), text), read: \.boolean, fallback: fallback)
    }
}

extension Setting where Value == Int {
    static func integer(
        _ name: String, from minimum: Int = 1, to maximum: Int = OrchestratorConfiguration.longestMinutes, isRequired: Bool = false,
        default fallback: Int? = nil, _ text: String
    ) -> Self {
        Self(
            definition: SettingDefinition(
                name, .integer(minimum: minimum, maximum: maximum), isRequired: isRequired, fallback: fallback.map { .integer($0) }, text),
            read: \.integer, fallback: fallback)
    }
}

extension Setting where Value == Double {
    static func number(
        _ name: String, above minimum: Double, to maximum: Double? = nil, default fallback: Double? = nil, _ text: String
    ) -> Self {
        number(name, .above(minimum), to: maximum, default: fallback, text)
    }

    /// An option for which very small numbers make no sense.
    static func number(_ name: String, from minimum: Double, to maximum: Double, default fallback: Double, _ text: String) -> Self {
        number(name, .from(minimum), to: maximum, default: fallback, text)
    }

    private static func number(
        _ name: String, _ least: LeastNumber, to maximum: Double?, default fallback: Double?, _ text: String
    ) -> Self {
        Self(
            definition: SettingDefinition(
                name, .number(least: least, maximum: maximum), fallback: fallback.map { .number($0) }, text),
            read: \.number, fallback: fallback)
    }

    /// Minutes, of which there may be fractions.
    static func minutes(_ name: String, default fallback: Double, _ text: String) -> Self {
        number(name, above: 0, to: Double(OrchestratorConfiguration.longestMinutes), default: fallback, text)
    }
}

extension Setting where Value == [String] {
    static func list(_ name: String, of rule: StringRule, _ text: String) -> Self {
        Self(
            definition: SettingDefinition(name, .list(rule), fallback: .array([]), text),
            read: { $0.array?.compactMap(\.string) }, fallback: [])
    }
}

extension Setting where Value == [String: String] {
    static func environment(_ name: String, _ rule: EnvironmentRule, _ text: String) -> Self {
        Self(
            definition: SettingDefinition(name, .environment(rule), fallback: .object([]), text),
            read: { value in
                value.object.map { Dictionary($0.map { ($0.key, $0.value.string ?? "") }, uniquingKeysWith: { _, last in last }) }
            },
            fallback: [:])
    }
}

extension Setting where Value: RawRepresentable<String> & CaseIterable {
    /// One of the words of an enumeration.
    static func choice(_ name: String, default fallback: Value? = nil, _ text: String) -> Self {
        Self(
            definition: SettingDefinition(
                name, .choice(Value.allCases.map(\.rawValue)), fallback: fallback.map { .string($0.rawValue) }, text),
            read: { $0.string.flatMap(Value.init(rawValue:)) }, fallback: fallback)
    }
}
