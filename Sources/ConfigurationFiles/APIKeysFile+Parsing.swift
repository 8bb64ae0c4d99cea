import FoundationEssentials

extension APIKeysFile {
    /// Reads the text of an `api-keys.json`.
    ///
    /// - Parameter file: the name that problems carry.
    /// - Throws: `ConfigurationError` with every problem of the text, none of which repeats a value.
    package static func parse(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> APIKeysFile {
        let document = try JSONDocument(parsing: bytes, file: file, isConfidential: true)
        guard let entries = document.root.array else {
            let problem = ConfigurationProblem(
                file: file, at: document.root.position, "expected a list of keys, found \(document.root.kind)",
                suggestion: "write it as [{\"name\": \"key-1\", \"apiKey\": \"…\"}]")
            throw ConfigurationError(document.problems + [problem])
        }
        var parser = Parser(file: file)
        let keys = entries.enumerated().compactMap { parser.key($0.element, number: $0.offset + 1) }
        parser.refuseSecretNames(keys, entries)
        parser.refuseRepeated(keys)
        let problems = document.problems + parser.reader.problems
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return APIKeysFile(keys: keys, warnings: parser.warnings)
    }

    /// Reads entry by entry and remembers the names that were taken.
    private struct Parser {
        let file: String
        var reader: ObjectReader
        var warnings: [ConfigurationProblem] = []
        private var names: [String: SourcePosition] = [:]

        init(file: String) {
            self.file = file
            reader = ObjectReader(file: file, isConfidential: true)
        }

        mutating func key(_ entry: JSONValue, number: Int) -> APIKey? {
            if entry.string != nil { return bareKey(entry, number: number) }
            guard let members = entry.object else {
                reader.report("key \(number): expected an object, found \(entry.kind)", at: entry.position)
                return nil
            }
            let before = reader.problems.count
            let accepted = reader.read(members, as: Fields.definitions, within: "key \(number): ", noun: "field", at: entry.position)
            let values = SettingValues(accepted, file: file)
            warnLegacy(accepted, number: number)
            let name = takeName(values, number: number, at: entry.position)
            var environment = values[Fields.envOverrides] ?? [:]
            environment.merge(values[Fields.env] ?? [:]) { _, new in new }
            let baseUrl = takeBaseURL(values, &environment, number: number, at: entry.position)
            let credential = takeCredential(members, values, &environment, number: number, at: entry.position)
            guard reader.problems.count == before, let credential else { return nil }
            return APIKey(
                name: name, credential: credential, baseUrl: baseUrl, environment: environment.mapValues(Secret.init),
                maxConcurrency: values[Fields.maxConcurrency], maxBudgetUsd: values[Fields.maxBudgetUsd])
        }

        /// The form of the first versions: the key alone, as a string.
        private mutating func bareKey(_ entry: JSONValue, number: Int) -> APIKey? {
            warnings.append(
                ConfigurationProblem(
                    file: file, at: entry.position, "key \(number) is a bare string, the form of an earlier version",
                    suggestion: "write it as {\"name\": \"key-\(number)\", \"apiKey\": \"…\"}"))
            let name = takeName(SettingValues([:], file: file), number: number, at: entry.position)
            guard reader.check(entry, as: .string(.credential), named: "key \(number)"), let text = entry.string else { return nil }
            return APIKey(name: name, credential: .apiKey(Secret(text)))
        }

        private mutating func warnLegacy(_ accepted: [String: JSONMember], number: Int) {
            for definition in Fields.definitions where definition.isDeprecated {
                guard let member = accepted[definition.name] else { continue }
                warnings.append(
                    ConfigurationProblem(
                        file: file, at: member.keyPosition, "key \(number): \"\(definition.name)\": \(definition.description)"))
            }
        }

        private mutating func takeName(_ values: SettingValues, number: Int, at position: SourcePosition) -> String {
            let name = values[Fields.name] ?? "key-\(number)"
            if name == APIKeysFile.reservedName {
                reader.report(
                    "key \(number): the name \"\(name)\" stands for the CLI's own login",
                    at: values.positions[Fields.name.name] ?? position, suggestion: "choose another name")
            }
            if let other = names[name] {
                reader.report(
                    "key \(number) has the same name as the key in line \(other.line)", at: values.positions[Fields.name.name] ?? position,
                    suggestion: "give each key a name of its own")
            }
            names[name] = position
            return name
        }

        private mutating func takeBaseURL(
            _ values: SettingValues, _ environment: inout [String: String], number: Int, at position: SourcePosition
        ) -> String? {
            let inEnvironment = environment.removeValue(forKey: "ANTHROPIC_BASE_URL")
            if inEnvironment != nil, values[Fields.baseUrl] != nil {
                reader.report("key \(number) has \"baseUrl\" and \"env.ANTHROPIC_BASE_URL\"", at: position, suggestion: "keep \"baseUrl\"")
            } else if let inEnvironment, let objection = StringRule.baseURL.check(inEnvironment) {
                reader.report(
                    "key \(number): \"env.ANTHROPIC_BASE_URL\" \(objection.message)", at: position, suggestion: objection.suggestion)
            }
            guard let url = values[Fields.baseUrl] ?? inEnvironment else { return nil }
            let host = url.dropFirst(7).prefix { $0 != "/" && $0 != ":" }
            if url.hasPrefix("http://"), host != "localhost", !host.hasPrefix("127."), !url.hasPrefix("http://[::1]") {
                warnings.append(
                    ConfigurationProblem(
                        file: file, at: values.positions[Fields.baseUrl.name] ?? position, "key \(number) would be sent without encryption",
                        suggestion: "use https://"))
            }
            return url
        }

        /// Exactly one credential, be it a field or a variable that means the same; or none beside variables of a cloud provider.
        private mutating func takeCredential(
            _ members: [JSONMember], _ values: SettingValues, _ environment: inout [String: String], number: Int,
            at position: SourcePosition
        ) -> APIKey.Credential? {
            var found: [(name: String, credential: APIKey.Credential)] = []
            var attempts = 0
            for (field, variable, make) in Fields.credentials {
                if let value = values[field] {
                    found.append((field.name, make(Secret(value))))
                    refuseMixUp(value, in: field.name, values, number: number, at: values.positions[field.name] ?? position)
                }
                // A field that was given but refused has its own problem already.
                if values[field] == nil, members.contains(where: { $0.key == field.name }) { attempts += 1 }
                guard let value = environment.removeValue(forKey: variable) else { continue }
                let name = "env.\(variable)"
                found.append((name, make(Secret(value))))
                if let objection = StringRule.credential.check(value) {
                    reader.report("key \(number): \"\(name)\" \(objection.message)", at: position, suggestion: objection.suggestion)
                }
            }
            if found.count > 1 {
                let list = found.map { "\"\($0.name)\"" }.joined(separator: " and ")
                reader.report(
                    "key \(number) has more than one credential: \(list)", at: position, suggestion: "keep one, or make two keys of it")
            } else if found.isEmpty, attempts == 0 {
                if !environment.isEmpty {
                    requireProvider(environment, number: number, at: position)
                    return .environment
                }
                reader.report(
                    "key \(number) has no credential", at: position,
                    suggestion: "add \"apiKey\", \"authToken\" or \"oauthToken\", or \"env\" for a cloud provider")
            }
            if let credential = found.first?.credential { refuseProvider(environment, beside: credential, number: number, at: position) }
            return found.first?.credential
        }

        /// The provider's own keys and tokens say what they are, and it refuses one that is sent as the other. What a gateway takes is its own affair.
        private mutating func refuseMixUp(
            _ credential: String, in field: String, _ values: SettingValues, number: Int, at position: SourcePosition
        ) {
            guard values[Fields.baseUrl].map({ URL(string: $0)?.host()?.lowercased() == "api.anthropic.com" }) ?? true else { return }
            let isKey = field == Fields.apiKey.name || field == Fields.primaryApiKey.name
            if isKey, credential.hasPrefix("sk-ant-oat") {
                reader.report(
                    "key \(number): \"\(field)\" holds a token of a subscription", at: position, suggestion: "call it \"oauthToken\"")
            } else if field == Fields.oauthToken.name, credential.hasPrefix("sk-ant-api") {
                reader.report("key \(number): \"\(field)\" holds an API key", at: position, suggestion: "call it \"apiKey\"")
            }
        }

        /// Beside a key or a subscription no cloud provider is switched on: the agents' program would take one of the two, and perhaps the wrong
        /// one is paid. A bearer token may be for a gateway to one. A switch that nearly is one is misspelt.
        private mutating func refuseProvider(
            _ environment: [String: String], beside credential: APIKey.Credential, number: Int, at position: SourcePosition
        ) {
            let switched = Self.switchedOn(environment)
            let isForGateway = if case .authToken = credential { switched.count < 2 } else { false }
            if let provider = switched.first, !isForGateway {
                return reader.report(
                    "key \(number) has a credential and switches a cloud provider on: \(switched.joined(separator: ", "))", at: position,
                    suggestion:
                        "keep one of them, or make two keys of it; without \(provider) it is the provider's own address or `baseUrl`")
            }
            let unknown = environment.keys.filter { $0.hasPrefix("CLAUDE_CODE_USE_") && !APIKeysFile.providerSwitches.contains($0) }
                .sorted()
            guard let name = unknown.first else { return }
            reader.report(
                "key \(number): \"env.\(name)\" is no cloud provider that is known", at: position,
                suggestion: NearestName.of(name, among: APIKeysFile.providerSwitches).map { "did you mean \"\($0)\"?" }
                    ?? "one of \(APIKeysFile.providerSwitches.joined(separator: ", "))")
        }

        private static func switchedOn(_ environment: [String: String]) -> [String] {
            let isOff: Set = ["", "0", "false", "no", "off"]
            return APIKeysFile.providerSwitches.filter { name in environment[name].map { !isOff.contains($0.lowercased()) } ?? false }
        }

        /// Variables alone let nobody in unless they switch a cloud provider on.
        private mutating func requireProvider(_ environment: [String: String], number: Int, at position: SourcePosition) {
            let chosen = Self.switchedOn(environment)
            guard chosen.count != 1 else { return }
            if chosen.count > 1 {
                return reader.report(
                    "key \(number) switches several cloud providers on: \(chosen.joined(separator: ", "))", at: position,
                    suggestion: "keep one, or make two keys of it")
            }
            let nearest = environment.keys.filter { $0.hasPrefix("CLAUDE_CODE_") }.sorted().lazy
                .compactMap { NearestName.of($0, among: APIKeysFile.providerSwitches) }.first
            reader.report(
                "key \(number) has no credential, and its \"env\" switches no cloud provider on that is known", at: position,
                suggestion: nearest.map { "did you mean \"\($0)\"?" }
                    ?? "set one of \(APIKeysFile.providerSwitches.joined(separator: ", ")) to \"1\"")
        }

        /// Two names for one key would let it carry twice as much as it bears.
        mutating func refuseRepeated(_ keys: [APIKey]) {
            for (index, key) in keys.enumerated() where key.credential != .environment {
                guard
                    let other = keys[..<index].first(where: {
                        $0.credential.secret?.reveal() == key.credential.secret?.reveal() && $0.baseUrl == key.baseUrl
                    })
                else { continue }
                reader.report(
                    "\"\(key.name)\" holds the same credential as \"\(other.name)\"", at: names[key.name], suggestion: "keep one of them")
            }
        }

        /// A name goes to logs, so it must not be any of the secrets.
        mutating func refuseSecretNames(_ keys: [APIKey], _ entries: [JSONValue]) {
            let secrets = keys.flatMap(\.secretValues).map { $0.reveal() }
            for key in keys where secrets.contains(where: { key.name.contains($0) }) {
                reader.report("the name of a key holds a credential", at: names[key.name], suggestion: "choose another name")
            }
        }
    }
}
