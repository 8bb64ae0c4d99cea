import Synchronization

@testable import Commands

/// A console whose person has decided on all answers beforehand.
final class ScriptedConsole: Sendable {
    private let state: Mutex<(answers: [String], output: [String])>
    private let isInteractive: Bool

    init(_ answers: [String] = [], isInteractive: Bool = false) {
        state = Mutex((answers, []))
        self.isInteractive = isInteractive
    }

    var output: [String] { state.withLock { $0.output } }
    var text: String { output.joined(separator: "\n") }
    var unusedAnswers: [String] { state.withLock { $0.answers } }

    var console: Console {
        Console(
            write: { self.add($0) }, warn: { self.add($0) }, ask: { self.add($0) }, readLine: { self.next() }, readSecret: { self.next() },
            isInteractive: isInteractive, hasColour: false)
    }

    private func add(_ line: String) { state.withLock { $0.output.append(line) } }
    private func next() -> String? { state.withLock { $0.answers.isEmpty ? nil : $0.answers.removeFirst() } }
}
