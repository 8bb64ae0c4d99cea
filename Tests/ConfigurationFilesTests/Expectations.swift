import Testing

@testable import ConfigurationFiles

/// The problems that `body` reports, as they are printed; an issue when it reports none.
func problems(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> [String] {
    do {
        try body()
        Issue.record("no problem was reported", sourceLocation: sourceLocation)
        return []
    } catch let error as ConfigurationError {
        return error.problems.map(\.description)
    } catch {
        Issue.record("an error of another type: \(error)", sourceLocation: sourceLocation)
        return []
    }
}

/// Parses an `orchestrator.json` that is shown as `c/orchestrator.json`.
func parse(_ text: String) throws -> OrchestratorConfiguration {
    try OrchestratorConfiguration.parse(Array(text.utf8), file: "c/orchestrator.json")
}

/// Parses the two required options and one more member.
func parse(with member: String) throws -> OrchestratorConfiguration {
    try parse(#"{"repositoryUrl": "https://example.org/a.git", "workerCount": 2, \#(member)}"#)
}
