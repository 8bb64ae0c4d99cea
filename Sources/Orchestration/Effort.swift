/// How hard the model thinks. The agent's program ignores a level that it does not know and only warns, so the level is checked here.
package enum Effort: String, Codable, Sendable, CaseIterable {
    case low, medium, high, xhigh, max
}
