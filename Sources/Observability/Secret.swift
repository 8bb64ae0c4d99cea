/// A value that must never be seen, with the name that is shown in its place.
///
/// Printing or dumping it shows the name only.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What people call it: `key-1`, `DATABASE_URL`.
    package let name: String
    let value: [UInt8]

    /// The value itself, for the few places that have to look for it.
    package var bytes: [UInt8] { value }

    package init(name: String, value: String) {
        self.init(name: name, value: Array(value.utf8))
    }

    package init(name: String, value: [UInt8]) {
        self.name = name
        self.value = value
    }

    /// The name.
    package var description: String { "secret \(name)" }
    /// The name.
    package var debugDescription: String { description }
    /// The name.
    package var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}
