/// The JSON Schemas (draft 2020-12) of the configuration files, made from the same definitions that the parser uses.
///
/// They let an editor complete and check a file; rules that need more than the text (a path that has to exist) are the parser's alone.
package enum JSONSchema {
    private static let dialect = JSONLiteral.Member("$schema", .string("https://json-schema.org/draft/2020-12/schema"))

    /// The schema of `orchestrator.json`.
    package static func orchestrator() -> String {
        typealias Settings = OrchestratorConfiguration.Settings
        let definitions = Settings.definitions + LegacyOption.all.map(\.definition)
        let unlimited = JSONLiteral.object([
            .init("properties", .object([.init(Settings.unlimitedWorkers.name, .object([.init("const", .boolean(true))]))])),
            .init("required", .array([.string(Settings.unlimitedWorkers.name)])),
        ])
        let limited = JSONLiteral.object([
            .init(
                "properties",
                .object([.init(Settings.workerCount.name, .object([.init("maximum", .integer(OrchestratorConfiguration.workerLimit))]))]))
        ])
        let members =
            [dialect, .init("title", .string("cco: orchestrator.json"))] + SettingDefinition.schema(of: definitions)
            + [.init("if", unlimited), .init("else", limited)]
        return JSONLiteral.object(members).rendered + "\n"
    }

    /// The schema of `api-keys.json`.
    package static func apiKeys() -> String {
        typealias Fields = APIKeysFile.Fields
        func required(_ name: String) -> JSONLiteral { .object([.init("required", .array([.string(name)]))]) }
        let credentials = Fields.credentials.map { required($0.field.name) }
        let environment = [required(Fields.env.name), required(Fields.envOverrides.name)]
        let environmentAlone = JSONLiteral.object([
            .init("anyOf", .array(environment)), .init("not", .object([.init("anyOf", .array(credentials))])),
        ])
        let entry = JSONLiteral.object(
            SettingDefinition.schema(of: Fields.definitions) + [.init("oneOf", .array(credentials + [environmentAlone]))])
        let bare = JSONLiteral.object(
            StringRule.credential.schema + [
                .init("description", .string("An API key alone: the form of an earlier version.")), .init("deprecated", .boolean(true)),
            ])
        let members: [JSONLiteral.Member] = [
            dialect, .init("title", .string("cco: api-keys.json")), .init("type", .string("array")),
            .init("items", .object([.init("anyOf", .array([entry, bare]))])),
        ]
        return JSONLiteral.object(members).rendered + "\n"
    }
}
