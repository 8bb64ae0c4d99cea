import Orchestration

/// What is checked and enforced mechanically whenever an agent's work is integrated, whatever the agent was told.
package struct IntegrationRules: Sendable {
    /// Names of files that never reach a commit, wherever they lie, such as `.env`.
    package var forbiddenNames: Set<String>
    /// Files that belong to cco or to the user; an agent's changes to them are undone.
    package var ownedFiles: [String]
    /// Secrets that must not appear in what an agent adds.
    package var secrets: [[UInt8]]

    package init(forbiddenNames: Set<String>, secrets: [[UInt8]]) {
        self.forbiddenNames = forbiddenNames
        self.secrets = secrets
        ownedFiles = [TeamStructure.fileName, IntegrationRules.directionFile]
    }

    /// The file with the user's goals.
    package static let directionFile = "PROJECT_DIRECTION.md"

    func forbids(_ path: String) -> Bool {
        forbiddenNames.contains(path.split(separator: "/").last.map(String.init) ?? path)
    }
}
