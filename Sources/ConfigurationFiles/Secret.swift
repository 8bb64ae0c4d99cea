/// A credential in memory. It can't be printed, encoded or dumped by accident: only `reveal` gives it out.
package struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What is shown in place of a secret.
    package static let redaction = "<redacted>"

    private let value: String

    package init(_ value: String) { self.value = value }

    /// The secret itself, for the environment of the one process that needs it and for the redactor.
    package func reveal() -> String { value }

    package var description: String { Self.redaction }
    package var debugDescription: String { Self.redaction }
    package var customMirror: Mirror { Mirror(self, children: [:], displayStyle: .struct) }
}
