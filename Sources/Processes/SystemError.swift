import Glibc

/// A failed system call: its error number, and on request what was tried on which file.
package struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The error number (errno).
    package let code: Int32
    /// What was tried, with the path or process: "open /x/y". Empty when the text around it says so.
    package let operation: String

    package init(code: Int32, operation: String = "") {
        self.code = code
        self.operation = operation
    }

    /// The error of the system call made just before.
    static var current: SystemError { SystemError(code: errno) }

    /// The error of the system call made just before, with what was tried.
    static func current(_ operation: String) -> SystemError { SystemError(code: errno, operation: operation) }

    package var description: String {
        let text = String(cString: strerror(code))
        return operation.isEmpty ? text : "\(operation): \(text)"
    }
}
