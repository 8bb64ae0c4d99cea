import ArgumentParser
import ControlAPI
import Observability
import Orchestration

/// `cco task`
struct TaskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "task",
        abstract: "Show and steer a run's tasks.",
        discussion: """
            EXAMPLES:
              cco task list --config ./my-config
              cco task show task-7
              cco task add "Parse dates" --description "…" --acceptance "The tests of dates pass" --path src/dates/ --after task-3
              cco task cancel task-7 --reason "no longer wanted"
              cco task retry task-4
              cco task prioritise task-9
            """,
        subcommands: [List.self, Show.self, Add.self, Cancel.self, Retry.self, Prioritise.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the tasks, and why they wait.")

        @OptionGroup var places: PlaceOptions
        @Flag(help: "Print the tasks as JSON.")
        var json = false

        func run() async throws {
            let surroundings = Surroundings.current
            let tasks = try await RunFinder(place: places.place(surroundings)).shownStatus(surroundings).status.tasks
            if json { return surroundings.console.write(try JSONText.of(tasks)) }
            surroundings.console.write(tasks.isEmpty ? "There is no task yet." : Self.lines(tasks).joined(separator: "\n"))
        }

        private static func lines(_ tasks: [RunStatus.TaskStatus]) -> [String] {
            let width = tasks.lazy.map(\.state.count).max() ?? 0
            return tasks.map { task in
                let why = task.why.map { "  (\(HumanText.times(in: OneLineText.of($0, limit: 160))))" } ?? ""
                return "\(task.id.padding(to: 8)) \(task.state.padding(to: width)) \((task.worker ?? "").padding(to: 10)) "
                    + OneLineText.of(task.title, limit: 70) + why
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one task.")

        @OptionGroup var places: PlaceOptions
        @Argument(help: "The task, such as task-7.")
        var task: String
        @Flag(help: "Print the task as JSON.")
        var json = false

        func run() async throws {
            let surroundings = Surroundings.current
            let tasks = try await RunFinder(place: places.place(surroundings)).shownStatus(surroundings).status.tasks
            let known = try Named.one(task, "task", among: tasks, by: \.id)
            surroundings.console.write(json ? try JSONText.of(known) : Self.lines(known).joined(separator: "\n"))
        }

        private static func lines(_ task: RunStatus.TaskStatus) -> [String] {
            var lines = ["\(task.id)  \(OneLineText.of(task.title, limit: 200))", "  state      \(task.state)"]
            if let why = task.why { lines.append("  why        \(HumanText.times(in: OneLineText.of(why, limit: 500)))") }
            if let worker = task.worker { lines.append("  worker     \(worker)") }
            lines.append("  team       \(task.team)")
            if !task.dependsOn.isEmpty { lines.append("  after      \(task.dependsOn.joined(separator: ", "))") }
            if let commit = task.commit { lines.append("  commit     \(commit)") }
            if let person = task.addedBy { lines.append("  added by   \(OneLineText.of(person, limit: 100))") }
            if task.priority != nil { lines.append("  order      before the other tasks of its team") }
            lines.append(
                "  begun      \(HumanText.count(task.attempts, "time")); \(task.reworks) reworks, \(task.conflicts) conflicts, "
                    + "\(task.redGates) red gates")
            lines.append("  cost       \(HumanText.money(dollars: task.costUsd)), \(HumanText.tokens(Int64(task.tokens.total))) tokens")
            return lines
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a task to the plan of a run that goes on.",
            discussion: "A task that claims the same files as another waits for it.")

        @OptionGroup var places: PlaceOptions
        @OptionGroup var order: OrderOptions
        @Argument(help: "Its title.")
        var title: String
        @Option(help: "What to do, for a worker who knows nothing of the plan. (default: the title)")
        var description: String?
        @Option(help: "How anyone can tell that it is done.")
        var acceptance: String
        @Option(name: .customLong("path"), help: "A file or folder (with a closing slash) that it will change. May be given several times.")
        var paths: [String]
        @Option(help: "A task that has to land first. May be given several times.")
        var after: [String] = []
        @Option(help: "The team that gets it; needed when there are several.")
        var team: String?

        func validate() throws {
            if paths.isEmpty { throw ValidationError("name at least one --path") }
        }

        func run() async throws {
            try await OrderDelivery(places, order).give(.add) {
                $0.title = title
                $0.description = description ?? title
                $0.acceptance = acceptance
                $0.paths = paths
                $0.after = after
                $0.team = team
            }
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a task up, wherever it stands.",
            discussion: "A turn that works on it is stopped. Its commits are kept; what depends on it is given up with it.")

        @OptionGroup var places: PlaceOptions
        @OptionGroup var order: OrderOptions
        @Argument(help: "The task, such as task-7.")
        var task: String
        @Option(help: "Why; its lead reads it.")
        var reason: String?

        func run() async throws {
            try await OrderDelivery(places, order).give(.cancel) {
                $0.task = task
                $0.text = reason
            }
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Begin a task anew that was given up, or that a worker is at.",
            discussion: "It begins in a fresh session from what is committed, and may fail as often as a new task.")

        @OptionGroup var places: PlaceOptions
        @OptionGroup var order: OrderOptions
        @Argument(help: "The task, such as task-7.")
        var task: String

        func run() async throws { try await OrderDelivery(places, order).give(.retry) { $0.task = task } }
    }

    struct Prioritise: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Begin a task before the others of its team.",
            discussion: "What it depends on comes first with it. The last one that was prioritised stands before earlier ones.",
            aliases: ["prioritize"])

        @OptionGroup var places: PlaceOptions
        @OptionGroup var order: OrderOptions
        @Argument(help: "The task, such as task-7.")
        var task: String

        func run() async throws { try await OrderDelivery(places, order).give(.prioritise) { $0.task = task } }
    }
}
