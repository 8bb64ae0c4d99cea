/// A configuration whose paths are resolved and were there when it was verified.
package struct EffectiveConfiguration: Sendable, Equatable {
    package let configuration: OrchestratorConfiguration
    package let repository: RepositoryLocation
    /// An absolute path; the folder need not exist yet.
    package let logDirectory: String
    /// Absolute paths, in the order of `envFiles`.
    package let environmentFiles: [String]
    /// An absolute path, or a name to find in `PATH`.
    package let claudeExecutable: String
    /// The settings of every role, with the common model filled in.
    package let roles: [OrchestratorConfiguration.Role: OrchestratorConfiguration.RoleSettings]
}
