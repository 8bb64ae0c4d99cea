import Testing

@testable import ConfigurationFiles

@Suite("Prompt overrides")
struct PromptOverridesTests {
    private let root: TemporaryFolder
    private let names = ["director.md", "engineer-manager.md", "worker.md", "worker.schema.json"]

    init() throws { root = try TemporaryFolder() }

    @Test("a missing folder overrides nothing")
    func missing() throws {
        #expect(try PromptOverrides.load(folder: root("prompts"), validNames: names).texts.isEmpty)
    }

    @Test("texts are read as they are, by file name")
    func texts() throws {
        try root.write("Lead.\n", to: "director.md")
        try root.write("{}", to: "worker.schema.json")
        try root.write("x", to: ".director.md.swp")
        #expect(
            try PromptOverrides.load(folder: root.path, validNames: names).texts == ["director.md": "Lead.\n", "worker.schema.json": "{}"])
    }

    @Test("unknown names, empty texts, other encodings, folders and more than 64 KiB are all reported")
    func refused() throws {
        try root.write("x", to: "manager.md")
        try root.write("x", to: "workers.md")
        try root.write(" \n", to: "director.md")
        try root.write([0xE4], to: "engineer-manager.md")
        try root.write([UInt8](repeating: 65, count: PromptOverrides.sizeLimit + 1), to: "worker.md")
        try root.makeFolder("worker.schema.json")
        #expect(
            problems { _ = try PromptOverrides.load(folder: root.path, validNames: names) } == [
                "\(root("director.md")): the file is empty; remove it to get the built-in text",
                "\(root("engineer-manager.md")): the text is not UTF-8; save the file as UTF-8",
                "\(root("manager.md")): no prompt has this file name; "
                    + "valid: director.md, engineer-manager.md, worker.md, worker.schema.json",
                "\(root("worker.md")): the file has 65537 bytes; at most 65536 are read",
                "\(root("worker.schema.json")): this is a folder, not a file",
                "\(root("workers.md")): no prompt has this file name; did you mean \"worker.md\"?",
            ])
    }
}
