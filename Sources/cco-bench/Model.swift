import Dispatch
import FoundationEssentials
import Glibc
import JSON
import Orchestration
import TestSupport

/// Plays a model with a fixed latency behind the Messages API, for whole runs of cco and for what they are compared with. At SIGTERM it says how
/// much was asked of it.
///
/// `model FOLDER TASKS TEAMS LATENCY-MS WIDTH GATE [looking]`: writes the repository's first files to FOLDER/seed, the tasks' titles to FOLDER/titles, and its
/// address to FOLDER/address.
struct Model {
    private let folder: String
    private let plan: CompanyPlan
    private let latency: Duration
    /// Subagents at once, and the gate, for a session that shares the work out among its own subagents.
    private let width: Int
    private let gate: String

    private struct Report: Encodable {
        var requests = 0
        var input = 0
        var cacheRead = 0
        var cacheWrite = 0
        var output = 0
    }

    init(_ words: inout Words) throws {
        folder = try words.next("the folder")
        let (tasks, teams) = (try words.number("the tasks"), try words.number("the teams"))
        latency = .milliseconds(try words.number("the latency"))
        width = max(1, try words.number("the width"))
        gate = try words.next("the gate")
        plan = CompanyPlan.synthetic(tasks: tasks, teams: teams, looksAround: words.has("looking"))
    }

    func serve() async throws {
        for file in plan.seedFiles { try write(file.text, to: "seed/\(file.path)") }
        try write(plan.tasks.map(\.title).joined(separator: "\n") + "\n", to: "titles")
        let (ends, end) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingOldest(1))
        signal(SIGTERM, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGTERM)
        source.setEventHandler { end.yield() }
        source.resume()
        let company = CompanyScript(plan, latency: latency)
        let script = ClosureScript { request in
            // What no company asks comes from a plain session that has to do one task.
            request.reportSchema == nil ? plain(request) : await company.reply(to: request)
        }
        try await ScriptedMessagesAPI.serving(script) { api in
            try write(api.baseURL, to: "address")
            for await _ in ends { break }
            var report = Report()
            for request in await api.requests {
                report.requests += 1
                guard let usage = request.usage else { continue }
                report.input += usage.input
                report.cacheRead += usage.cacheRead
                report.cacheWrite += usage.cacheCreation
                report.output += usage.output
            }
            try FileHandleOutput.json(report)
        }
        source.cancel()
    }

    /// Has subagents do the tasks in worktrees of their own, so many at a time, and then merges, verifies and pushes one by one.
    private func fanOut(_ request: ModelRequest) -> ModelReply {
        let step = request.assistantTurnsSinceLastUserPrompt
        let wave = plan.tasks.dropFirst(step * width).prefix(width)
        guard wave.isEmpty else {
            return ModelReply(
                .message(
                    wave.map { task in
                        .call(
                            "Agent",
                            [
                                "description": .string(task.key), "subagent_type": "general-purpose", "isolation": "worktree",
                                "run_in_background": false,
                                "prompt": .string("Do the task \"\(task.title)\", commit it on this branch, and stop."),
                            ])
                    }))
        }
        guard (step - 1) * width < plan.tasks.count else { return .message(.text("All of it is done.")) }
        let command = """
            for branch in $(git for-each-ref --format='%(refname:short)' 'refs/heads/worktree-agent-*'); do
                git merge -q --no-ff -m "Merge $branch" "$branch" >/dev/null || { git merge --abort; continue; }
                if (\(gate)) >/dev/null 2>&1; then git push -q origin main; else git reset -q --hard HEAD^; fi
            done
            """
        return .message(.call("Bash", ["command": .string(command), "timeout": 900_000]))
    }

    /// Does the task whose title the prompt names, in one command, and says so.
    private func plain(_ request: ModelRequest) -> ModelReply {
        let prompt = request.firstUserText ?? ""
        let pacing = ModelReply.Pacing(beforeFirstByte: latency)
        if prompt.contains("with subagents") { return fanOut(request).with(pacing: pacing) }
        let task = plan.tasks.first { prompt.contains("\"\($0.title)\"") }
        guard request.assistantTurnsSinceLastUserPrompt == 0, let task else {
            return ModelReply.message(.text("It is done.")).with(pacing: pacing)
        }
        let commands = task.steps.compactMap { step -> String? in
            switch step {
            case .run(let command): command
            case .commit(let message): "git add -A && git commit -q -m '\(message)'"
            case .write, .edit: nil
            }
        }
        return ModelReply.message(.call("Bash", ["command": .string(commands.joined(separator: " && "))])).with(pacing: pacing)
    }

    private func write(_ text: String, to name: String) throws {
        let path = folder + "/" + name
        let parent = URL(filePath: path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: path + ".new"))
        guard rename(path + ".new", path) == 0 else { throw Failure("\(path) cannot be written") }
    }
}
