import Hummingbird
import NIOCore
import Telemetry

extension DashboardResponder {
    func metrics() async -> Response {
        do {
            let moment = await feed.moment()
            let cost = try await feed.cost()
            let page = RunMetrics(status: moment.status, cost: cost, gates: try await gates.tallied(), isLive: moment.isLive)
            return answer(Array(page.text.utf8), RunMetrics.contentType)
        } catch {
            return problem(error)
        }
    }
}
