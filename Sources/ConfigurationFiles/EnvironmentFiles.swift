/// A file that is copied into every worktree. Its content is confidential and is never printed.
package struct EnvironmentFile: Sendable, Equatable, CustomStringConvertible {
    /// The largest file that is copied, in bytes.
    package static let sizeLimit = 1_048_576

    /// Why the file is copied; earlier cases win over later ones.
    package enum Source: String, Sendable, Comparable, CaseIterable {
        case configurationFolder = "configuration folder"
        case envFiles = "envFiles"
        case repositoryFolder = "repository folder"

        package static func < (left: Source, right: Source) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    /// The name in the worktree, without a folder.
    package let name: String
    package let bytes: [UInt8]
    package let source: Source
    /// Where it was read from.
    package let path: String

    package var description: String { "\(name) from \(path) (\(source.rawValue), \(bytes.count) bytes)" }

    /// Reads a file whose real place has to be inside `folder`, so that a link can't smuggle another file into every worktree.
    static func read(_ path: String, confinedTo folder: String) throws(RegularFile.Failure) -> [UInt8] {
        guard let real = ConfigurationPath.real(path) else { return try RegularFile(reading: path, limit: sizeLimit).bytes }
        guard let realFolder = ConfigurationPath.real(folder), ConfigurationPath.isInside(real, folder: realFolder) else {
            throw .refused("the symbolic link leads out of its folder, to \(real)", suggestion: "name the file itself in \"envFiles\"")
        }
        // The path was resolved, so a link that appears at its end now is somebody's doing.
        return try RegularFile(reading: real, limit: sizeLimit, followsLinks: false).bytes
    }
}

extension EnvironmentFile: CustomReflectable {
    /// Shows no bytes.
    package var customMirror: Mirror { Mirror(self, children: ["name": name, "size": bytes.count, "path": path]) }
}

/// The environment files of a run: `.env` and its kin, which a fresh clone lacks because git ignores them.
package struct EnvironmentFiles: Sendable, Equatable {
    /// The names that are looked for without being asked for.
    package static let wellKnownNames = [".env", ".env.local"]

    /// One file for each name, sorted by name.
    package let files: [EnvironmentFile]

    /// The content of each file by its name in the worktree.
    package var contents: [String: [UInt8]] {
        Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.bytes) })
    }

    /// Collects the files; the configuration folder wins over `envFiles`, and these over the repository's own folder.
    ///
    /// - Parameters:
    ///   - folder: the absolute path of the configuration folder.
    ///   - paths: the resolved paths of `envFiles`.
    ///   - repository: the repository's folder when it is on this machine.
    ///   - trackedNames: names that the base commit itself holds; these come with every worktree and are not taken from `repository`.
    /// - Throws: `ConfigurationError` with every file that can't be read, is too large or is a link out of its folder.
    package static func collect(
        folder: String, paths: [String], repository: String? = nil, trackedNames: Set<String> = []
    ) throws(ConfigurationError) -> EnvironmentFiles {
        var found: [String: EnvironmentFile] = [:]
        var problems: [ConfigurationProblem] = []
        func take(_ path: String, from source: EnvironmentFile.Source, isOptional: Bool) {
            let name = ConfigurationPath.lastComponent(path)
            guard found[name] == nil else { return }
            do throws(RegularFile.Failure) {
                let bytes = try EnvironmentFile.read(path, confinedTo: ConfigurationPath.parent(path))
                found[name] = EnvironmentFile(name: name, bytes: bytes, source: source, path: path)
            } catch {
                if !(isOptional && error == .missing) { problems.append(error.problem(file: path)) }
            }
        }
        for name in wellKnownNames { take(ConfigurationPath.join(folder, name), from: .configurationFolder, isOptional: true) }
        for path in paths { take(path, from: .envFiles, isOptional: false) }
        if let repository {
            for name in wellKnownNames where !trackedNames.contains(name) {
                take(ConfigurationPath.join(repository, name), from: .repositoryFolder, isOptional: true)
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return EnvironmentFiles(files: found.values.sorted { $0.name < $1.name })
    }
}
