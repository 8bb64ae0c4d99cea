/// A refusal that the control interface answers with: what is wrong and what to do. A `RunControl` may throw one too.
package struct ControlProblem: Error, Codable, Sendable, Equatable, CustomStringConvertible {
    /// A stable word for programs, such as `unknown-route`.
    package var code: String
    /// What is wrong.
    package var message: String
    /// What to do about it.
    package var remedy: String
    /// The HTTP status that carries it.
    package var status: Int

    package init(code: String, message: String, remedy: String, status: Int) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.status = status
    }

    static func malformedBody(form: String) -> ControlProblem {
        ControlProblem(
            code: "malformed-body", message: "The request's body is not what this path takes.",
            remedy: "Send JSON of the form \(form).", status: 400)
    }

    package var description: String { "\(message) \(remedy)" }

    /// On the wire: `{"error": {"code": …, "message": …, "remedy": …}}`.
    struct Body: Codable {
        struct Fields: Codable {
            var code: String
            var message: String
            var remedy: String
        }

        var error: Fields

        init(_ problem: ControlProblem) {
            error = Fields(code: problem.code, message: problem.message, remedy: problem.remedy)
        }
    }
}
