import ArgumentParser
import ControlAPI

/// `cco approve`
struct Approve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Approve what waits for you: the plan, or a promotion.",
        discussion: """
            `cco questions` shows what waits. Only runs with "approve" in their configuration ask for it.

            EXAMPLES:
              cco approve approval-3 --config ./my-config
            """)

    @OptionGroup var places: PlaceOptions
    @OptionGroup var order: OrderOptions

    @Argument(help: "What is approved, such as approval-3.")
    var approval: String

    func run() async throws {
        try await OrderDelivery(places, order).give(.approve) { $0.question = approval }
    }
}
