extension OrchestratorConfiguration.Settings {
    static let roleModel = Setting.string("model", .model, defaultText: "`model`", "Model for this role.")
    static let roleEffort = Setting<OrchestratorConfiguration.Effort>.choice("effort", "How hard the model thinks in this role.")
    static let roles = models(
        of: OrchestratorConfiguration.Role.self, "roles", roleModel, roleEffort,
        "What differs from role to role. The keys are `director`, `engineerManager` and `worker`.")
    static let taskSizes = models(
        of: OrchestratorConfiguration.TaskSize.self, "taskSizes",
        .string("model", .model, defaultText: "the worker's", "Model for tasks of this size."),
        .choice("effort", "How hard the model thinks about tasks of this size."),
        "What workers' turns have for tasks of a size, as their planner sees it. The keys are `small`, `medium` and `large`.")
    static let escalation = models(
        of: OrchestratorConfiguration.Role.self, "escalation",
        .string("model", .model, defaultText: "as before", "Model of this role after failures."),
        .choice("effort", "How hard the model then thinks."),
        "What a role's turns have once others have failed: for a task that was begun anew, and for a manager that failed three times.")

    static let purposes = models(
        of: OrchestratorConfiguration.Purpose.self, "purposes",
        .string("model", .model, defaultText: "as before", "Model of turns for this purpose."),
        .choice("effort", "How hard the model thinks for this purpose."),
        "What turns have that are for something special. The keys are `conflict`, `gate-fix`, `rework` and `review`.")
    static let scarcity = models(
        of: OrchestratorConfiguration.Role.self, "scarcity",
        .string(
            "model", .model, defaultText: "`sonnet` instead of a stronger one; the Director keeps its own",
            "Model of this role while a usage window runs short."),
        .choice("effort", "How hard the model then thinks."),
        "What a role's new conversations have on a subscription of which a usage window runs short, so that the strongest model is left for "
            + "the Director and for conflicts.")

    /// An option that gives each of some keys a model and an effort.
    private static func models<Key: RawRepresentable<String> & CaseIterable & Hashable & Sendable>(
        of keys: Key.Type, _ name: String, _ model: Setting<String>, _ effort: Setting<OrchestratorConfiguration.Effort>, _ text: String
    ) -> Setting<[Key: OrchestratorConfiguration.RoleSettings]> {
        Setting(
            definition: SettingDefinition(
                name, .record(keys: Key.allCases.map(\.rawValue), members: [model.definition, effort.definition]), fallback: .object([]),
                text),
            read: { value in
                value.object.map { members in
                    members.reduce(into: [:]) { settings, member in
                        guard let key = Key(rawValue: member.key), let object = member.value.object else { return }
                        func read<Value>(_ setting: Setting<Value>) -> Value? {
                            object.first { $0.key == setting.name }.flatMap { setting.read($0.value) }
                        }
                        settings[key] = OrchestratorConfiguration.RoleSettings(model: read(model), effort: read(effort))
                    }
                }
            }, fallback: [:])
    }
}
