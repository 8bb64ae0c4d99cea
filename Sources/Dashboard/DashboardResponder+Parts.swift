import ControlAPI
import Hummingbird
import NIOCore
import Orchestration

/// Single parts of a run, and orders.
extension DashboardResponder {
    /// The interface in OpenAPI's words.
    var description: Response {
        Response(
            status: .ok, headers: Self.headers.with(.contentType, "application/json"),
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_json)))
    }

    func cost() async -> Response {
        do {
            return json(try await feed.cost())
        } catch {
            return problem(error)
        }
    }

    func task(_ id: String) async -> Response {
        let status = await feed.moment().status
        guard let task = status.tasks.first(where: { $0.id == id }) else { return nothing("task", id) }
        return json(task)
    }

    func agent(_ id: String) async -> Response {
        /// An agent with its unsettled tasks and what people said to it.
        struct Answer: Encodable {
            var agent: RunStatus.AgentStatus
            var tasks: [RunStatus.TaskStatus]
            var messages: [RunStatus.MessageStatus]
        }
        let status = await feed.moment().status
        guard let agent = status.agents.first(where: { $0.id == id }) else { return nothing("agent", id) }
        return json(
            Answer(
                agent: agent, tasks: status.tasks.filter { $0.worker == id },
                messages: (status.messages ?? []).filter { $0.agent == id }))
    }

    func order(_ request: Request) async -> Response {
        let body: [UInt8]
        do {
            body = Array(try await request.body.collect(upTo: OrderRequest.largest).readableBytesView)
        } catch {
            return problem(413, "too-large", "An order may have \(OrderRequest.largest) bytes.")
        }
        do {
            return json(try await feed.order(body))
        } catch {
            return problem(error)
        }
    }

    private func nothing(_ what: String, _ id: String) -> Response { problem(404, "unknown", "There is no \(what) \"\(id)\".") }

    func problem(_ problem: ControlProblem) -> Response {
        self.problem(problem.status, problem.code, problem.message, remedy: problem.remedy)
    }
}
