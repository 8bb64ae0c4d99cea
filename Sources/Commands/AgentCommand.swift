import ArgumentParser
import ControlAPI
import Engine
import Observability
import Orchestration

/// `cco agent`
struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Show agents and have one begin anew.",
        discussion: """
            EXAMPLES:
              cco agent list --config ./my-config
              cco agent show worker-3
              cco agent log worker-3 --follow
              cco agent restart worker-3
            """,
        subcommands: [List.self, Show.self, Log.self, Restart.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the agents and what they do.")

        @OptionGroup var places: PlaceOptions
        @Flag(help: "Print the agents as JSON.")
        var json = false

        func run() async throws {
            let surroundings = Surroundings.current
            let agents = try await RunFinder(place: places.place(surroundings)).shownStatus(surroundings).status.agents
            if json { return surroundings.console.write(try JSONText.of(agents)) }
            surroundings.console.write(agents.map(Self.line).joined(separator: "\n"))
        }

        static func line(_ agent: RunStatus.AgentStatus) -> String {
            let parts = [
                agent.brief, HumanText.doing(agent), agent.waits.map { HumanText.times(in: $0) },
                agent.stopping.map { "being stopped: \($0)" },
            ].compactMap(\.self)
            return "\(agent.id.padding(to: 11)) \(agent.state.padding(to: 8)) "
                + OneLineText.of(parts.joined(separator: "; "), limit: 400)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one agent, with the messages to it.")

        @OptionGroup var places: PlaceOptions
        @Argument(help: "The agent, such as worker-3.")
        var agent: String
        @Flag(help: "Print the agent as JSON.")
        var json = false

        func run() async throws {
            let surroundings = Surroundings.current
            let status = try await RunFinder(place: places.place(surroundings)).shownStatus(surroundings).status
            let known = try Named.one(agent, "agent", among: status.agents, by: \.id)
            if json { return surroundings.console.write(try JSONText.of(known)) }
            var lines = [List.line(known)]
            if let turn = known.turn { lines.append("  turn       \(turn), since \(known.since.map { HumanText.time($0) } ?? "")") }
            if let model = known.model { lines.append("  model      \(model)\(known.whyModel.map { " \($0)" } ?? "")") }
            if let taken = HumanText.taken(known) { lines.append("  taken      \(taken)") }
            let tokens = known.allTokens.map { ", \(HumanText.tokens(Int64($0))) tokens" } ?? ""
            lines.append("  turns      \(known.turns), \(HumanText.money(dollars: known.allUsd))\(tokens)")
            for task in status.tasks where task.worker == known.id {
                lines.append("  \(task.id.padding(to: 10)) \(task.state): \(OneLineText.of(task.title, limit: 100))")
            }
            for message in status.messages ?? [] where message.agent == known.id {
                lines.append(MessageText.line(message) { OneLineText.of($0, limit: 200) })
            }
            surroundings.console.write(lines.joined(separator: "\n"))
        }
    }

    struct Log: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print an agent's lines of the log, as cco logs --agent does.")

        @OptionGroup var places: PlaceOptions
        @Argument(help: "The agent, such as worker-3.")
        var agent: String
        @Option(help: ArgumentHelp("The run. (default: the newest)", valueName: "id"))
        var run: String?
        @Flag(name: .shortAndLong, help: "Go on printing as the log grows.")
        var follow = false
        @Option(name: [.customShort("n"), .long], help: "Print only the last lines.")
        var lines: Int?

        func validate() throws {
            if let lines, lines < 0 { throw ValidationError("--lines takes a number that is not negative, not \(lines).") }
        }

        func run() async throws {
            let surroundings = Surroundings.current
            let place = places.place(surroundings)
            // Of an earlier run only the log is known.
            if run == nil, place.workspace.exists {
                _ = try Named.one(
                    agent, "agent", among: try await RunFinder(place: place).shownStatus(surroundings).status.agents, by: \.id)
            }
            try await Logs.printed(run, agent: agent, isKnown: run == nil, lines: lines, follow: follow, at: place, surroundings)
        }
    }

    struct Restart: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stop what an agent does, and have it begun anew in a fresh session.",
            discussion: "A worker's task goes on from what is committed, with another worker where one is free.")

        @OptionGroup var places: PlaceOptions
        @OptionGroup var order: OrderOptions
        @Argument(help: "The agent, such as worker-3.")
        var agent: String

        func run() async throws { try await OrderDelivery(places, order).give(.restart) { $0.agent = agent } }
    }
}
