import ConfigurationFiles
import FoundationEssentials
import Testing

@testable import Commands

@Suite("The first-run questions") struct SetupDialogueTests {
    private func dialogue(_ place: TemporaryPlace, _ console: ScriptedConsole, environment: [String: String] = [:]) -> SetupDialogue {
        let surroundings = place.surroundings(console, environment: environment)
        return SetupDialogue(surroundings: surroundings, folder: ConfigurationFolder("cco-config", currentFolder: place.path, home: nil))
    }

    @Test("answers become a valid configuration that only its owner can read")
    func answers() async throws {
        let place = try TemporaryPlace()
        _ = try place.folder("project")
        let console = ScriptedConsole(
            ["", "./project", "develop", "3", "", "sk-ant-first", "sk-ant-second", "", "make test", "Build a clock.", "In Swift.", "."])
        let path = try await dialogue(place, console).run()
        #expect(path == "cco-config")
        #expect(console.unusedAnswers.isEmpty)
        let contents = try ConfigurationFolder(path, currentFolder: place.path, home: place.path).load(home: place.path)
        let configuration = contents.configuration.configuration
        #expect(contents.configuration.repository == .local(place.path + "/project"))
        #expect(configuration.branch == "develop" && configuration.workerCount == 3 && configuration.verifyCommand == "make test")
        #expect(configuration.authMode == .apiKeysOnly)
        #expect(contents.keys?.keys.map(\.name) == ["key-1", "key-2"])
        #expect(try place.read("cco-config/PROJECT_DIRECTION.md") == "Build a clock.\nIn Swift.\n")
        for name in ["orchestrator.json", "api-keys.json", "PROJECT_DIRECTION.md"] {
            #expect(try await place.shell("stat -c %a cco-config/\(name)") == "600")
        }
        #expect(!console.text.contains("sk-ant"))
    }

    @Test("a wrong answer is explained and asked again; a login needs no keys")
    func repeats() async throws {
        let place = try TemporaryPlace()
        _ = try place.folder("project")
        let console = ScriptedConsole(["conf", "", "me/project", "./project", "", "0", "many", "2", "", "", "."])
        let path = try await dialogue(place, console, environment: ["CLAUDE_CODE_OAUTH_TOKEN": "dummy"]).run()
        #expect(path == "conf")
        #expect(console.unusedAnswers.isEmpty)
        #expect(console.text.contains("An answer is needed"))
        #expect(console.text.contains("A number from 1 to 20"))
        #expect(console.text.contains("https://github.com/me/project.git"))
        #expect(!FileManager.default.fileExists(atPath: place.path + "/conf/api-keys.json"))
        #expect(!FileManager.default.fileExists(atPath: place.path + "/conf/PROJECT_DIRECTION.md"))
    }

    @Test("what the configuration would not take is refused when it is answered, with the reason, and asked again")
    func refused() async throws {
        let place = try TemporaryPlace()
        _ = try place.folder("project")
        let console = ScriptedConsole([
            "", "git://h/a", "./project", "my branch", "develop", "", "", "sk-ant-oat-token", "sk-ant first", " sk-ant-first ",
            "sk-ant-first", "sk-ant-second", "", "make\u{1B}", "make test", "Build a clock.", ".",
        ])
        let path = try await dialogue(place, console).run()
        #expect(console.unusedAnswers.isEmpty)
        for reason in [
            "the scheme \"git\"", "\"branch\" must not hold \" \"", "holds a token of a subscription", "without spaces",
            "the same credential", "\"verifyCommand\" must not hold a control character",
        ] {
            #expect(console.text.contains(reason), "\(reason)")
        }
        let contents = try ConfigurationFolder(path, currentFolder: place.path, home: place.path).load(home: place.path)
        #expect(
            contents.configuration.configuration.branch == "develop" && contents.configuration.configuration.verifyCommand == "make test")
        #expect(contents.keys?.keys.map { $0.credential.secret?.reveal() } == ["sk-ant-first", "sk-ant-second"])
        #expect(try place.read("cco-config/PROJECT_DIRECTION.md") == "Build a clock.\n")
        #expect(!console.text.contains("sk-ant"))
    }

    @Test("keys and goals that are there stay and are not asked for; keys that could not be used are told of at once")
    func present() async throws {
        let place = try TemporaryPlace()
        _ = try place.folder("project")
        try place.write("open/api-keys.json", "[]", mode: 0o644)
        try place.write("cco-config/api-keys.json", #"[{"name": "mine", "apiKey": "sk-ant-mine"}]"#, mode: 0o600)
        try place.write("cco-config/PROJECT_DIRECTION.md", "Mine.\n")
        let console = ScriptedConsole(["open", "", "./project", "", "", "", ""])
        let path = try await dialogue(place, console).run()
        #expect(console.unusedAnswers.isEmpty)
        #expect(console.text.contains("chmod 600"))
        let contents = try ConfigurationFolder(path, currentFolder: place.path, home: place.path).load(home: place.path)
        #expect(contents.keys?.keys.map(\.name) == ["mine"])
        #expect(try place.read("cco-config/PROJECT_DIRECTION.md") == "Mine.\n")
    }

    @Test("where not everything can be written there is no orchestrator.json, so that the next start asks again")
    func halfWritten() async throws {
        let place = try TemporaryPlace()
        _ = try place.folder("project")
        let console = ScriptedConsole(["", "./project", "", "", "", "sk-ant-first", "", "", "."])
        var asking = dialogue(place, console)
        let person = console.console
        asking.surroundings.console.readLine = {
            let line = await person.readLine()
            // Somebody else writes the keys just before.
            if line == "." { try? place.write("cco-config/api-keys.json", "[]", mode: 0o600) }
            return line
        }
        let interrupted = asking
        await #expect(throws: ConfigurationError.self) { try await interrupted.run() }
        #expect(console.unusedAnswers.isEmpty)
        #expect(try place.read("cco-config/api-keys.json") == "[]")
        #expect(!FileManager.default.fileExists(atPath: place.path + "/cco-config/orchestrator.json"))
    }

    @Test("input that ends in the middle writes nothing")
    func endsEarly() async throws {
        let place = try TemporaryPlace()
        let console = ScriptedConsole(["", "/somewhere"])
        await #expect(throws: Failure.self) { try await dialogue(place, console).run() }
        #expect(!FileManager.default.fileExists(atPath: place.path + "/cco-config"))
    }
}
