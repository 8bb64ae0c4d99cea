import JSON
import Testing

@testable import TestSupport

@Suite("A scripted worker's place in its turn")
struct CompanyConversationTests {
    typealias Body = MessagesBody

    private static let prompt = "You are worker-1, on a fresh worktree of `main`.\n\nTask task-1: Write file 1\n"
    private static let tool: JSONValue = [
        "name": "StructuredOutput", "description": "d", "input_schema": ["type": "object", "properties": ["status": ["type": "string"]]],
    ]
    private static let environment: JSONValue = [
        "role": "system", "content": [Body.text("# Environment\n - Primary working directory: /work tree/1\n - Platform: linux")],
    ]

    private func plan(_ steps: WorkStep...) -> CompanyPlan {
        var plan = CompanyPlan.synthetic(tasks: 1)
        plan.goals[0].tasks[0].steps = steps
        return plan
    }

    private func blocks(_ plan: CompanyPlan, _ messages: JSONValue...) async throws -> [ContentBlock] {
        let opening = [Body.opening(Self.prompt), Self.environment]
        let reply = await CompanyScript(plan).reply(to: try Body.request(opening + messages, tools: [Self.tool]))
        guard case .message(let blocks) = reply.outcome else { return [] }
        return blocks
    }

    private func call(_ name: String, _ id: String, _ input: JSONValue) -> JSONValue {
        ["type": "tool_use", "id": .string(id), "name": .string(name), "input": input]
    }

    @Test("is found from the request alone, and the same request gets the same answer")
    func place() async throws {
        let plan = plan(.write([WorkFile("a.txt", "a")]), .run("ls"))
        let first = try await blocks(plan)
        #expect(first.last == .call("Write", ["file_path": "/work tree/1/a.txt", "content": "a"]))
        #expect(try await blocks(plan) == first)
        let written = [
            Body.assistant(call("Write", "t1", ["file_path": "/work tree/1/a.txt"])), Body.user(Body.result(of: "t1", "File created")),
        ]
        #expect(try await blocks(plan, written[0], written[1]).last == .call("Bash", ["command": "ls"]))
        let ran = [Body.assistant(Body.call("Bash", id: "t2")), Body.user(Body.result(of: "t2", "exit code 1", isError: true))]
        let last = try await blocks(plan, written[0], written[1], ran[0], ran[1]).last
        #expect(last == .report(["status": "done", "summary": "Wrote src/task1.txt."]))
    }

    @Test("waits for a file to be read where the tool will not overwrite it unread")
    func unread() async throws {
        let plan = plan(.write([WorkFile("a.txt", "a")]), .run("ls"))
        let refused = [
            Body.assistant(call("Write", "t1", ["file_path": "/work tree/1/a.txt"])),
            Body.user(Body.result(of: "t1", "File has not been read yet. Read it first before writing to it.", isError: true)),
        ]
        let reading = try await blocks(plan, refused[0], refused[1])
        #expect(reading == [.text(Move.readFirst), .call("Read", ["file_path": "/work tree/1/a.txt"])])
        let read = [
            Body.assistant(Body.text(Move.readFirst), call("Read", "t2", ["file_path": "/work tree/1/a.txt"])),
            Body.user(Body.result(of: "t2", "1\told")),
        ]
        let again = try await blocks(plan, refused[0], refused[1], read[0], read[1])
        #expect(again.last == .call("Write", ["file_path": "/work tree/1/a.txt", "content": "a"]))
    }

    @Test("does not make an edit a second time")
    func editTwice() async throws {
        let plan = plan(.edit(path: "list", old: "head", new: "head\nmine"))
        func read(_ text: String) -> [JSONValue] {
            [Body.assistant(call("Read", "t1", ["file_path": "/work tree/1/list"])), Body.user(Body.result(of: "t1", text))]
        }
        let fresh = read("1\thead\n2\t")
        #expect(
            try await blocks(plan, fresh[0], fresh[1]).last
                == .call("Edit", ["file_path": "/work tree/1/list", "old_string": "head", "new_string": "head\nmine"]))
        let done = read("1\thead\n2\tmine\n3\t")
        #expect(try await blocks(plan, done[0], done[1]).last == .call("Bash", ["command": "git status --short"]))
    }

    @Test("makes no mistake at a second attempt")
    func retry() async throws {
        var plan = plan(.run("ls"))
        plan.goals[0].tasks[0].mistakes = [.noCommit]
        #expect(try await blocks(plan).last == .report(["status": "done", "summary": "Wrote src/task1.txt."]))
        let prompt = Self.prompt + "This is attempt 2; the branch may hold work of an earlier one.\n"
        let reply = await CompanyScript(plan).reply(to: try Body.request([Body.opening(prompt), Self.environment], tools: [Self.tool]))
        guard case .message(let blocks) = reply.outcome else {
            Issue.record("\(reply.outcome)")
            return
        }
        #expect(blocks.last == .call("Bash", ["command": "ls"]))
    }

    @Test("keeps what both sides of a conflict say, once, and leaves the rest as it is")
    func resolution() {
        let text = """
            head
            <<<<<<< HEAD
            mine
            same
            ||||||| base
            old
            =======
            theirs
            same
            >>>>>>> refs/cco/target
            tail

            """
        #expect(ConflictResolution.keepingBothSides(of: text) == "head\ntheirs\nsame\nmine\ntail\n")
        #expect(ConflictResolution.keepingBothSides(of: "a\n=======\nb\n") == "a\n=======\nb\n")
        #expect(ConflictResolution.text(shownByRead: "     1→a\n     2→\n     3→b") == "a\n\nb")
        #expect(ConflictResolution.text(shownByRead: "1\ta\tb\n2\t\n<system-reminder>x</system-reminder>") == "a\tb\n")
    }
}
