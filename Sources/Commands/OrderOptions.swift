import ArgumentParser
import ControlAPI
import Engine
import Glibc
import Orchestration

/// What every command takes that wants something of a run that goes on.
struct OrderOptions: ParsableArguments {
    @Option(name: .customLong("as"), help: ArgumentHelp("Who gives the order. (default: your user name)", valueName: "name"))
    var giver: String?

    @Option(help: ArgumentHelp("Only if this run is the one that goes on.", valueName: "id"))
    var run: String?

    @Option(
        help: ArgumentHelp(
            "A name for this very order: given again with the same one it is not carried out twice. (default: a new one each time)",
            valueName: "id"))
    var requestId: String?

    @Flag(help: "Print the answer as JSON.")
    var json = false
}

/// Gives an order to the engine that has the run in hand.
struct OrderDelivery: Sendable {
    var place: Place
    var surroundings: Surroundings
    var options: OrderOptions

    init(_ places: PlaceOptions, _ options: OrderOptions) {
        surroundings = Surroundings.current
        place = places.place(surroundings)
        self.options = options
    }

    /// Prints what is done about it.
    ///
    /// - Throws: `Failure` when it is refused, when no engine has the run in hand, and when nobody knows whether it was taken.
    func give(_ kind: OrderRequest.Kind, _ fill: (inout OrderRequest) -> Void) async throws {
        var request = OrderRequest(id: options.requestId ?? Self.newName(), kind: kind)
        request.by = options.giver
        request.run = options.run
        fill(&request)
        let receipt: OrderReceipt
        do {
            receipt = try await ControlClient(socketPath: place.workspace.socketPath).order(request, patience: .seconds(30))
        } catch ControlClientError.notRunning {
            throw try await idle()
        } catch ControlClientError.refused(let problem) where problem.status < 500 {
            throw Failure(problem.remedy.isEmpty ? problem.message : problem.description, .usage)
        } catch let error as ControlClientError {
            switch error {
            case .broken, .deadline:
                throw Failure(
                    "\(error) Whether the order was taken is not known: give it again with --request-id \(request.id), and it is carried "
                        + "out once.", .unexpected)
            case .unreachable, .notRunning, .refused: throw error
            }
        }
        surroundings.console.write(options.json ? try JSONText.of(receipt) : receipt.sentence)
    }

    /// Orders are for an engine: nothing is written into a journal that nobody works with.
    private func idle() async throws -> Failure {
        guard place.isConfigured || place.workspace.exists else { return Start.unconfigured(place) }
        guard place.workspace.exists, try place.workspace.currentRun() != nil else {
            return Failure("there is no run in \(place.workspace.path). Start one: cco start\(place.options)", .usage)
        }
        let finding = try await RunFinder(place: place).find()
        if case .standing(let run) = finding, run.settings.branches != nil {
            let advice = run.isEnded ? "has ended" : "stands still. Go on with the same cco merge"
            return Failure("the merge into \(run.settings.targetBranch) has no agents and takes no orders; it \(advice).", .usage)
        }
        if case .standing(let run) = finding, run.isEnded {
            return Failure(
                "run \(run.id) has ended, so there is nobody to take the order. Start another: cco start --new\(place.options)", .usage)
        }
        return Failure(
            "no engine has the run in \(place.workspace.path) in hand, so there is nobody to take the order. Go on with the run first: "
                + "cco resume\(place.options)", .usage)
    }

    /// Random: nobody else chooses the same.
    static func newName() -> String {
        let numbers = [UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max)]
        return numbers.map { String($0, radix: 36) }.joined()
    }
}

extension OrderReceipt {
    /// What is done about the order, for a person or a model.
    var sentence: String {
        let text = subject.flatMap { words.contains($0) ? nil : "\($0) \(words)" } ?? words
        return text.prefix(1).uppercased() + text.dropFirst() + "."
    }
}
