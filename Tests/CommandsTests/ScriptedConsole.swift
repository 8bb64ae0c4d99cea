import Synchronization

@testable import Commands

/// A console whose person has decided on all answers beforehand.
final class ScriptedConsole: Sendable {
    private let state: Mutex<(answers: [String], output: [String])>
    private let isInteractive: Bool
    private let linesRead: Int

    /// - Parameter linesRead: after how many lines the reader has gone.
    init(_ answers: [String] = [], isInteractive: Bool = false, linesRead: Int = .max) {
        state = Mutex((answers, []))
        self.isInteractive = isInteractive
        self.linesRead = linesRead
    }

    var output: [String] { state.withLock { $0.output } }
    var text: String { output.joined(separator: "\n") }
    var unusedAnswers: [String] { state.withLock { $0.answers } }

    var console: Console {
        Console(
            write: { self.add($0) }, warn: { self.add($0) }, ask: { self.add($0) }, readLine: { self.next() }, readSecret: { self.next() },
            isInteractive: isInteractive, hasColour: false, hasReader: { self.output.count < self.linesRead })
    }

    private func add(_ line: String) { state.withLock { $0.output.append(line) } }
    private func next() -> String? { state.withLock { $0.answers.isEmpty ? nil : $0.answers.removeFirst() } }
}
