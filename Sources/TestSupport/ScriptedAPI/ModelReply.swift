import JSON

/// What a script has the model, or the API in front of it, answer.
package struct ModelReply: Sendable {
    /// The answer itself.
    package var outcome: Outcome
    /// Header fields beside those that every answer has, such as the state of a subscription's limits.
    package var headers: [String: String]
    /// How slowly the answer arrives.
    package var pacing: Pacing

    /// The kinds of answer.
    package enum Outcome: Sendable {
        /// The model speaks and calls tools.
        case message([ContentBlock])
        /// Something goes wrong.
        case fault(ModelFault)
    }

    /// How slowly an answer arrives, on the server's clock.
    package struct Pacing: Sendable {
        /// The wait before the first byte.
        package var beforeFirstByte: Duration
        /// The wait before each event of a stream.
        package var beforeEachEvent: Duration

        /// As fast as possible.
        package static let immediate = Pacing()

        package init(beforeFirstByte: Duration = .zero, beforeEachEvent: Duration = .zero) {
            self.beforeFirstByte = beforeFirstByte
            self.beforeEachEvent = beforeEachEvent
        }
    }

    package init(_ outcome: Outcome, headers: [String: String] = [:], pacing: Pacing = .immediate) {
        self.outcome = outcome
        self.headers = headers
        self.pacing = pacing
    }

    /// The model answers with these blocks.
    package static func message(_ blocks: ContentBlock...) -> ModelReply {
        ModelReply(.message(blocks))
    }

    /// The model ends the turn with a report.
    package static func report(_ report: JSONValue) -> ModelReply {
        ModelReply(.message([.report(report)]))
    }

    /// The API fails.
    package static func fault(_ fault: ModelFault) -> ModelReply {
        ModelReply(.fault(fault))
    }

    /// The same answer with these header fields, too.
    package func with(headers: [String: String]) -> ModelReply {
        var copy = self
        copy.headers.merge(headers) { _, new in new }
        return copy
    }

    /// The same answer, arriving this slowly.
    package func with(pacing: Pacing) -> ModelReply {
        var copy = self
        copy.pacing = pacing
        return copy
    }
}

/// A part of the model's answer.
package enum ContentBlock: Sendable, Hashable {
    /// Plain text.
    case text(String)
    /// A tool call. The input is sent as it is: a script may send what is not JSON to see what the client makes of it.
    case toolUse(name: String, input: String)

    /// The tool by which the CLI takes a turn's report.
    package static let reportTool = "StructuredOutput"

    /// A tool call with a well-formed input.
    package static func call(_ name: String, _ input: [String: JSONValue]) -> ContentBlock {
        .toolUse(name: name, input: json(.object(input)))
    }

    /// The turn's report.
    package static func report(_ report: JSONValue) -> ContentBlock {
        .toolUse(name: reportTool, input: json(report))
    }

    /// The length of what the model writes, in characters.
    var characters: Int {
        switch self {
        case .text(let text): text.count
        case .toolUse(let name, let input): name.count + input.count
        }
    }

    private static func json(_ value: JSONValue) -> String {
        do {
            return try value.text()
        } catch {
            preconditionFailure("The script gave a value that JSON cannot express: \(error)")
        }
    }
}
