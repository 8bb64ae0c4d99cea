import ArgumentParser
import Observability
import Orchestration

/// `cco messages`
struct Messages: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what people said to agents, and whether it was read.",
        discussion: """
            A message is queued, delivered (the model has it), acknowledged (the agent's report names it) or undelivered, with the reason.

            EXAMPLES:
              cco messages --config ./my-config
              cco messages --json
            """)

    @OptionGroup var places: PlaceOptions

    @Flag(help: "Print the messages as JSON.")
    var json = false

    func run() async throws {
        let surroundings = Surroundings.current
        let messages = try await RunFinder(place: places.place(surroundings)).shownStatus(surroundings).status.messages ?? []
        let console = surroundings.console
        if json { return console.write(try JSONText.of(messages)) }
        guard !messages.isEmpty else { return console.write("Nobody has said anything to an agent.") }
        console.write(
            messages.map { MessageText.line($0) { OneLineText.of($0, limit: 200) } }.joined(separator: "\n"))
    }
}

/// A message for a person.
enum MessageText {
    static func line(_ message: RunStatus.MessageStatus, safe: (String) -> String) -> String {
        let state = message.state.padding(to: 12)
        let why = message.why.map { " (\(safe($0)))" } ?? ""
        return "  \(message.id.padding(to: 11)) \(state) \(safe(message.sender)) to \(message.agent): \(safe(message.text))\(why)"
    }
}
