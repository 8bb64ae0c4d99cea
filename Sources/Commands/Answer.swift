import ArgumentParser
import ControlAPI

/// `cco answer`
struct Answer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer what an agent asks.",
        discussion: """
            `cco questions` shows what is asked. An option's number stands for the option.

            EXAMPLES:
              cco answer question-2 "Use the company's account." --config ./my-config
              cco answer question-3 1
            """)

    @OptionGroup var places: PlaceOptions
    @OptionGroup var order: OrderOptions

    @Argument(help: "The question, such as question-2.")
    var question: String

    @Argument(help: "The answer: an option's number, or words.")
    var text: String

    func run() async throws {
        try await OrderDelivery(places, order).give(.answer) {
            $0.question = question
            $0.text = text
        }
    }
}
