@testable import Orchestration

extension TaskDraft {
    /// A draft that passes the checks; without `paths` it claims a folder of its own.
    static func draft(_ key: String, after dependencies: [String] = [], paths: [String]? = nil, acceptance: String = "its test passes")
        -> TaskDraft
    {
        TaskDraft(
            key: key, title: "Do \(key)", description: "Write \(key).", acceptance: acceptance, paths: paths ?? ["src/\(key)/"],
            dependsOn: dependencies.isEmpty ? nil : dependencies)
    }
}
