/// Which model a turn runs with, and how hard it thinks: what its role has, unless its task's size says otherwise, unless a usage window runs short,
/// unless it is for something special, unless others have failed.
package struct ModelChoice: Sendable, Equatable {
    /// `nil` leaves the choice to the agent's program.
    package struct Setting: Codable, Sendable, Equatable {
        package var model: String?
        package var effort: Effort?

        package init(model: String? = nil, effort: Effort? = nil) {
            self.model = model
            self.effort = effort
        }
    }

    package var roles: [Role: Setting] = [:]
    package var sizes: [TaskSize: Setting] = [:]
    package var escalated: [Role: Setting] = [:]
    package var purposes: [Purpose: Setting] = [:]
    package var scarce: [Role: Setting] = [:]

    package init() {}

    package subscript(_ turn: Turn) -> Setting {
        setting(
            role: turn.role, purpose: turn.brief.purpose, size: turn.size, isEscalated: turn.isEscalated == true,
            isScarce: turn.isScarce == true)
    }

    /// What a turn has that is only to begin.
    func setting(role: Role, purpose: Purpose, size: TaskSize?, isEscalated: Bool, isScarce: Bool) -> Setting {
        let special = [isEscalated ? escalated[role] : nil, purposes[purpose]].compactMap { $0 }
        let usual = [role == .worker ? size.flatMap { sizes[$0] } : nil, roles[role]].compactMap { $0 }
        let scarce = isScarce ? scarce[role] : nil
        var model = usual.lazy.compactMap(\.model).first
        if isScarce { model = scarce?.model ?? Self.spare(for: model, of: role) }
        return Setting(
            model: special.lazy.compactMap(\.model).first ?? model,
            effort: (special + [scarce].compactMap { $0 } + usual).lazy.compactMap(\.effort).first)
    }

    /// The model that a role has while a usage window runs short, where nobody has said which.
    ///
    /// The strongest models are kept for the Director, who answers for main; everybody else makes do with the family below. A model that the agent's
    /// program chooses may be one of the strongest.
    static func spare(for model: String?, of role: Role) -> String? {
        guard role != .director else { return model }
        let isStrong = model.map { name in ModelFamily(of: name).map { ModelFamily.strongest.contains($0) } ?? false }
        return isStrong ?? true ? ModelFamily.sonnet.rawValue : model
    }
}

/// In the journal each part is an object by names, so that a person can read it.
extension ModelChoice: Codable {
    private enum CodingKeys: String, CodingKey {
        case roles, sizes, escalated, purposes, scarce
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func part<Key: RawRepresentable & Hashable>(_ key: CodingKeys) throws -> [Key: Setting] where Key.RawValue == String {
            let named = try container.decodeIfPresent([String: Setting].self, forKey: key) ?? [:]
            return named.reduce(into: [:]) { part, entry in
                if let key = Key(rawValue: entry.key) { part[key] = entry.value }
            }
        }
        roles = try part(.roles)
        sizes = try part(.sizes)
        escalated = try part(.escalated)
        purposes = try part(.purposes)
        scarce = try part(.scarce)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        func write<Key: RawRepresentable & Hashable>(_ part: [Key: Setting], _ key: CodingKeys) throws where Key.RawValue == String {
            guard !part.isEmpty else { return }
            try container.encode(part.reduce(into: [String: Setting]()) { $0[$1.key.rawValue] = $1.value }, forKey: key)
        }
        try write(roles, .roles)
        try write(sizes, .sizes)
        try write(escalated, .escalated)
        try write(purposes, .purposes)
        try write(scarce, .scarce)
    }
}
