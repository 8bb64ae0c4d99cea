import Hummingbird
import NIOCore
import Telemetry

extension DashboardResponder {
    func metrics() async -> Response {
        do {
            let moment = await feed.moment()
            let cost = try await feed.cost()
            let page = RunMetrics(status: moment.status, cost: cost, gates: try await gates.tallied(), isLive: moment.isLive)
            return Response(
                status: .ok, headers: Self.headers.with(.contentType, RunMetrics.contentType),
                body: ResponseBody(byteBuffer: ByteBuffer(string: page.text)))
        } catch {
            return problem(error)
        }
    }
}
