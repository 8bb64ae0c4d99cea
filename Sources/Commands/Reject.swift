import ArgumentParser
import ControlAPI

/// `cco reject`
struct Reject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send a plan or a promotion back to who made it.",
        discussion: """
            EXAMPLES:
              cco reject approval-3 "Leave the old API in place." --config ./my-config
            """)

    @OptionGroup var places: PlaceOptions
    @OptionGroup var order: OrderOptions

    @Argument(help: "What is rejected, such as approval-3.")
    var approval: String

    @Argument(help: "What has to be different; its author gets this as an order.")
    var reason: String

    func run() async throws {
        try await OrderDelivery(places, order).give(.reject) {
            $0.question = approval
            $0.text = reason
        }
    }
}
