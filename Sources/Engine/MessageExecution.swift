import Agents
import Orchestration
import Processes

/// Writes messages into agents' inputs. A second try finds the message there and writes nothing; the CLI itself takes no message twice.
struct MessageExecution: Sendable {
    let backend: any AgentBackend
    let running: RunningTurns

    /// - Returns: why the message cannot be said; `nil` when it is in the agent's input.
    /// - Throws: `SystemError`, `CancellationError`.
    func say(_ id: MessageID, state: @escaping @Sendable () async throws -> Run) async throws -> String? {
        // One that is no longer open has been read, or its turn is over; one that was kept goes with a prompt.
        guard let message = try await state().messages[id], let turn = message.turn, message.isInPrompt != true else { return nil }
        guard let process = await running.process(of: turn) else {
            try _Concurrency.Task.checkCancellation()
            return "the turn ended"
        }
        guard let words = backend.input(for: message) else { return "this kind of agent takes no messages" }
        if try process.hasBeenTold(message.uuid) {
            try process.announceInput()
            return nil
        }
        guard try process.say(Array(words.utf8)) else { return "the agent takes no more messages" }
        CrashPoint.messageSaid.pass()
        return nil
    }
}

extension SupervisedProcess {
    /// Whether a whole line of its input holds the UUID.
    fileprivate func hasBeenTold(_ uuid: String) throws -> Bool {
        let said = String(decoding: try saidSoFar(), as: UTF8.self)
        guard let end = said.utf8.lastIndex(of: UInt8(ascii: "\n")) else { return false }
        return said[...end].contains(uuid)
    }
}
