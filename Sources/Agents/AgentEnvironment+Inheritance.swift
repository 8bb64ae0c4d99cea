extension AgentEnvironment {
    /// The part of cco's own environment that a build needs and that carries no credential; also for processes that are not agents.
    package static func inherited(from parent: [String: String]) -> [String: String] {
        parent.filter { name, value in isInherited(name, value) }
    }
}
