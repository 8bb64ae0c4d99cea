/// A server for as long as some work needs it.
package enum Serving {
    /// Runs a server while `body` runs, and returns when both have ended.
    ///
    /// - Parameters:
    ///   - server: serves until it is cancelled, and calls what it is given when it can be reached.
    ///   - body: begins when the server can be reached, or could not start.
    /// - Throws: what either throws.
    package static func run(
        _ server: @Sendable @escaping (_ isReady: @Sendable @escaping () async -> Void) async throws -> Void,
        while body: @Sendable @escaping () async throws -> Void
    ) async throws {
        let ready = Latch()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await server { await ready.open() }
                } catch {
                    await ready.open()
                    throw error
                }
            }
            group.addTask {
                await ready.wait()
                try await body()
            }
            // Whichever ends first: the body after its work, or a server that could not start.
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
