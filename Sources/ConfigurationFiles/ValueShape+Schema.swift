extension ValueShape {
    /// The members of this shape's JSON Schema.
    var schema: [JSONLiteral.Member] {
        switch self {
        case .boolean: return [.init("type", .string("boolean"))]
        case .integer(let minimum, let maximum):
            return [.init("type", .string("integer")), .init("minimum", .integer(minimum)), .init("maximum", .integer(maximum))]
        case .number(let least, let maximum):
            let members: [JSONLiteral.Member] = [.init("type", .string("number")), least.schema]
            return members + (maximum.map { [.init("maximum", .number($0))] } ?? [])
        case .string(let rule): return rule.schema
        case .choice(let words): return [.init("type", .string("string")), .init("enum", .array(words.map { .string($0) }))]
        case .list(let rule):
            return [.init("type", .string("array")), .init("items", .object(rule.schema)), .init("uniqueItems", .boolean(true))]
        case .words(let rule):
            return [.init("type", .string("array")), .init("items", .object(rule.schema)), .init("minItems", .integer(1))]
        case .object(let members): return SettingDefinition.schema(of: members)
        case .environment(let rule): return rule.schema
        case .record(let keys, let members):
            let inner = JSONLiteral.object(SettingDefinition.schema(of: members))
            return [
                .init("type", .string("object")),
                .init("properties", .object(keys.map { .init($0, inner) })),
                .init("additionalProperties", .boolean(false)),
            ]
        case .anything: return []
        }
    }
}

extension LeastNumber {
    var schema: JSONLiteral.Member {
        switch self {
        case .above(let least): JSONLiteral.Member("exclusiveMinimum", .number(least))
        case .from(let least): JSONLiteral.Member("minimum", .number(least))
        }
    }
}

extension StringRule {
    var schema: [JSONLiteral.Member] {
        [.init("type", .string("string")), .init("minLength", .integer(1)), .init("pattern", .string(pattern))]
    }
}

extension EnvironmentRule {
    var schema: [JSONLiteral.Member] {
        var names: [JSONLiteral.Member] = [.init("pattern", .string("^[A-Za-z_][A-Za-z0-9_]*$"))]
        var forbidden: [JSONLiteral] = []
        if !refused.isEmpty { forbidden.append(.object([.init("enum", .array(refused.sorted().map { .string($0) }))])) }
        if refusesCredentials { forbidden.append(.object([.init("pattern", .string(CredentialName.pattern))])) }
        if !forbidden.isEmpty { names.append(.init("not", .object([.init("anyOf", .array(forbidden))]))) }
        return [
            .init("type", .string("object")),
            .init("propertyNames", .object(names)),
            .init("additionalProperties", .object([.init("type", .string("string"))])),
        ]
    }
}
