import Testing

@testable import ConfigurationFiles

@Suite("The configuration folder")
struct ConfigurationFolderTests {
    private let root: TemporaryFolder
    private let folder: ConfigurationFolder

    init() throws {
        root = try TemporaryFolder()
        folder = ConfigurationFolder("my config", currentFolder: root.path, home: nil)
    }

    @Test("a folder is resolved against the current one")
    func paths() {
        #expect(folder.orchestratorFile == root("my config/orchestrator.json"))
        #expect(folder.apiKeysFile == root("my config/api-keys.json"))
        #expect(folder.promptsFolder == root("my config/prompts"))
        #expect(ConfigurationFolder("~/c", currentFolder: "/x", home: "/home/a").path == "/home/a/c")
    }

    @Test("a missing folder and a missing file say how to make one")
    func missing() throws {
        #expect(
            problems { _ = try folder.load() } == [
                "my config: the configuration folder does not exist; make one with: cco init --config 'my config'"
            ])
        try root.makeFolder("my config")
        #expect(
            problems { _ = try folder.load() } == [
                "my config/orchestrator.json: the file does not exist; make one with: cco init --config 'my config'"
            ])
    }

    @Test("a file in place of the folder, and a folder in place of the file, are refused")
    func wrongKinds() throws {
        try root.write("{}", to: "my config")
        #expect(
            problems { _ = try folder.load() }.first
                == "my config: this is a file; --config needs a folder; give the folder that holds orchestrator.json")
        let other = ConfigurationFolder("other", currentFolder: root.path, home: nil)
        try root.makeFolder("other")
        try root.makeFolder("other/orchestrator.json")
        #expect(problems { _ = try other.load() } == ["other/orchestrator.json: this is a folder, not a file"])
    }

    @Test("problems of both files are reported together")
    func bothFiles() throws {
        try root.makeFolder("my config")
        try root.write(#"{"repositoryUrl": "https://h/a"}"#, to: "my config/orchestrator.json")
        try root.write(#"[{"apiKey": ""}]"#, to: "my config/api-keys.json")
        let printed = problems { _ = try folder.load() }
        #expect(printed.count == 2)
        #expect(printed.first?.hasPrefix("my config/orchestrator.json:1:1: ") == true)
        #expect(printed.last?.hasPrefix("my config/api-keys.json:1:13: ") == true)
    }

    @Test("api-keys-only needs a key; api-keys-first only warns")
    func authMode() throws {
        try root.makeFolder("my config")
        try root.write(
            #"{"repositoryUrl": "https://h/a", "workerCount": 1, "authMode": "api-keys-only"}"#, to: "my config/orchestrator.json")
        #expect(
            problems { _ = try folder.load() } == [
                "my config/orchestrator.json:1:64: \"authMode\" is \"api-keys-only\", but there is no key in my config/api-keys.json; "
                    + "add a key, or set \"authMode\" to \"oauth\""
            ])
        try root.write(#"[{"apiKey": "k-1"}]"#, to: "my config/api-keys.json")
        #expect(try folder.load().keys?.keys.count == 1)
        try root.write("[]", to: "my config/api-keys.json")
        try root.write(
            #"{"repositoryUrl": "https://h/a", "workerCount": 1, "authMode": "api-keys-first"}"#, to: "my config/orchestrator.json")
        #expect(try folder.load().warnings.count == 1)
    }
}

@Suite("Writing a new configuration")
struct ConfigurationWriterTests {
    private let root: TemporaryFolder
    private let folder: ConfigurationFolder
    private let writer: ConfigurationWriter

    init() throws {
        root = try TemporaryFolder()
        folder = ConfigurationFolder("a/b", currentFolder: root.path, home: nil)
        writer = ConfigurationWriter(folder)
    }

    @Test("what is written can be read, is private, and has its schema beside it")
    func roundTrip() throws {
        var draft = ConfigurationWriter.Draft(repositoryUrl: "https://example.org/a.git", workerCount: 30)
        draft.branch = "develop"
        draft.authMode = .apiKeysOnly
        draft.model = "opus"
        draft.verifyCommand = "make \"all\"\nmake test"
        try writer.write(draft)
        try writer.write([(name: "key-1", apiKey: Secret("k-\"1\\"))])
        let contents = try folder.load()
        let configuration = contents.configuration.configuration
        #expect(configuration.branch == "develop")
        #expect(configuration.workerCount == 30)
        #expect(configuration.authMode == .apiKeysOnly)
        #expect(configuration.verifyCommand == "make \"all\"\nmake test")
        #expect(contents.keys?.keys == [APIKey(name: "key-1", credential: .apiKey(Secret("k-\"1\\")))])
        #expect(contents.warnings.isEmpty)
        #expect(try root.mode("a") == 0o700)
        #expect(try root.mode("a/b/orchestrator.json") == 0o600)
        #expect(try root.mode("a/b/api-keys.json") == 0o600)
        #expect(try root.read("a/b/orchestrator.json").hasPrefix("{\n  \"$schema\": \"./orchestrator.schema.json\",\n"))
        #expect(try root.read("a/b/orchestrator.schema.json") == JSONSchema.orchestrator())
    }

    @Test("a file that is there is never replaced, and nothing is left behind")
    func noOverwrite() throws {
        try root.makeFolder("a")
        try root.makeFolder("a/b")
        try root.write("mine", to: "a/b/orchestrator.json")
        try root.link("a/b/api-keys.json", to: "nowhere")
        #expect(
            problems { try writer.write(ConfigurationWriter.Draft(repositoryUrl: "https://h/a", workerCount: 1)) } == [
                "a/b/orchestrator.json: the file is there already and is left as it is; edit it, or remove it first"
            ])
        #expect(problems { try writer.write([(name: "k", apiKey: Secret("k-1"))]) }.count == 1)
        #expect(try root.read("a/b/orchestrator.json") == "mine")
        #expect(root.names("a/b") == ["api-keys.json", "orchestrator.json"])
    }

    @Test("what could not be read again is told of without writing anything")
    func checked() throws {
        var draft = ConfigurationWriter.Draft(repositoryUrl: "https://h/a", workerCount: 1)
        try writer.check(draft)
        draft.branch = "my branch"
        #expect(problems { try writer.check(draft) }.first?.contains("\"branch\" must not hold \" \"") == true)
        try writer.check([(name: "key-1", apiKey: Secret("k-1"))])
        let twice = [(name: "key-1", apiKey: Secret("k-1")), (name: "key-2", apiKey: Secret("k-1"))]
        #expect(problems { try writer.check(twice) }.first?.contains("the same credential") == true)
        #expect(root.names().isEmpty)
    }

    @Test("a relative path of a repository counts from where it was named; everything else is written as it is")
    func repository() {
        #expect(RepositoryLocation.written("../a", namedIn: "/x/y") == "/x/a")
        #expect(RepositoryLocation.written(".", namedIn: "/x/y") == "/x/y")
        for text in ["/a", "~/a", "https://h/a.git", "git@h:a.git", "nonsense"] {
            #expect(RepositoryLocation.written(text, namedIn: "/x/y") == text)
        }
    }

    @Test("a value that could not be read again is not written")
    func invalid() {
        #expect(problems { try writer.write(ConfigurationWriter.Draft(repositoryUrl: "nonsense", workerCount: 1)) }.count == 1)
        let printed = problems { try writer.write([(name: "k", apiKey: Secret("hunter2 ")), (name: "k", apiKey: Secret(""))]) }
        #expect(printed.count == 3)
        #expect(!printed.joined().contains("hunter2"))
        #expect(root.names().isEmpty)
    }
}
