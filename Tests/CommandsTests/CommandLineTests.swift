import ArgumentParser
import ConfigurationFiles
import Engine
import Testing

@testable import Commands

@Suite("The command line") struct CommandLineTests {
    @Test("cco without a command starts") func defaultCommand() throws {
        #expect(try Root.parseAsRoot([]) is Start)
        let start = try #require(try Root.parseAsRoot(["--config", "x", "--detach"]) as? Start)
        #expect(start.places.config == "x")
        #expect(start.session.detach)
        #expect(!start.new)
    }

    @Test("every command of the operations is there, with examples in its help")
    func commands() {
        let names = Root.configuration.subcommands.map { $0._commandName }
        for name in ["start", "pause", "resume", "status", "logs", "report", "verify", "cleanup", "doctor", "init"] {
            #expect(names.contains(name))
        }
        for command in Root.configuration.subcommands { #expect(command.configuration.discussion.contains("EXAMPLE"), "\(command)") }
    }

    @Test("a word that is no command is told of, with the one that was meant; options and help are left to the parser")
    func misspelt() throws {
        let failure = try #require(CommandLineTool.misspelt(["sttus", "--json"]))
        #expect(failure.status == .usage && failure.message.contains("Did you mean cco status?"))
        #expect(CommandLineTool.misspelt(["task", "shw", "task-1"])?.message.contains("Did you mean cco task show?") == true)
        #expect(CommandLineTool.misspelt(["qwertyuiop"])?.message.contains("Did you mean") == false)
        for words in [
            [], ["status", "x"], ["help", "x"], ["--config", "x"], [""], ["task"], ["task", "show", "task-1"], ["task", "prioritize", "x"],
            ["agent", "--json"],
        ] {
            #expect(CommandLineTool.misspelt(words) == nil, "\(words)")
        }
    }

    @Test("the help of simulate names the exit code that it has when a rule is broken")
    func simulate() {
        #expect(Simulate.configuration.discussion.contains("the exit code is then \(CommandStatus.unexpected.rawValue)."))
    }

    @Test("commands make sense of their options")
    func options() throws {
        let logs = try #require(try Root.parseAsRoot(["logs", "-f", "-n", "5", "--agent", "worker-3", "--run", "r"]) as? Logs)
        #expect(logs.follow && logs.lines == 5 && logs.agent == "worker-3" && logs.run == "r")
        #expect(throws: (any Error).self) { try Root.parseAsRoot(["logs", "--lines", "-1"]) }
        #expect(throws: (any Error).self) { try Root.parseAsRoot(["init", "x"]) }
        #expect(throws: (any Error).self) { try Root.parseAsRoot(["init", "x", "--workers", "2"]) }
        let verify = try #require(try Root.parseAsRoot(["verify", "--rerun", "--json", "--branch", "b"]) as? Verify)
        #expect(verify.rerun && verify.json && verify.branch == "b")
    }

    @Test("without --config the current folder counts if it is a configuration, else ./cco-config")
    func places() throws {
        let folder = try TemporaryPlace()
        let without = Place(config: nil, workspace: nil, surroundings: folder.surroundings())
        #expect(without.folder.path == folder.path + "/cco-config")
        #expect(without.workspace.path == folder.path + "/cco-config/workspace")
        #expect(!without.isConfigured)
        try folder.write("orchestrator.json", "{}")
        let within = Place(config: nil, workspace: "w", surroundings: folder.surroundings())
        #expect(within.folder.path == folder.path)
        #expect(within.workspace.path == folder.path + "/w")
        #expect(within.isConfigured)
        #expect(within.options == " --workspace w")
    }

    @Test("start without a configuration and without a terminal says what to do")
    func unconfigured() async throws {
        let folder = try TemporaryPlace()
        let start = try #require(try Root.parseAsRoot(["start"]) as? Start)
        await #expect {
            try await Surroundings.$current.withValue(folder.surroundings()) { try await start.run() }
        } throws: { error in
            let failure = Failure(error)
            return failure.status == .configuration && failure.message.contains("cco init") && failure.message.contains(folder.path)
        }
    }

    @Test("the second signal ends the process, the first suspends the run")
    func signals() async throws {
        let folder = try TemporaryPlace()
        let exits = Recorder<Int32>()
        let reasons = Recorder<String>()
        let console = ScriptedConsole()
        let attention = SignalAttention(
            console: console.console, words: .run(in: Place(config: nil, workspace: nil, surroundings: folder.surroundings())),
            endProcess: { exits.add($0) })
        await attention.whileRunning { reasons.add($0) }
        await attention.heed(2)
        #expect(reasons.values == ["SIGINT (Ctrl-C)"])
        #expect(exits.values.isEmpty)
        await attention.heed(15)
        #expect(exits.values == [128 + 15])
        #expect(reasons.values.count == 1)
    }

    @Test("a signal that comes while the repository is looked at suspends the run that begins after all")
    func earlySignal() async throws {
        let folder = try TemporaryPlace()
        let reasons = Recorder<String>()
        let attention = SignalAttention(
            console: ScriptedConsole().console, words: .run(in: Place(config: nil, workspace: nil, surroundings: folder.surroundings())),
            endProcess: { _ in })
        await attention.whileOpening { reasons.add("cancelled") }
        await attention.heed(15)
        await attention.whileRunning { reasons.add($0) }
        #expect(reasons.values == ["cancelled", "SIGTERM"])
    }
}
