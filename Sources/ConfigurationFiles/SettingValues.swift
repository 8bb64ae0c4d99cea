/// The checked values of an object's options, read by their settings.
struct SettingValues: Sendable {
    private let members: [String: JSONMember]
    private let file: String
    /// Where the values stand; elements of lists as `name[0]`, members of objects as `name.key`.
    let positions: [String: SourcePosition]

    init(_ members: [String: JSONMember], file: String) {
        self.members = members
        self.file = file
        var positions: [String: SourcePosition] = [:]
        for (name, member) in members { Self.collect(member.value, name, &positions) }
        self.positions = positions
    }

    private static func collect(_ value: JSONValue, _ name: String, _ positions: inout [String: SourcePosition]) {
        positions[name] = value.position
        for (index, element) in (value.array ?? []).enumerated() { collect(element, "\(name)[\(index)]", &positions) }
        for member in value.object ?? [] { collect(member.value, "\(name).\(member.key)", &positions) }
    }

    /// The value that was given, or else the default.
    subscript<Value>(setting: Setting<Value>) -> Value? {
        members[setting.name].flatMap { setting.read($0.value) } ?? setting.fallback
    }

    /// The value of an option that always has one; throws when it was neither given nor has a default.
    func required<Value>(_ setting: Setting<Value>) throws(ConfigurationError) -> Value {
        guard let value = self[setting] else {
            throw ConfigurationError([ConfigurationProblem(file: file, "the option \"\(setting.name)\" is required and missing")])
        }
        return value
    }
}
