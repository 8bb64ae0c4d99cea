/// Checks a JSON object against option definitions and collects every problem on the way.
struct ObjectReader {
    let file: String
    /// Keeps values and unknown names out of the problems.
    let isConfidential: Bool
    private(set) var problems: [ConfigurationProblem] = []

    init(file: String, isConfidential: Bool = false) {
        self.file = file
        self.isConfidential = isConfidential
    }

    mutating func report(_ message: String, at position: SourcePosition?, suggestion: String? = nil) {
        problems.append(ConfigurationProblem(file: file, at: position, message, suggestion: suggestion))
    }

    /// The members whose keys are known and whose values are sound. Unknown, missing and wrong ones become problems.
    mutating func read(
        _ members: [JSONMember], as definitions: [SettingDefinition], within path: String = "", noun: String = "option",
        at start: SourcePosition
    ) -> [String: JSONMember] {
        let known = Dictionary(definitions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var accepted: [String: JSONMember] = [:]
        for member in members {
            guard let definition = known[member.key] else {
                reportUnknown(member, among: definitions.filter { !$0.isDeprecated }.map(\.name), within: path, noun: noun)
                continue
            }
            if check(member.value, as: definition.shape, named: path + definition.name) { accepted[member.key] = member }
        }
        let given = Set(members.map(\.key))
        for definition in definitions where definition.isRequired && !given.contains(definition.name) {
            report(
                "the \(noun) \"\(path)\(definition.name)\" is required and missing", at: start,
                suggestion: "add \"\(definition.name)\": \(definition.shape.typeName)")
        }
        return accepted
    }

    private mutating func reportUnknown(_ member: JSONMember, among names: [String], within path: String, noun: String) {
        let nearest = NearestName.of(member.key, among: names)
        // A name close to a known one is a misspelling; anything else in a confidential file could be a misplaced secret.
        let name = isConfidential && nearest == nil ? "" : " " + JSONLiteral.quoted(path + member.key.prefix(60))
        report("unknown \(noun)\(name)", at: member.keyPosition, suggestion: NearestName.suggestion(for: member.key, among: names))
    }

    /// Whether `value` fits `shape`; if not, the reasons are reported.
    mutating func check(_ value: JSONValue, as shape: ValueShape, named name: String) -> Bool {
        let before = problems.count
        switch shape {
        case .anything: break
        case .boolean: if value.boolean == nil { reportKind(value, shape, name) }
        case .integer(let minimum, let maximum): checkInteger(value, from: minimum, to: maximum, shape, name)
        case .number(let least, let maximum): checkNumber(value, from: least, to: maximum, shape, name)
        case .string(let rule): checkString(value, rule, shape, name)
        case .choice(let words):
            guard let word = value.string, words.contains(word) else {
                reportKind(
                    value, shape, name,
                    suggestion: value.string.flatMap { NearestName.of($0, among: words) }.map { "did you mean \"\($0)\"?" })
                break
            }
        case .list(let rule): checkList(value, rule, shape, name)
        case .words(let rule): checkWords(value, rule, shape, name)
        case .object(let members):
            guard let object = value.object else {
                reportKind(value, shape, name)
                break
            }
            _ = read(object, as: members, within: name + ".", at: value.position)
        case .environment(let rule): checkEnvironment(value, rule, shape, name)
        case .record(let keys, let members):
            guard let entries = value.object else {
                reportKind(value, shape, name)
                break
            }
            for entry in entries {
                guard keys.contains(entry.key) else {
                    reportUnknown(entry, among: keys, within: name + ".", noun: "option")
                    continue
                }
                let path = "\(name).\(entry.key)"
                guard let inner = entry.value.object else {
                    report(
                        "\"\(path)\": expected an object with \(members.map(\.name).joined(separator: ", ")), found \(shown(entry.value))",
                        at: entry.value.position)
                    continue
                }
                _ = read(inner, as: members, within: path + ".", at: entry.value.position)
            }
        }
        return problems.count == before
    }

    func shown(_ value: JSONValue) -> String { isConfidential ? value.kind : value.shown }

    mutating func reportKind(_ value: JSONValue, _ shape: ValueShape, _ name: String, suggestion: String? = nil) {
        report(
            "\"\(name)\": expected \(shape.expectation), found \(shown(value))", at: value.position,
            suggestion: suggestion ?? remedy(value, shape))
    }

    /// The usual slips: quotes too many or too few, and null for "not set".
    private func remedy(_ value: JSONValue, _ shape: ValueShape) -> String? {
        switch (shape, value.content) {
        case (_, .null): "leave the option out to get its default"
        case (.boolean, .string("true")), (.boolean, .string("false")): "remove the quotes"
        case (.integer, .string(let text)) where Int(text) != nil: "remove the quotes"
        case (.number, .string(let text)) where Double(text) != nil: "remove the quotes"
        case (.string, .number), (.string, .boolean): "put it in double quotes"
        case (.list, .string), (.words, .string): "put it in square brackets"
        default: nil
        }
    }
}
