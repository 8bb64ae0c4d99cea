import JSON

@testable import TestSupport

/// Bodies of Messages API requests in the form in which the CLI sends them.
enum MessagesBody {
    static let reminder: JSONValue = ["type": "text", "text": "<system-reminder>\ngit status\n</system-reminder>"]
    static let environment: JSONValue = ["role": "system", "content": [text("# Environment\nPlatform: linux", cached: true)]]
    static let reportTool: JSONValue = [
        "name": "StructuredOutput", "description": "d", "input_schema": ["type": "object", "properties": ["done": ["type": "boolean"]]],
    ]

    static func text(_ text: String, cached: Bool = false) -> JSONValue {
        cached
            ? ["type": "text", "text": .string(text), "cache_control": ["type": "ephemeral"]] : ["type": "text", "text": .string(text)]
    }

    static func user(_ blocks: JSONValue...) -> JSONValue { ["role": "user", "content": .array(blocks)] }
    static func assistant(_ blocks: JSONValue...) -> JSONValue { ["role": "assistant", "content": .array(blocks)] }

    static func call(_ name: String, id: String) -> JSONValue {
        ["type": "tool_use", "id": .string(id), "name": .string(name), "input": ["command": "ls"]]
    }

    static func result(of id: String, _ text: String, isError: Bool = false) -> JSONValue {
        ["type": "tool_result", "tool_use_id": .string(id), "content": .string(text), "is_error": .bool(isError)]
    }

    static func body(
        _ messages: [JSONValue], tools: [JSONValue] = [reportTool], stream: Bool = true, session: String = "s1"
    ) throws -> String {
        let root: JSONValue = [
            "model": "claude-test", "stream": .bool(stream), "max_tokens": 1000, "tools": .array(tools), "messages": .array(messages),
            "metadata": ["user_id": .string("{\"device_id\":\"d\",\"session_id\":\"\(session)\"}")],
            "system": [
                text("x-anthropic-billing-header: cc_version=1;"), text("You are Claude Code.", cached: true), text("Be a worker."),
            ],
        ]
        return try root.text()
    }

    static func request(_ messages: [JSONValue], tools: [JSONValue] = [reportTool], session: String = "s1") throws -> ModelRequest {
        try ModelRequest(
            body: Array(body(messages, tools: tools, session: session).utf8), number: 1, credential: .apiKey("k"), session: nil)
    }

    static func opening(_ prompt: String) -> JSONValue { user(reminder, text(prompt)) }
}
