extension StreamLine {
    /// What the line says about whether the agent gets on: every line is a sign of life, and calls of tools have a beginning and an end.
    var progress: [ProgressMark] {
        let blocks: [ContentBlock] =
            switch self {
            case .assistant(let message): message.content
            case .user(let message): message.content
            default: []
            }
        let marks = blocks.compactMap { block -> ProgressMark? in
            switch block {
            case .toolUse(let id, let name, let input): .toolStarted(id: id, name: name, call: CallFingerprint.of(name, input))
            case .toolResult(let id, _, let isError): .toolEnded(id: id, failed: isError)
            case .text, .other: nil
            }
        }
        return marks.isEmpty ? [.output] : marks
    }
}

/// Tells equal calls from different ones within one process.
private enum CallFingerprint {
    static func of(_ name: String, _ input: JSONValue) -> Int {
        var hasher = Hasher()
        hasher.combine(name)
        hasher.combine(input)
        return hasher.finalize()
    }
}
