import FoundationEssentials
import Observability
import Orchestration

/// What can be shown only without its secrets. They are taken out of the values, not of a text made of them, whatever that text escapes.
protocol Redactable: Codable {}

extension Redactable {
    /// The same without secrets; as it is without a redactor.
    func redacted(by redactor: Redactor?) throws -> Self {
        guard let redactor else { return self }
        return try JSONDecoder().decode(Self.self, from: Data(redactor.redacted(Array(try JSONEncoder().encode(self)))))
    }
}

extension RunStatus: Redactable {}
extension RunReport: Redactable {}
extension CostReport: Redactable {}
