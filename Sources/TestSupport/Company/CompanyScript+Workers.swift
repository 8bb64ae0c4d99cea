import JSON

extension CompanyScript {
    /// A worker's next move.
    func work(_ brief: Assignment.WorkerBrief, _ request: ModelRequest) throws -> ModelReply {
        let turn = ConversationTurn(request)
        let worker = try worker(in: request)
        let moves: [Move] =
            switch brief {
            case .work(let isRetry): worker.firstMoves(isRetry: isRetry)
            case .finish(let onlyReport): onlyReport ? [] : worker.finishingMoves(request.lastUserText ?? "")
            case .rework: worker.reworkMoves(request.lastUserText ?? "")
            case .gate: worker.gateMoves
            case .conflict: worker.conflictMoves(turn)
            }
        if brief == .work(isRetry: false), !request.hasWordFromWatch, let command = worker.task.insistedOn {
            return .message([.text(Move.insisting), .call("Bash", ["command": .string(command)])])
        }
        let place = Place(turn)
        if !place.unread.isEmpty {
            return .message([.text(Move.readFirst)] + place.unread.map { .call("Read", ["file_path": .string($0)]) })
        }
        if moves.indices.contains(place.step) { return .message(moves[place.step].unlessDone(after: turn).blocks) }
        return worker.ending(turn, isFirst: brief == .work(isRetry: false))
    }

    private func worker(in request: ModelRequest) throws -> ScriptedWorker {
        guard let (_, title) = request.prompts.reversed().lazy.compactMap({ PromptLines($0).task }).first else {
            throw Assignment.Unknown(reason: "a worker's conversation names no task")
        }
        let gate = request.prompts.reversed().lazy.compactMap { PromptLines($0).last(after: "Verification command: `") }.first
        let task = plan.tasks.first { $0.title == title }
        // A task that cco made itself to bring branches together is in no plan, and its brief says all there is to do.
        return ScriptedWorker(
            task: task
                ?? CompanyTask(
                    key: "repair", title: title, description: "", acceptance: "", paths: ["."], steps: [],
                    summary: "Brought the two branches together; both sides' changes are kept."),
            directory: request.workingDirectory, gate: gate.map { String($0.prefix { $0 != "`" }) })
    }

    /// How far a turn has come.
    private struct Place {
        /// The next move.
        var step = 0
        /// Files that have to be read before the move can be made again.
        var unread: [String] = []

        init(_ turn: ConversationTurn) {
            var refusals = 0
            for exchange in turn.work where exchange.text != Move.readFirst && exchange.text != Move.insisting {
                let paths = exchange.unreadPaths
                if !paths.isEmpty, refusals < 3 {
                    refusals += 1
                    unread = turn.work.last?.text == Move.readFirst ? [] : paths
                } else {
                    (step, unread) = (step + 1, [])
                }
            }
        }
    }
}

extension CompanyTask {
    /// The call that its worker makes again and again.
    fileprivate var insistedOn: String? {
        for case .insists(let command) in mistakes { return command }
        return nil
    }
}

extension ModelRequest {
    /// Whether cco or a person has said something in the middle of the turn.
    package var hasWordFromWatch: Bool {
        let start = messages.lastIndex { $0.promptText != nil } ?? messages.startIndex
        return messages[start...].contains { message in
            message.role != .assistant
                && message.blocks.contains { if case .text(let text) = $0 { text.contains(Message.word) } else { false } }
        }
    }
}

extension ModelReply {
    fileprivate static func message(_ blocks: [ContentBlock]) -> ModelReply { ModelReply(.message(blocks)) }
}
