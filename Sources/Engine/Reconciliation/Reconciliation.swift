import Observability

/// One thing that an engine brings into line with what the journal says, when it takes a run up. Each is a piece of its own, can be repeated at
/// any time, and does no harm when there is nothing to do.
protocol ReconciliationDuty: Sendable {
    /// What is looked at, for the log.
    var subject: String { get }

    /// - Returns: what was found and done about it, a line each; empty when all was as it should be.
    func reconcile() async throws -> [String]
}

/// Carries duties out one after the other, and tells the log what they found and did.
struct Reconciliation: Sendable {
    let duties: [any ReconciliationDuty]

    /// A duty that fails stops nothing: what depends on it is tried, and fails with its own words.
    func carryOut(log: RunLog) async {
        for duty in duties {
            do {
                for finding in try await duty.reconcile() {
                    log.log(source: "cco", level: .warning, message: "\(duty.subject): \(finding)", fields: ["reconciled": duty.subject])
                }
            } catch {
                log.log(source: "cco", level: .error, message: "\(duty.subject) could not be looked after: \(error)")
            }
        }
    }
}
