import ArgumentParser
import ControlAPI

/// `cco set`
struct SetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Change the budget, the workers at once or the duration of a run that goes on.",
        discussion: """
            A change holds for this run, also after a pause, until the value in orchestrator.json itself becomes another one.

            EXAMPLES:
              cco set budget 25 --config ./my-config      (US dollars; none lifts the limit)
              cco set workers 2                           (at once; running turns go on to their end)
              cco set duration 240                        (minutes that the run may work in all)
            """)

    @OptionGroup var places: PlaceOptions
    @OptionGroup var order: OrderOptions

    @Argument(help: "budget, workers or duration.")
    var setting: OrderRequest.Setting

    @Argument(help: "The new value.")
    var value: String

    func validate() throws { _ = try number() }

    private func number() throws -> Double? {
        if setting == .budget, value == "none" { return nil }
        guard let number = Double(value), number.isFinite, number > 0 else {
            throw ValidationError(
                setting == .budget
                    ? "the budget is a number of US dollars above 0, or none, not \(value)"
                    : "\(setting.rawValue) takes a whole number, not \(value)")
        }
        guard setting == .budget || number == number.rounded() else {
            throw ValidationError("\(setting.rawValue) takes a whole number, not \(value)")
        }
        return number
    }

    func run() async throws {
        let number = try number()
        try await OrderDelivery(places, order).give(.set) {
            $0.setting = setting
            $0.value = number
        }
    }
}

extension OrderRequest.Setting: ExpressibleByArgument {}
