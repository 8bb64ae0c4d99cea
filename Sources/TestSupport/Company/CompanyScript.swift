/// A model that plays a whole company: the Director, the managers and the workers of a ``CompanyPlan``.
///
/// It keeps no state. What to say follows from the request alone: the role from the report schema, the task or goal from the prompts, the
/// step from the tools' results. So the same request always gets the same answer, any number of conversations may go on at once, and a
/// process that was killed or a server that was restarted plays on where it stands.
package struct CompanyScript: ModelScript {
    let plan: CompanyPlan
    private let pacing: ModelReply.Pacing

    /// - Parameter latency: the wait before each answer.
    package init(_ plan: CompanyPlan, latency: Duration = .zero) {
        self.plan = plan
        pacing = .init(beforeFirstByte: latency)
    }

    package func reply(to request: ModelRequest) async -> ModelReply {
        answer(request).with(pacing: pacing)
    }

    private func answer(_ request: ModelRequest) -> ModelReply {
        do {
            let lines = PromptLines(request.lastUserText ?? "")
            let assignment = try Assignment(request)
            if let look = look(assignment, request) { return look }
            switch assignment {
            case .goals(let mend): return .report(goals(lines, mend: mend))
            case .decide: return .report(decision(lines))
            case .plan(let mend): return .report(try tasks(lines, request, mend: mend))
            case .assess: return .report(try assessment(lines, request))
            case .review: return .report(review(lines))
            case .worker(let brief): return try work(brief, request)
            }
        } catch {
            return .fault(.error(status: 400, type: "invalid_request_error", message: "\(error)"))
        }
    }
}
