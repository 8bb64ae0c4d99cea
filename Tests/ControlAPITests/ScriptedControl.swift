import ControlAPI
import Orchestration
import Synchronization
import TestSupport

/// A run control whose suspension ends when the test says so.
final class ScriptedControl: RunControl {
    private let orders = Mutex<[String]>([])
    private let failure: (any Error)?
    private let repository: String?
    let asked = Latch()
    let stands = Latch()
    /// Opened when nobody has to wait for the journal's growth any more.
    let grows = Latch()
    private let waits = Mutex(0)

    /// - Parameter repository: what the status says it is, if it is another one than usual.
    init(failure: (any Error)? = nil, repository: String? = nil) {
        self.failure = failure
        self.repository = repository
    }

    /// What has been asked for, in order.
    var seen: [String] { orders.withLock { $0 } }

    /// How many have waited for the journal's growth.
    var waiters: Int { waits.withLock { $0 } }

    func status() async throws -> RunStatus {
        if let failure { throw failure }
        var status = RunFixture().status
        if let repository { status.repository = repository }
        return status
    }

    func cost() async throws -> CostReport { CostReport(run: RunFixture().run, at: RunFixture().now) }

    func order(_ order: Order) async throws -> OrderReceipt {
        orders.withLock { $0.append("\(order.wish) by \(order.by)") }
        if let failure { throw failure }
        return OrderReceipt(id: order.id, by: order.by, subject: "message-1", words: "goes into turn-1")
    }

    /// Events 1 to 3, however often they are asked for; whoever waits for a fourth gets no more.
    func journal(after sequence: Int64, limit: Int, waits isPatient: Bool) async throws -> JournalPage {
        if isPatient, sequence >= 3 {
            waits.withLock { $0 += 1 }
            await grows.wait()
        }
        let all = (1...3).map { JournalPage.Entry(sequence: $0, time: 1_000 + $0, kind: "assessed", event: "{\"number\":\($0)}") }
        return JournalPage(run: "run-1", last: 3, entries: Array(all.filter { $0.sequence > sequence }.prefix(limit)))
    }

    func suspend(reason: String, by: String) async throws -> RunStatus {
        orders.withLock { $0.append("\(reason) by \(by)") }
        await asked.open()
        await stands.wait()
        orders.withLock { $0.append("stands") }
        var fixture = RunFixture()
        fixture.apply(.suspended("\(reason) by \(by)"))
        return fixture.status
    }
}

extension ControlServer {
    /// Serves while `body` runs, then stops and waits until the server has ended.
    static func serving(at path: String, _ control: any RunControl, _ body: @Sendable @escaping () async throws -> Void) async throws {
        try await ControlServer(socketPath: path, run: ID("run-1"), version: "1.2.3", control: control).serving(body)
    }

    /// The same for a server that a test has made.
    func serving(_ body: @Sendable @escaping () async throws -> Void) async throws {
        try await Serving.run({ try await run(onReady: $0) }, while: body)
    }
}
