/// The answer to `GET /v1/health`: which process serves which run.
package struct ControlHealth: Codable, Sendable, Equatable {
    package var pid: Int32
    package var run: String
    /// The version of cco that serves the run.
    package var version: String

    package init(pid: Int32, run: String, version: String) {
        self.pid = pid
        self.run = run
        self.version = version
    }
}

/// The body of `POST /v1/suspend`.
struct SuspendRequest: Codable, Sendable, Equatable {
    /// Why, for whoever looks at the run later.
    var reason: String
    /// Who asks.
    var by: String
}

/// The paths of the control interface.
enum ControlPath {
    static let status = "/v1/status"
    static let cost = "/v1/cost"
    static let suspend = "/v1/suspend"
    static let orders = "/v1/orders"
    static let journal = "/v1/journal"
    static let health = "/v1/health"
}
