import ArgumentParser
import ControlAPI
import Engine
import FoundationEssentials
import Orchestration
import Testing

@testable import Commands

@Suite("Orders on the command line") struct SteeringTests {
    private func run(_ arguments: [String], _ fixture: RunFixture) async throws {
        let command = try Root.parseAsRoot(arguments + ["--config", fixture.place.path + "/config"])
        guard var command = command as? any AsyncParsableCommand else { throw Failure("not asynchronous", .unexpected) }
        try await Surroundings.$current.withValue(fixture.surroundings) { try await command.run() }
    }

    @Test("orders make sense of their options")
    func options() throws {
        let tell = try #require(
            try Root.parseAsRoot(["tell", "em-2", "Look here.", "--interrupt", "--as", "Ada", "--request-id", "r", "--run", "x"]) as? Tell)
        #expect(tell.agent == "em-2" && tell.text == "Look here." && tell.interrupt)
        #expect(tell.order.giver == "Ada" && tell.order.requestId == "r" && tell.order.run == "x")
        let add = try #require(
            try Root.parseAsRoot(["task", "add", "T", "--acceptance", "a", "--path", "x/", "--path", "y", "--after", "task-1"])
                as? TaskCommand.Add)
        #expect(add.paths == ["x/", "y"] && add.after == ["task-1"] && add.description == nil)
        #expect(try Root.parseAsRoot(["task"]) is TaskCommand.List)
        #expect(try Root.parseAsRoot(["agent"]) is AgentCommand.List)
        #expect(try Root.parseAsRoot(["task", "prioritize", "task-1"]) is TaskCommand.Prioritise)
        #expect(try Root.parseAsRoot(["set", "budget", "none"]) is SetCommand)
    }

    @Test(
        "values that make no sense are refused before anything is asked",
        arguments: [
            ["set", "workers", "1.5"], ["set", "duration", "-3"], ["set", "budget", "much"], ["set", "workers", "none"],
            ["set", "colour", "1"],
            ["task", "add", "T", "--acceptance", "a"], ["tell", "worker-1"],
        ])
    func nonsense(arguments: [String]) {
        #expect(throws: (any Error).self) { try Root.parseAsRoot(arguments) }
    }

    @Test("a run that no engine has in hand takes no order, and its journal stays as it is")
    func idle() async throws {
        let fixture = try await RunFixture(events: [.suspended("cco pause")])
        let before = try RunHost.read(fixture.folder)
        for arguments in [
            ["tell", "director", "Hey"], ["task", "cancel", "task-1"], ["agent", "restart", "worker-1"], ["set", "workers", "1"],
        ] {
            await #expect {
                try await run(arguments, fixture)
            } throws: {
                Failure($0).status == .usage && Failure($0).message.contains("cco resume --config")
            }
        }
        #expect(try RunHost.read(fixture.folder) == before)
    }

    @Test("a merge that stands still takes no order, and goes on otherwise than a run of agents", arguments: [false, true])
    func idleMerge(hasEnded: Bool) async throws {
        let place = try TemporaryPlace()
        let merge = try MergeFixture(place.surroundings(), of: "origin.git")
        try merge.leaveRun(hasEnded ? [.ended(.merged)] : [.suspended("cco pause")])
        let command = try #require(try Root.parseAsRoot(["tell", "director", "Hey", "--workspace", merge.workspace.path]) as? Tell)
        await #expect {
            try await Surroundings.$current.withValue(place.surroundings()) { try await command.run() }
        } throws: {
            let words = hasEnded ? "it has ended" : "Go on with the same cco merge"
            return Failure($0).status == .usage && Failure($0).message.contains(words) && !Failure($0).message.contains("cco resume")
        }
    }

    @Test("lists are had from the journal too, and an unknown name is answered with the nearest")
    func lists() async throws {
        let task = TeamTask(
            id: ID("task-1"), team: ID("team-1"), title: "Do it\u{1B}[2J", description: "d", acceptance: "a", paths: ["a"], dependsOn: [],
            createdAt: Timestamp(milliseconds: 1))
        let message = Message(
            id: ID("message-1"), turn: nil, uuid: "u", sender: .person("Ada"), text: "Look\nhere.", interrupts: false, agent: ID("worker-1")
        )
        let fixture = try await RunFixture(events: [.taskAdded(task), .messageAddressed(message), .suspended("cco pause")])
        try await run(["task", "list"], fixture)
        try await run(["task", "show", "task-1"], fixture)
        try await run(["agent", "list"], fixture)
        try await run(["agent", "show", "worker-1"], fixture)
        try await run(["messages"], fixture)
        let text = fixture.console.text
        #expect(text.contains("task-1") && text.contains("worker-1") && !text.contains("\u{1B}"))
        #expect(text.contains("message-1") && text.contains("queued") && text.contains("Ada to worker-1: Look here."))
        for (arguments, nearest) in [(["task", "show", "taks-1"], "task-1"), (["agent", "show", "worker-2"], "worker-1")] {
            await #expect {
                try await run(arguments, fixture)
            } throws: {
                Failure($0).status == .usage && Failure($0).message.contains("Did you mean \(nearest)?")
            }
        }
        let question = Question(
            id: ID("question-1"), agent: ID("worker-1"), task: ID("task-1"), text: "Which\u{1B}[2J one?", options: ["red", "green"],
            fallback: "red", askedAt: Timestamp(milliseconds: 1), deadline: Timestamp(milliseconds: 60_001), holdsTask: true)
        let asking = try await RunFixture(events: [.questionAsked(question), .suspended("cco pause")])
        try await run(["questions"], asking)
        try await run(["status"], asking)
        let shown = asking.console.text
        #expect(shown.contains("2. green") && shown.contains("\"red\" counts; the task waits") && !shown.contains("\u{1B}[2J"))
        #expect(shown.contains("cco answer"))
        let json = try await RunFixture(events: [.messageAddressed(message), .suspended("cco pause")])
        try await run(["messages", "--json"], json)
        let decoded = try JSONDecoder().decode([RunStatus.MessageStatus].self, from: Data(json.console.text.utf8))
        #expect(decoded.map(\.state) == ["queued"])
    }
}
