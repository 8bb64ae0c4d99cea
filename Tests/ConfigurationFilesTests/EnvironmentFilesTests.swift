import Glibc
import Testing

@testable import ConfigurationFiles

@Suite("Environment files")
struct EnvironmentFilesTests {
    private let root: TemporaryFolder

    init() throws {
        root = try TemporaryFolder()
        for name in ["config", "shared", "repo"] { try root.makeFolder(name) }
    }

    private func collect(_ paths: [String] = [], repository: Bool = true, tracked: Set<String> = []) throws -> EnvironmentFiles {
        try EnvironmentFiles.collect(
            folder: root("config"), paths: paths.map { root($0) }, repository: repository ? root("repo") : nil, trackedNames: tracked)
    }

    private func texts(_ files: EnvironmentFiles) -> [String: String] {
        files.contents.mapValues { String(decoding: $0, as: UTF8.self) }
    }

    @Test("nothing there means nothing collected")
    func none() throws {
        #expect(try collect().files.isEmpty)
    }

    @Test("the configuration folder wins over envFiles, and these over the repository's folder")
    func precedence() throws {
        for folder in ["config", "shared", "repo"] { try root.write(folder, to: "\(folder)/.env") }
        for folder in ["shared", "repo"] { try root.write(folder, to: "\(folder)/.env.local") }
        try root.write("extra", to: "shared/extra.env")
        let files = try collect(["shared/.env", "shared/.env.local", "shared/extra.env"])
        #expect(texts(files) == [".env": "config", ".env.local": "shared", "extra.env": "extra"])
        #expect(files.files.map(\.source) == [.configurationFolder, .envFiles, .envFiles])
        #expect(files.files.map(\.path) == [root("config/.env"), root("shared/.env.local"), root("shared/extra.env")])
        #expect(texts(try collect()) == [".env": "config", ".env.local": "repo"])
        #expect(texts(try collect(repository: false)) == [".env": "config"])
    }

    @Test("a file that git tracks is not taken from the repository's folder")
    func tracked() throws {
        try root.write("repo", to: "repo/.env")
        try root.write("repo", to: "repo/.env.local")
        #expect(texts(try collect(tracked: [".env"])) == [".env.local": "repo"])
    }

    @Test("bytes are kept as they are")
    func bytes() throws {
        let bytes: [UInt8] = [0, 255, 13, 10, 0xC3]
        try root.write(bytes, to: "config/.env")
        #expect(try collect().contents == [".env": bytes])
    }

    @Test("a link out of its folder is refused, one within is followed")
    func links() throws {
        try root.write("secret", to: "shared/secret")
        try root.write("inner", to: "repo/env.sample")
        try root.link("config/.env", to: root("shared/secret"))
        try root.link("repo/.env", to: "../shared/secret")
        try root.link("repo/.env.local", to: "env.sample")
        try root.link("config/x.env", to: "/etc/passwd")
        let printed = problems { _ = try collect(["config/x.env"]) }
        #expect(printed.count == 3)
        #expect(
            printed.first?.hasPrefix("\(root("config/.env")): the symbolic link leads out of its folder, to \(root("shared/secret"))")
                == true)
        unlink(root("config/.env"))
        unlink(root("repo/.env"))
        #expect(texts(try collect()) == [".env.local": "inner"])
    }

    @Test("a missing envFile, a folder, a pipe and a file of more than 1 MiB are all reported")
    func refused() throws {
        try root.makeFolder("config/.env.local")
        #expect(mkfifo(root("shared/pipe"), 0o600) == 0)
        try root.write([UInt8](repeating: 65, count: EnvironmentFile.sizeLimit), to: "shared/fits")
        try root.write([UInt8](repeating: 65, count: EnvironmentFile.sizeLimit + 1), to: "shared/large")
        #expect(
            problems { _ = try collect(["shared/fits", "shared/none", "shared/pipe", "shared/large"]) } == [
                "\(root("config/.env.local")): this is a folder, not a file",
                "\(root("shared/none")): the file does not exist",
                "\(root("shared/pipe")): this is not a regular file",
                "\(root("shared/large")): the file has 1048577 bytes; at most 1048576 are read",
            ])
    }

    @Test("printing a collection shows no content")
    func printing() throws {
        try root.write("A=hunter2", to: "config/.env")
        let files = try collect()
        var dumped = "\(files) \(files.files) \(String(reflecting: files))"
        dump(files, to: &dumped)
        #expect(!dumped.contains("hunter2"))
        #expect(!dumped.contains("104"))
        #expect("\(files.files[0])" == ".env from \(root("config/.env")) (configuration folder, 9 bytes)")
    }
}
