import Foundation
import JSON
import Synchronization
import Testing

@testable import MCP

/// The protocol, with well-behaved and hostile clients.
@Suite("The server for models")
struct MCPServerTests {
    /// Tools that echo, fail, or wait until they are cancelled.
    private struct Box: ToolBox {
        let begun = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingOldest(64))
        /// Lets "look" go on.
        let released = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingOldest(1))

        let tools = [
            Tool("echo", "Says it again.", [.init("text", .string, "What.", isRequired: true), .init("times", .integer, "How often.")]),
            Tool("fail", "Fails."), Tool("wait", "Waits.", isReadOnly: false), Tool("look", "Takes a moment."),
        ]

        func call(_ name: String, _ arguments: [String: JSONValue]) async throws -> String {
            switch name {
            case "echo": return arguments["text"]?.string ?? ""
            case "look":
                for await _ in released.stream { break }
                try _Concurrency.Task.checkCancellation()
                return "seen"
            case "wait":
                begun.continuation.yield()
                for await _ in AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingOldest(1)).stream {}
                throw CancellationError()
            default: throw Broken()
            }
        }

        struct Broken: Error, CustomStringConvertible { let description = "it is broken" }
    }

    /// A server and what it has written.
    private final class Talk: Sendable {
        let box = Box()
        let written = AsyncStream<Void>.makeStream(bufferingPolicy: .unbounded)
        let server: MCPServer

        init() {
            let (lines, continuation) = (Lines(), written.continuation)
            self.sink = lines
            server = MCPServer(name: "cco", version: "1", instructions: "Look.", box: box) {
                lines.add($0)
                continuation.yield()
            }
        }

        private let sink: Lines

        final class Lines: Sendable {
            let all = Mutex<[String]>([])
            func add(_ line: String) { all.withLock { $0.append(line) } }
        }

        func say(_ text: String) async { await server.take(Array(text.utf8)) }

        /// Says something and gives what has come by the time `count` answers are there.
        func ask(_ text: String, answers count: Int = 1) async throws -> [JSONValue] {
            let before = sink.all.withLock(\.count)
            await say(text)
            var iterator = written.stream.makeAsyncIterator()
            while sink.all.withLock(\.count) < before + count { _ = await iterator.next() }
            let answers = sink.all.withLock { Array($0[before...]) }
            return try answers.map { try JSONDecoder().decode(JSONValue.self, from: Data($0.utf8)) }
        }

        var count: Int { sink.all.withLock(\.count) }
        /// The newest two lines.
        var last: [String] { sink.all.withLock { $0.suffix(2) } }
    }

    private static let initialize =
        #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{}}}"#

    @Test(
        "the version is the client's where it is spoken, and the newest that is spoken otherwise",
        arguments: [("2024-11-05", "2024-11-05"), ("2025-03-26", "2025-03-26"), ("2025-06-18", "2025-06-18"), ("2099-01-01", "2025-06-18")])
    func versions(asked: String, spoken: String) async throws {
        let talk = Talk()
        let answer = try await talk.ask(Self.initialize.replacingOccurrences(of: "2025-06-18", with: asked))
        #expect(answer[0]["result"]?["protocolVersion"] == .string(spoken) && answer[0]["id"] == 0)
        #expect(answer[0]["result"]?["capabilities"]?["tools"] == [:])
    }

    @Test("tools are listed with what they take and whether they change anything, and answer")
    func tools() async throws {
        let talk = Talk()
        _ = try await talk.ask(Self.initialize)
        await talk.say(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
        let list = try await talk.ask(#"{"jsonrpc":"2.0","id":"a","method":"tools/list"}"#)
        guard case .array(let tools)? = list[0]["result"]?["tools"] else {
            Issue.record("no list")
            return
        }
        #expect(tools.map { $0["name"]?.string } == ["echo", "fail", "wait", "look"])
        #expect(tools[0]["inputSchema"]?["required"] == ["text"] && tools[0]["annotations"]?["readOnlyHint"] == true)
        #expect(tools[2]["annotations"]?["readOnlyHint"] == false)
        let echo = try await talk.ask(
            #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"a\nb \u0000"}}}"#)
        #expect(echo[0]["result"] == ["content": [["type": "text", "text": "a\nb \u{0}"]], "isError": false])
        let fail = try await talk.ask(#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"fail"}}"#)
        #expect(fail[0]["result"] == ["content": [["type": "text", "text": "it is broken"]], "isError": true])
    }

    @Test("a tool that works holds up nothing, and when it is cancelled it is not answered")
    func cancelling() async throws {
        let talk = Talk()
        _ = try await talk.ask(Self.initialize)
        await talk.say(#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"wait"}}"#)
        for await _ in talk.box.begun.stream.prefix(1) {}
        #expect(try await talk.ask(#"{"jsonrpc":"2.0","id":8,"method":"ping"}"#)[0] == ["jsonrpc": "2.0", "id": 8, "result": [:]])
        let double = try await talk.ask(#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"wait"}}"#)
        #expect(double[0]["error"]?["code"] == -32600)
        await talk.say(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#)
        let before = talk.count
        await talk.server.finish()
        #expect(talk.count == before)
        // The id is free again.
        let again = try await talk.ask(#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo","arguments":{"text":"x"}}}"#)
        #expect(again[0]["id"] == 7 && again[0]["result"] != nil)
    }

    @Test("what was asked before the client closed its end is answered")
    func closedInput() async throws {
        let talk = Talk()
        _ = try await talk.ask(Self.initialize)
        await talk.say(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"look"}}"#)
        let before = talk.count
        async let end: Void = talk.server.finish()
        // The server looks at its calls before it answers this.
        await talk.say(#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#)
        talk.box.released.continuation.yield()
        await end
        #expect(talk.count == before + 2)
        #expect(talk.last.contains { $0.contains("seen") } && !talk.last.contains { $0.contains("isError\":true") }, "\(talk.last)")
    }

    @Test("what is no message is refused with the right code, and the session goes on")
    func hostile() async throws {
        let talk = Talk()
        let early = try await talk.ask(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#)
        #expect(early[0]["error"]?["code"] == -32002)
        _ = try await talk.ask(Self.initialize)
        let call = { (params: String) in #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":\#(params)}"# }
        let cases: [(String, Int64)] = [
            ("nonsense", -32700), ("{\"jsonrpc\":\"2.0\",\"id\":1", -32700), ("\"text\"", -32600), ("42", -32600), ("[]", -32600),
            ("null", -32600),
            (#"{"id":1,"method":"ping"}"#, -32600), (#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600),
            (#"{"jsonrpc":"2.0","id":1}"#, -32600), (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
            (#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600), (#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, -32600),
            (#"{"jsonrpc":"2.0","id":1,"method":"server/discover"}"#, -32601), (#"{"jsonrpc":"2.0","id":1,"method":"initialize"}"#, -32602),
            (call("{}"), -32602), (call("[]"), -32602), (call(#"{"name":"none"}"#), -32602), (call(#"{"name":"echo"}"#), -32602),
            (call(#"{"name":"echo","arguments":{"text":1}}"#), -32602), (call(#"{"name":"echo","arguments":[]}"#), -32602),
            (call(#"{"name":"echo","arguments":{"text":"x","more":1}}"#), -32602),
            (call(#"{"name":"echo","arguments":{"text":"x","times":1.5}}"#), -32602),
            (String(repeating: "[", count: 100_000), -32700), (String(repeating: "x", count: MCPServer.longestLine + 1), -32600),
        ]
        for (text, code) in cases {
            let answer = try await talk.ask(text)
            #expect(answer[0]["error"]?["code"] == .integer(code), "\(text.prefix(80))")
        }
        for silent in [
            "", "  \r", #"{"jsonrpc":"2.0","method":"nothing/known"}"#, #"{"jsonrpc":"2.0","id":5,"result":{}}"#,
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":99}}"#,
        ] {
            let before = talk.count
            await talk.say(silent)
            #expect(talk.count == before, "\(silent)")
        }
        let batch = try await talk.ask(
            #"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"},7]"#, answers: 3)
        #expect(batch.map { $0["id"] } == [1, 2, .null])
    }

    @Test("lines are cut as they come, and of one that is too long no more is kept than says so")
    func lines() {
        var reader = LineReader()
        #expect(reader.take(Array("ab".utf8)) == [])
        #expect(reader.take(Array("c\n\nd\ne".utf8)) == [Array("abc".utf8), [], Array("d".utf8)])
        var long: [[UInt8]] = []
        for _ in 0..<20 { long += reader.take([UInt8](repeating: 0x78, count: 100_000)) }
        long += reader.take([0x0A])
        #expect(long.map(\.count) == [MCPServer.longestLine + 1])
    }
}
