/// One option of a configuration file: the only place where its name, type, limits, default and description are written down.
struct SettingDefinition: Sendable {
    let name: String
    let shape: ValueShape
    let isRequired: Bool
    /// The default as a JSON value, where there is one.
    let fallback: JSONLiteral?
    /// The default in words, where it is no JSON value.
    let fallbackText: String?
    let description: String
    /// Set for options of older versions, which editors then strike through.
    let isDeprecated: Bool

    init(
        _ name: String, _ shape: ValueShape, isRequired: Bool = false, fallback: JSONLiteral? = nil, fallbackText: String? = nil,
        isDeprecated: Bool = false, _ description: String
    ) {
        self.name = name
        self.shape = shape
        self.isRequired = isRequired
        self.fallback = fallback
        self.fallbackText = fallbackText
        self.isDeprecated = isDeprecated
        self.description = description
    }

    /// The JSON Schema of an object with these members and no others.
    static func schema(of definitions: [SettingDefinition]) -> [JSONLiteral.Member] {
        let properties = definitions.map { definition -> JSONLiteral.Member in
            var members = definition.shape.schema
            members.insert(.init("description", .string(definition.description)), at: 0)
            if let fallback = definition.fallback { members.append(.init("default", fallback)) }
            if definition.isDeprecated { members.append(.init("deprecated", .boolean(true))) }
            return .init(definition.name, .object(members))
        }
        let required = definitions.filter(\.isRequired).map { JSONLiteral.string($0.name) }
        var schema: [JSONLiteral.Member] = [.init("type", .string("object")), .init("properties", .object(properties))]
        if !required.isEmpty { schema.append(.init("required", .array(required))) }
        schema.append(.init("additionalProperties", .boolean(false)))
        return schema
    }

    /// The rows of these options in a markdown table; members of an object follow it as `object.<key>.member`.
    static func markdownRows(of definitions: [SettingDefinition], prefix: String = "") -> [String] {
        definitions.flatMap { definition -> [String] in
            let name = prefix + definition.name
            let row = "| `\(name)` | \(definition.shape.typeName) | \(definition.defaultCell) | \(definition.descriptionCell) |"
            return switch definition.shape {
            case .record(_, let members): [row] + markdownRows(of: members, prefix: "\(name).<key>.")
            case .object(let members): [row] + markdownRows(of: members, prefix: "\(name).")
            default: [row]
            }
        }
    }

    private var defaultCell: String {
        if isRequired { return "required" }
        if let fallback { return "`\(fallback.rendered)`" }
        return fallbackText ?? "-"
    }

    private var descriptionCell: String {
        var text = description
        if case .choice(let words) = shape { text += " One of " + words.map { "`\($0)`" }.joined(separator: ", ") + "." }
        return text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}
