import Glibc

/// Writes the files of a new configuration folder. It never replaces a file, and each file appears complete or not at all.
package struct ConfigurationWriter: Sendable {
    /// What a new `orchestrator.json` says; absent options are left to their defaults.
    package struct Draft: Sendable {
        package var repositoryUrl: String
        package var workerCount: Int
        package var branch: String?
        package var authMode: OrchestratorConfiguration.AuthMode?
        package var model: String?
        package var engineerManagerGroupSize: Int?
        package var maxRunDurationMinutes: Int?
        package var verifyCommand: String?

        package init(repositoryUrl: String, workerCount: Int) {
            self.repositoryUrl = repositoryUrl
            self.workerCount = workerCount
        }
    }

    /// The name of the schema that is put beside `orchestrator.json`, so that editors find it without a network.
    package static let schemaFileName = "orchestrator.schema.json"

    private let folder: ConfigurationFolder

    package init(_ folder: ConfigurationFolder) { self.folder = folder }

    /// Looks whether `orchestrator.json` could say this, without writing anything.
    ///
    /// - Throws: `ConfigurationError` when a value is not valid.
    package func check(_ draft: Draft) throws(ConfigurationError) { _ = try text(of: draft) }

    /// Looks whether `api-keys.json` could say this, without writing anything.
    ///
    /// - Throws: `ConfigurationError` when a key is not valid, or is there twice.
    package func check(_ keys: [(name: String, apiKey: Secret)]) throws(ConfigurationError) { _ = try text(of: keys) }

    /// Writes `orchestrator.json` and its schema, making the folder if need be.
    ///
    /// - Throws: `ConfigurationError` when a value is not valid, when the file is there already, or when writing fails.
    package func write(_ draft: Draft) throws(ConfigurationError) {
        try create(OrchestratorConfiguration.fileName, text(of: draft))
        if FileKind(path: ConfigurationPath.join(folder.path, Self.schemaFileName)) == nil {
            try create(Self.schemaFileName, Array(JSONSchema.orchestrator().utf8))
        }
    }

    /// Writes `api-keys.json`, which only its owner can read.
    ///
    /// - Throws: `ConfigurationError` when a key is not valid, when the file is there already, or when writing fails.
    package func write(_ keys: [(name: String, apiKey: Secret)]) throws(ConfigurationError) {
        try create(APIKeysFile.fileName, text(of: keys))
    }

    private func text(of draft: Draft) throws(ConfigurationError) -> [UInt8] {
        typealias Settings = OrchestratorConfiguration.Settings
        var members: [JSONLiteral.Member] = [
            .init(Settings.schemaReference.name, .string("./" + Self.schemaFileName)),
            .init(Settings.repositoryUrl.name, .string(draft.repositoryUrl)),
        ]
        func add(_ name: String, _ value: JSONLiteral?) { if let value { members.append(.init(name, value)) } }
        add(Settings.branch.name, draft.branch.map { .string($0) })
        add(Settings.workerCount.name, .integer(draft.workerCount))
        if draft.workerCount > OrchestratorConfiguration.workerLimit { add(Settings.unlimitedWorkers.name, .boolean(true)) }
        add(Settings.authMode.name, draft.authMode.map { .string($0.rawValue) })
        add(Settings.model.name, draft.model.map { .string($0) })
        add(Settings.engineerManagerGroupSize.name, draft.engineerManagerGroupSize.map { .integer($0) })
        add(Settings.maxRunDurationMinutes.name, draft.maxRunDurationMinutes.map { .integer($0) })
        add(Settings.verifyCommand.name, draft.verifyCommand.map { .string($0) })
        let text = Array((JSONLiteral.object(members).rendered + "\n").utf8)
        // What is written has to be readable again: the parser has the last word.
        _ = try OrchestratorConfiguration.parse(text, file: folder.shown(OrchestratorConfiguration.fileName))
        return text
    }

    private func text(of keys: [(name: String, apiKey: Secret)]) throws(ConfigurationError) -> [UInt8] {
        let entries = keys.map { key in
            JSONLiteral.object([
                .init(APIKeysFile.Fields.name.name, .string(key.name)), .init(APIKeysFile.Fields.apiKey.name, .string(key.apiKey.reveal())),
            ])
        }
        let text = Array((JSONLiteral.array(entries).rendered + "\n").utf8)
        _ = try APIKeysFile.parse(text, file: folder.shown(APIKeysFile.fileName))
        return text
    }

    private func create(_ name: String, _ bytes: [UInt8]) throws(ConfigurationError) {
        try makeFolder(folder.path)
        let path = ConfigurationPath.join(folder.path, name)
        let temporary = ConfigurationPath.join(folder.path, ".\(name).\(getpid()).\(UInt32.random(in: 0 ... .max))")
        // O_EXCL: the name can't be a link that somebody laid there. The mode is 0600 from the first moment on.
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(name, "can't be written: \(SystemError.text(errno))") }
        defer { unlink(temporary) }
        let code = Self.writeAll(bytes, to: descriptor)
        // A failed close loses nothing here: fsync has reported what there was to report.
        close(descriptor)
        if code != 0 { throw failure(name, "can't be written: \(SystemError.text(code))") }
        // A link, unlike a rename, fails when the name is taken.
        guard link(temporary, path) == 0 else {
            if errno == EEXIST { throw failure(name, "is there already and is left as it is", suggestion: "edit it, or remove it first") }
            throw failure(name, "can't be written: \(SystemError.text(errno))")
        }
    }

    /// Zero, or the error number of the first call that failed.
    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                return errno
            }
            rest = rest.dropFirst(count)
        }
        return fsync(descriptor) == 0 ? 0 : errno
    }

    /// Makes the folder and those above it; new ones are for their owner alone.
    private func makeFolder(_ path: String) throws(ConfigurationError) {
        if FileKind(path: path) == .folder { return }
        if path != "/" { try makeFolder(ConfigurationPath.parent(path)) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST && FileKind(path: path) == .folder else {
            throw ConfigurationError([
                ConfigurationProblem(file: folder.givenPath, "the folder \(path) can't be made: \(SystemError.text(errno))")
            ])
        }
    }

    private func failure(_ name: String, _ message: String, suggestion: String? = nil) -> ConfigurationError {
        ConfigurationError([ConfigurationProblem(file: folder.shown(name), "the file \(message)", suggestion: suggestion)])
    }
}
