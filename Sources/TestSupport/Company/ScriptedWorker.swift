import JSON

/// What a worker of the company says and which tools it calls in one message.
struct Move: Equatable {
    var blocks: [ContentBlock]

    init(_ text: String, _ calls: ContentBlock...) { blocks = [.text(text)] + calls }
    init(_ text: String, _ calls: [ContentBlock]) { blocks = [.text(text)] + calls }

    /// What a worker says when a tool will not overwrite what the session has not read.
    static let readFirst = "There is something already; I read it first."
    /// What a worker says when it makes a call that has failed once more.
    static let insisting = "It has to work."

    /// The move, or a look around if it is an edit whose text the file, as just read, holds already: a worker that was interrupted goes
    /// through its steps again.
    func unlessDone(after turn: ConversationTurn) -> Move {
        guard case .toolUse("Edit", let input)? = blocks.last, let shown = turn.work.last?.results.last, !shown.isError,
            let new = (try? JSONValue(parsing: input))?["new_string"]?.string,  // the script's own JSON
            ConflictResolution.text(shownByRead: shown.text).contains(new)
        else { return self }
        return Move("That is done already.", .call("Bash", ["command": "git status --short"]))
    }
}

/// A worker on one task.
struct ScriptedWorker {
    let task: CompanyTask
    /// The worktree, where it is known; the tools take relative paths, too.
    let directory: String?
    /// The verification command, if the run has one.
    let gate: String?

    /// The task from its beginning, with the mistakes that belong to it unless it has been tried before.
    func firstMoves(isRetry: Bool) -> [Move] {
        guard !isRetry else { return moves(for: task.steps) }
        var steps = task.steps
        let end = steps.lastIndex(where: \.isCommit) ?? steps.endIndex
        for mistake in task.mistakes {
            switch mistake {
            case .blocked, .noCommit: return []
            case .uncommitted: steps.removeAll(where: \.isCommit)
            case .writesEnvFile: steps.insert(.run("printf 'MODE=test\\n' > .env && git add -f .env"), at: end)
            case .printsSecrets:
                let leak =
                    "{ printf 'key: %s\\n' \"${ANTHROPIC_API_KEY-}\"; if [ -f .env ]; then cat .env; fi; } > \(WorkMistake.leakedFile)"
                steps.insert(.run("env | sort; " + leak), at: end)
            case .slow(let seconds): steps.insert(.run("sleep \(seconds)"), at: 0)
            case .insists, .redGate, .rework, .forgetsReport, .refusesReport, .unfitReport: break
            }
        }
        return moves(for: steps)
    }

    /// What makes the work fit to be taken. Steps that are done already change nothing.
    func finishingMoves(_ prompt: String) -> [Move] {
        guard prompt.contains("contains a secret") else { return moves(for: task.steps) }
        return moves(for: [
            .run("git rm -q -f --ignore-unmatch \(WorkMistake.leakedFile)"), .commit("Take the debug output out again"),
        ])
    }

    /// What follows the lead's orders: those of the plan, or the whole task where the lead has unblocked it.
    func reworkMoves(_ prompt: String) -> [Move] {
        for case .rework(let instructions, let steps) in task.mistakes where prompt.contains(instructions) { return moves(for: steps) }
        return moves(for: task.steps)
    }

    /// Takes the target in, mends the work and looks whether the gate is green.
    var gateMoves: [Move] {
        var steps: [WorkStep] = [.run("git merge -q --no-edit \(Self.target)")]
        for case .redGate(let fix) in task.mistakes { steps += fix }
        if let gate { steps.append(.run(gate)) }
        return moves(for: steps)
    }

    /// Merges the target, keeps both sides of each conflict, looks whether the gate is green, and commits.
    ///
    /// The moves follow from what the tools have shown, so there are as many as can be known.
    func conflictMoves(_ turn: ConversationTurn) -> [Move] {
        var moves = [
            Move(
                "I merge what has landed.", bash("git merge --no-edit \(Self.target); echo '\(Self.listHeading)'; git grep -lI '^<<<<<<< '")
            )
        ]
        guard let merge = turn.work.first else { return moves }
        let files = Self.conflicts(in: merge.results.map(\.text).joined(separator: "\n"))
        if !files.isEmpty {
            moves.append(
                Move("Both sides changed \(files.joined(separator: " and ")). I read what they want.", files.map { call("Read", $0, [:]) }))
            guard turn.work.count > 1 else { return moves }
            let writes = turn.work[1].shownFiles.map { path, shown -> ContentBlock in
                let text = ConflictResolution.keepingBothSides(of: ConflictResolution.text(shownByRead: shown))
                return .call("Write", ["file_path": .string(path), "content": .string(text)])
            }
            moves.append(Move("Both belong there: I keep the lines of both sides.", writes))
        }
        if let gate { moves.append(Move("I run the checks on the merged work.", bash(gate))) }
        moves.append(Move("I commit the merge.", bash(Self.concludeMerge)))
        return moves
    }

    private static let target = "refs/cco/target"
    private static let listHeading = "Files with conflict markers:"
    /// A merge is concluded also when its tree is that of a side.
    private static let concludeMerge =
        "git add -A && if git rev-parse -q --verify MERGE_HEAD > /dev/null || ! git diff --cached --quiet; then git commit -q --no-verify "
        + "-m 'Merge what has landed, keeping both sides'; fi"

    private static func conflicts(in output: String) -> [String] {
        guard let heading = output.ranges(of: listHeading).last else { return [] }
        return output[heading.upperBound...].split(separator: "\n").map(String.init).filter { !$0.hasPrefix("Exit code") && !$0.isEmpty }
    }

    // MARK: Moves

    func moves(for steps: [WorkStep]) -> [Move] {
        steps.flatMap { step -> [Move] in
            switch step {
            case .write(let files):
                let names = files.map(\.path).joined(separator: ", ")
                return [Move("I write \(names).", files.map { call("Write", $0.path, ["content": .string($0.text)]) })]
            case .edit(let path, let old, let new):
                return [
                    Move("I look at \(path).", call("Read", path, [:])),
                    Move("I change \(path).", call("Edit", path, ["old_string": .string(old), "new_string": .string(new)])),
                ]
            case .run(let command): return [Move("I run a command.", bash(command))]
            case .commit(let message): return [Move("I commit.", bash(WorkStep.commitCommand(message)))]
            }
        }
    }

    private func call(_ tool: String, _ path: String, _ input: [String: JSONValue]) -> ContentBlock {
        let file = directory.map { "\($0)/\(path)" } ?? path
        return .call(tool, input.merging(["file_path": .string(file)]) { own, _ in own })
    }

    private func bash(_ command: String) -> ContentBlock { .call("Bash", ["command": .string(command)]) }

    // MARK: The end of a turn

    /// The report, or what a worker does in place of one.
    func ending(_ turn: ConversationTurn, isFirst: Bool) -> ModelReply {
        for mistake in isFirst ? task.mistakes : [] {
            switch mistake {
            case .refusesReport: return .message(.text("All done. I see no need for a report."))
            case .forgetsReport where turn.endings == 0: return .message(.text("All done."))
            case .unfitReport: return .report(["status": "finished", "text": .string(task.summary)])
            case .blocked(let reason, _): return .report(["status": "blocked", "summary": .string(reason)])
            default: break
            }
        }
        var report: [String: JSONValue] = ["status": "done", "summary": .string(task.summary)]
        report["notes"] = task.notes.map(JSONValue.string)
        return .report(.object(report))
    }
}
