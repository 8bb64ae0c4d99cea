import Agents
import Engine
import Glibc
import Journal
import Observability
import Orchestration
import Processes

/// Takes in the output of many agents as a run does: processes under their shims, lines, the turn's reader, the log, the redacted copy, and the
/// journal's record of each turn's end.
///
/// `output FOLDER CHILDREN SOURCE SHIM`: each child is `cat SOURCE`.
struct OutputIntake {
    private let folder: String
    private let children: Int
    private let source: String
    private let launcher: ShimLauncher

    private struct Report: Encodable {
        var seconds: Double
        var processorSeconds: Double
        var lines: Int
        var malformed: Int
    }

    init(_ words: inout Words) throws {
        folder = try words.next("the folder")
        children = try words.number("the children")
        source = try words.next("the source")
        launcher = ShimLauncher(shimExecutable: try words.next("the shim"))
    }

    func measure() async throws {
        let clock = SystemClock()
        for name in ["", "/log"] { try makeFolder(folder + name) }
        let redactor = Redactor(secrets: [Secret(name: "key-1", value: "sk-ant-bench-0123456789-abcdefghij")])
        let log = try RunLog(folder: folder + "/log", redactor: redactor, clock: { clock.now() })
        let journal = try Journal(
            folder: folder, identity: JournalIdentity(run: "bench", created: Timestamp(milliseconds: 0), version: "bench"))
        let watch = Stopwatch()
        var (lines, malformed) = (0, 0)
        try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for number in 1...children {
                group.addTask { try await follow(number, log, redactor, journal, clock) }
            }
            for try await (count, bad) in group {
                lines += count
                malformed += bad
            }
        }
        try FileHandleOutput.json(
            Report(seconds: watch.seconds, processorSeconds: watch.processorSeconds, lines: lines, malformed: malformed))
        try journal.close()
    }

    private func follow(_ number: Int, _ log: RunLog, _ redactor: Redactor, _ journal: Journal, _ clock: SystemClock) async throws
        -> (lines: Int, malformed: Int)
    {
        let directory = "\(folder)/turn-\(number)"
        let process = try await launcher.launch(
            SupervisedProcess.Specification(
                directory: directory, marker: "bench/turn-\(number)", command: ["cat", source], workingDirectory: folder),
            environment: ["PATH": "/usr/bin:/bin"], standardInput: [])
        let copy = RedactedCopy(from: directory + "/stdout", to: "\(folder)/log/turns/turn-\(number).ndjson", redactor: redactor)
        var reader = TurnReader(resuming: false)
        var count = 0
        var texts: [String] = []
        for try await line in process.lines() {
            let observation = reader.take(line.bytes)
            count += 1
            texts += observation.activity
            if line.isFollowed { continue }
            copy.reached(line.endOffset)
            log.agentOutput(agent: "worker-\(number)", turn: "turn-\(number)", lines: texts, longest: 240)
            texts.removeAll(keepingCapacity: true)
        }
        let exit = try await process.waitForExit()
        guard exit.exit == .exited(0) else { throw Failure("turn-\(number) failed") }
        try await copy.finish()
        let conclusion = reader.conclusion(exit: .code(0), stopped: nil, errorTail: "")
        let outcome = TurnOutcome(end: conclusion.end, account: conclusion.account, sessionExists: conclusion.sessionExists)
        _ = try journal.append([try EventRecord.encode(.turnEnded(ID("turn", number), outcome), at: clock.now())])
        return (count, conclusion.malformedLines)
    }

    private func makeFolder(_ path: String) throws {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw Failure("\(path) cannot be made") }
    }
}
