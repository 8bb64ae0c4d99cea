import ArgumentParser
import ControlAPI

/// `cco tell`
struct Tell: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say something to an agent.",
        discussion: """
            An agent that works reads it when its present tool has ended; with --interrupt that is broken off. Otherwise the agent gets it with its
            next turn. `cco messages` shows what has become of it.

            EXAMPLES:
              cco tell director "Leave the old API alone." --config ./my-config
              cco tell worker-5 "Use the existing parser." --interrupt
            """)

    @OptionGroup var places: PlaceOptions
    @OptionGroup var order: OrderOptions

    @Argument(help: "The agent: director, em-2, worker-5 …")
    var agent: String

    @Argument(help: "What to say.")
    var text: String

    @Flag(help: "Break off what the agent does now; its work stays.")
    var interrupt = false

    func run() async throws {
        try await OrderDelivery(places, order).give(.tell) {
            $0.agent = agent
            $0.text = text
            $0.interrupts = interrupt
        }
    }
}
