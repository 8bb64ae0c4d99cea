import ControlAPI
import Engine
import JSON
import MCP
import Orchestration

/// What a model can have done. Each is an order that is journaled with who gave it, and an answer tells what came of it.
extension RunTools {
    private static let agent = Tool.Parameter("agent", .string, "director, em-1, worker-3 …", isRequired: true)
    private static let task = Tool.Parameter("task", .string, "task-7", isRequired: true)

    static let steering: [Tool] = [
        Tool(
            "tell", "Say something to an agent, in its running turn or its next one.",
            [
                agent, .init("text", .string, "What to say.", isRequired: true),
                .init("interrupt", .boolean, "Stop what it does first."),
            ], isReadOnly: false),
        Tool(
            "answer_question", "Answer what an agent asks. An approval is a person's to give.",
            [
                .init("id", .string, "question-2", isRequired: true),
                .init("text", .string, "An option's number, or words.", isRequired: true),
            ], isReadOnly: false),
        Tool(
            "add_task", "Add a task to the plan.",
            [
                .init("title", .string, "Its title.", isRequired: true),
                .init("description", .string, "What to do, for a worker who knows nothing of the plan; default: the title."),
                .init("acceptance", .string, "How anyone can tell that it is done.", isRequired: true),
                .init("paths", .string, "Files or folders (with a closing slash) that it will change, by commas.", isRequired: true),
                .init("after", .string, "Tasks that have to land first, by commas."),
                .init("team", .string, "Who gets it; needed when there are several teams."),
            ], isReadOnly: false),
        Tool(
            "cancel_task", "Give a task up; its commits are kept, and what depends on it is given up with it.",
            [task, .init("reason", .string, "Why; its lead reads it.")], isReadOnly: false),
        Tool("retry_task", "Begin a task anew that has failed or goes astray.", [task], isReadOnly: false),
        Tool("prioritise_task", "Have a task begun before all others.", [task], isReadOnly: false),
        Tool("restart_agent", "Stop an agent's turn and go on with a fresh session; what it did is kept.", [agent], isReadOnly: false),
        Tool("pause", "Stop all agents; `cco resume` goes on later.", [.init("reason", .string, "Why.")], isReadOnly: false),
        Tool(
            "set_budget", "Change what the run may cost.", [.init("usd", .number, "US dollars; none lifts the budget.")],
            isReadOnly: false),
        Tool(
            "set_workers", "Change how many workers may have a turn at once.", [.init("count", .integer, "Workers.", isRequired: true)],
            isReadOnly: false),
        Tool(
            "set_duration", "Change how long the run may take, from its beginning.",
            [.init("minutes", .integer, "Minutes.", isRequired: true)], isReadOnly: false),
    ]

    /// - Returns: `nil` when no tool of that name gives an order.
    static func order(_ name: String, _ arguments: [String: JSONValue]) -> OrderRequest? {
        func order(_ kind: OrderRequest.Kind, _ fill: (inout OrderRequest) -> Void) -> OrderRequest {
            var request = OrderRequest(id: OrderDelivery.newName(), kind: kind)
            fill(&request)
            return request
        }
        func set(_ setting: OrderRequest.Setting, _ value: Double?) -> OrderRequest {
            order(.set) { ($0.setting, $0.value) = (setting, value) }
        }
        let text = { arguments[$0]?.string }
        switch name {
        case "tell":
            return order(.tell) {
                $0.agent = text("agent")
                $0.text = text("text")
                $0.interrupts = arguments["interrupt"]?.bool
            }
        case "answer_question": return order(.answer) { ($0.question, $0.text) = (text("id"), text("text")) }
        case "add_task":
            return order(.add) {
                $0.title = text("title")
                $0.description = text("description") ?? text("title")
                $0.acceptance = text("acceptance")
                $0.paths = list(text("paths"))
                $0.after = list(text("after"))
                $0.team = text("team")
            }
        case "cancel_task": return order(.cancel) { ($0.task, $0.text) = (text("task"), text("reason")) }
        case "retry_task": return order(.retry) { $0.task = text("task") }
        case "prioritise_task": return order(.prioritise) { $0.task = text("task") }
        case "restart_agent": return order(.restart) { $0.agent = text("agent") }
        case "set_budget": return set(.budget, arguments["usd"]?.number)
        case "set_workers": return set(.workers, arguments["count"]?.number)
        case "set_duration": return set(.duration, arguments["minutes"]?.number)
        default: return nil
        }
    }

    private static func list(_ text: String?) -> [String] {
        (text ?? "").split(separator: ",").map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }.filter { !$0.isEmpty }
    }

    func give(_ request: OrderRequest) async throws -> String {
        do {
            return try await finder.client.order(request, patience: .seconds(30)).sentence
        } catch ControlClientError.notRunning {
            if try await finder.status().status.phase == "ended" {
                throw Failure("the run has ended, so it cannot be steered; a person starts another with cco start --new", .usage)
            }
            throw Failure("no engine has the run in hand, so it cannot be steered; a person goes on with cco resume", .usage)
        }
    }

    func pause(_ reason: String?) async throws -> String {
        do {
            let words = reason.map { "cco mcp: \(String($0.prefix(300)))" } ?? "cco mcp"
            _ = try await finder.client.suspend(reason: words, by: surroundings.environment["USER"] ?? "")
            return "The run stands still, and no process of it is left. A person goes on with: cco resume\(place.options)"
        } catch ControlClientError.notRunning {
            return "No engine has the run in hand: it stands still already."
        }
    }
}
