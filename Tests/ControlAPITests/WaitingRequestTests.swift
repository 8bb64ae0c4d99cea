import Orchestration
import TestSupport
import Testing

@testable import ControlAPI

@Suite("Requests that wait at the control interface", .timeLimit(.minutes(2)))
struct WaitingRequestTests {
    /// Asks for what comes after the last event, as every open view does.
    private static func wait(_ client: ControlClient) async throws -> Int64 {
        try await client.journal(after: 3, limit: 0, waits: true).last
    }

    private static var order: OrderRequest {
        var order = OrderRequest(id: "r-1", kind: .tell)
        order.agent = "worker-1"
        order.text = "Look here."
        return order
    }

    @Test("however many views wait, an order finds a connection: one view too many is told at once that there is nothing new")
    func manyViews() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.socketPath
            let control = ScriptedControl()
            try await ControlServer.serving(at: path, control) {
                let client = ControlClient(socketPath: path)
                let (all, places) = (ControlServer.connectionLimit, ControlServer.waitingLimit)
                try await withThrowingTaskGroup(of: Int64.self) { views in
                    for _ in 0..<all { views.addTask { try await Self.wait(client) } }
                    // Those for which there is no place; the others wait until there is something new.
                    for _ in places..<all {
                        let answer = try await views.next()
                        #expect(answer == 3)
                    }
                    let receipt = try await client.order(Self.order)
                    #expect(receipt.id == "r-1")
                    await control.grows.open()
                    for _ in 0..<places {
                        let answer = try await views.next()
                        #expect(answer == 3)
                    }
                }
                #expect(control.waiters == places)
                // Their places are free again.
                let again = try await Self.wait(client)
                #expect(again == 3)
                #expect(control.waiters == places + 1)
            }
        }
    }
}
