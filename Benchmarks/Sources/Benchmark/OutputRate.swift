import Foundation

/// Agents' output to the durable journal and the state: cco's own path (shims, lines, the reader, log, redacted copy, journal), against a program
/// that only splits the same bytes and writes them, and against the same in Node.
struct OutputRate {
    var laboratory: Laboratory
    var children: [Int]
    /// Bytes of a line.
    var lines: [Int]
    /// Bytes of all children together.
    var total: Int
    var pairs: Int

    private struct Report: Decodable {
        let seconds: Double
        let processorSeconds: Double
        let lines: Int
        let malformed: Int?
    }

    func rows() throws -> [Row] {
        var rows: [Row] = []
        for count in children {
            for size in lines { rows += try self.rows(count, size) }
        }
        return rows
    }

    private func rows(_ count: Int, _ size: Int) throws -> [Row] {
        let folder = try laboratory.folder("output")
        let source = folder + "/source"
        let expected = try write(source, line: size, bytes: total / count) * count
        let bytes = Double(try FileManager.default.attributesOfItem(atPath: source)[.size] as? Int ?? 0) * Double(count) / 1e6
        let tools = laboratory.tools
        let node = Tools.find("node")
        var rate = Readings()
        var processor = Readings()
        var overRaw = Readings()
        var overNode = Readings()
        for pair in 0..<pairs {
            let (ours, (raw, other)) = try Pair.both(pair) {
                try laboratory.read(
                    Report.self, from: [tools.ccoBench, "output", "\(folder)/ours-\(pair)", "\(count)", source, tools.shim])
            } _: {
                (
                    try laboratory.read(Report.self, from: [tools.bench("intake"), folder, "\(count)", source]),
                    try node.map {
                        try laboratory.read(Report.self, from: [$0, tools.scripts + "/intake.mjs", folder, "\(count)", source])
                    }
                )
            }
            for (side, report) in [("cco", ours), ("split and write", raw)] + (other.map { [("Node", $0)] } ?? []) {
                guard report.lines == expected, report.malformed ?? 0 == 0 else {
                    throw Program.Failure(
                        description: "\(side): \(report.lines) lines of \(expected) taken in, \(report.malformed ?? 0) not understood")
                }
            }
            rate.add(bytes / ours.seconds)
            processor.add(bytes / ours.processorSeconds)
            overRaw.add(raw.seconds / ours.seconds)
            if let other { overNode.add(other.seconds / ours.seconds) }
        }
        let name = "output, \(count) \(count == 1 ? "child" : "children"), lines of \((Double(size) / 1_000).text(1)) KB"
        var rows = [
            Row(
                measure: "\(name): MB/s (for each second of processor time: \(processor.median.text(0)))", figure: rate.text(0), goal: "",
                isReached: nil),
            Row(
                measure: "\(name): of splitting and writing", figure: overRaw.text() + "×", goal: "≥ 0.4×", isReached: overRaw.median >= 0.4
            ),
        ]
        if node != nil {
            rows.append(
                Row(measure: "\(name): against Node", figure: overNode.text() + "×", goal: "≥ 5×", isReached: overNode.median >= 5))
        }
        return rows
    }

    /// Writes what an agent's CLI prints: text, calls of tools and their results, each line about as long, and the end with the report.
    ///
    /// - Returns: how many lines.
    private func write(_ path: String, line size: Int, bytes: Int) throws -> Int {
        let session = "5f0c9d3e-1111-4222-8333-444455556666"
        var text =
            #"{"type":"system","subtype":"init","session_id":"\#(session)","model":"claude-model","tools":["Bash","Edit"],"permissionMode":"default","apiKeySource":"ANTHROPIC_API_KEY","claude_code_version":"2.1.330"}"#
            + "\n"
        var lines = 1
        let sentence = #"The function takes a \"path\" and gives the rest back.\n"#
        func filler(_ other: String) -> String {
            let left = max(0, size - other.utf8.count)
            return String(repeating: sentence, count: left / sentence.utf8.count)
                + String(repeating: "x", count: left % sentence.utf8.count)
        }
        while text.utf8.count < bytes {
            let call = #"{"type":"assistant","message":{"id":"msg_\#(lines)","role":"assistant","model":"claude-model","content":["#
            let end = #"]},"session_id":"\#(session)","parent_tool_use_id":null}"#
            let parts: [(String, String)]
            switch lines % 3 {
            case 0: parts = [(call + #"{"type":"text","text":""#, #""}"# + end)]
            case 1:
                parts = [
                    (
                        call + #"{"type":"tool_use","id":"toolu_\#(lines)","name":"Bash","input":{"command":"make","description":""#,
                        #""}}"# + end
                    )
                ]
            default:
                parts = [
                    (
                        #"{"type":"user","message":{"role":"user","content":[{"tool_use_id":"toolu_\#(lines - 1)","type":"tool_result","is_error":false,"content":""#,
                        #""}"# + end
                    )
                ]
            }
            for (head, tail) in parts { text += head + filler(head + tail) + tail + "\n" }
            lines += 1
        }
        text +=
            #"{"type":"result","subtype":"success","is_error":false,"num_turns":3,"result":"","session_id":"\#(session)","total_cost_usd":0.05,"usage":{"input_tokens":10,"output_tokens":20},"structured_output":{"status":"done","summary":"Done."}}"#
            + "\n"
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        return lines + 1
    }
}
