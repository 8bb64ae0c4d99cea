import Testing

@testable import ConfigurationFiles

@Suite("Verifying a configuration")
struct VerificationTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func verify(_ member: String) throws -> EffectiveConfiguration {
        try parse(with: member).verify(folder: folder.path, home: "/home/someone")
    }

    @Test("logs go to the configuration folder unless said otherwise")
    func defaultLogs() throws {
        let effective = try verify(#""push": true"#)
        #expect(effective.logDirectory == folder.path)
        #expect(effective.claudeExecutable == "claude")
        #expect(effective.repository == .remote("https://example.org/a.git"))
    }

    @Test(
        "a log folder is resolved against the configuration folder, and ~ is the home folder",
        arguments: [("logs/./a/..", "/logs"), ("../no-folder/logs", "/../no-folder/logs"), ("/var/log", nil), ("~/logs", nil)])
    func logs(written: String, below: String?) throws {
        let expected =
            below.map { ConfigurationPath.normalized(folder.path + $0) } ?? (written == "~/logs" ? "/home/someone/logs" : written)
        #expect(try verify(#""logDirectory": "\#(written)""#).logDirectory == expected)
    }

    @Test("a log folder that is a file is refused")
    func logsFile() throws {
        try folder.write("", to: "log")
        #expect(
            problems { _ = try verify(#""logDirectory": "log""#) } == [
                "c/orchestrator.json:1:82: \"logDirectory\": \(folder("log")) is not a folder"
            ])
    }

    @Test("env files are resolved in order, and all that are missing are reported with their paths and places")
    func environmentFiles() throws {
        try folder.write("A=1", to: "a.env")
        try folder.makeFolder("folder")
        try folder.write("B=1", to: "folder/b.env")
        #expect(
            try verify(#""envFiles": ["folder/b.env", "folder/../a.env"]"#).environmentFiles == [folder("folder/b.env"), folder("a.env")])
        #expect(
            problems { _ = try verify(#""envFiles": ["a.env", "none.env", "folder"]"#) } == [
                "c/orchestrator.json:1:88: \"envFiles[1]\": \(folder("none.env")): the file does not exist",
                "c/orchestrator.json:1:100: \"envFiles[2]\": \(folder("folder")): this is a folder, not a file",
            ])
    }

    @Test("a repository on this machine has to be a folder")
    func localRepository() throws {
        try folder.makeFolder("repo")
        for (written, isThere) in [("./repo", true), ("file://\(folder("repo"))", true), ("./none", false)] {
            let configuration = try parse(#"{"repositoryUrl": "\#(written)", "workerCount": 1}"#)
            if isThere {
                #expect(try configuration.verify(folder: folder.path).repository == .local(folder("repo")))
            } else {
                #expect(
                    problems { _ = try configuration.verify(folder: folder.path) }.first?.contains("\(folder("none")) is not a folder")
                        == true)
            }
        }
    }

    @Test("the Claude CLI may be a name or the path of an executable file")
    func executable() throws {
        try folder.write("#!/bin/sh\n", to: "claude", mode: 0o700)
        try folder.write("", to: "plain", mode: 0o600)
        #expect(try verify(#""claudeExecutable": "claude-next""#).claudeExecutable == "claude-next")
        #expect(try verify(#""claudeExecutable": "./claude""#).claudeExecutable == folder("claude"))
        for path in ["./none", "./plain", folder.path] {
            #expect(problems { _ = try verify(#""claudeExecutable": "\#(path)""#) }.count == 1, "\(path)")
        }
    }
}
