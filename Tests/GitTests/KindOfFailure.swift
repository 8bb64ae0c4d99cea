@testable import Git

extension GitError.Kind: Error {}

/// Throws the kind of the error that `body` throws, for a comparison that does not care about its words.
func kindOfFailure(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let error as GitError {
        throw error.kind
    }
}
