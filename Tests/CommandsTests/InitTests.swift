import Agents
import ArgumentParser
import ConfigurationFiles
import Testing

@testable import Commands

@Suite("Writing a configuration") struct InitTests {
    private func run(_ arguments: [String], _ place: TemporaryPlace) async throws {
        let command = try #require(try Root.parseAsRoot(["init"] + arguments) as? Init)
        try await Surroundings.$current.withValue(place.surroundings()) { try await command.run() }
    }

    @Test("init writes a configuration that loads, prompts that are accepted back, and schemas")
    func all() async throws {
        let place = try TemporaryPlace()
        _ = try place.folder("project")
        try await run(
            ["conf", "--repository", "./project", "--workers", "3", "--verify-command", "make", "--prompts", "--schemas", "s"], place)
        let config = Place(config: "conf", workspace: nil, surroundings: place.surroundings())
        let loaded = try config.folder.load(home: place.path)
        #expect(loaded.configuration.configuration.workerCount == 3)
        #expect(loaded.configuration.repository == .local(place.path + "/project"), "it counts from the current folder")
        let overrides = try PromptOverrides.load(folder: config.folder.promptsFolder, validNames: PromptLibrary.names)
        #expect(overrides.texts.count == PromptLibrary.names.count)
        _ = try PromptLibrary(overrides: overrides.texts)
        #expect(try place.read("s/orchestrator.schema.json").contains("workerCount"))
        #expect(try place.read("s/api-keys.schema.json").contains("apiKey"))
    }

    @Test("init replaces nothing but schemas, which nobody edits")
    func twice() async throws {
        let place = try TemporaryPlace()
        try place.write("conf/prompts/worker.md", "mine")
        try place.write("s/orchestrator.schema.json", "old")
        try await run(["conf", "--repository", "/r", "--workers", "3", "--prompts", "--schemas", "s"], place)
        #expect(try place.read("conf/prompts/worker.md") == "mine")
        #expect(try place.read("s/orchestrator.schema.json").contains("workerCount"))
        await #expect { try await run(["conf", "--repository", "/other", "--workers", "1"], place) } throws: {
            Failure($0).status == .configuration
        }
        #expect(try place.read("conf/orchestrator.json").contains("\"/r\""))
    }
}
