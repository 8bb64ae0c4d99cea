import Agents
import FoundationEssentials
import Testing

@testable import Commands

@Suite("The doctor") struct DoctorTests {
    private func checks(_ place: TemporaryPlace, config: String?, environment: [String: String] = [:]) async -> [String: HealthCheck] {
        let surroundings = place.surroundings(environment: ["PATH": place.path + "/bin"].merging(environment) { $1 })
        let checks = await HealthChecks(
            surroundings: surroundings, place: Place(config: config, workspace: nil, surroundings: surroundings),
            isConfigurationExpected: config != nil
        ).all()
        return Dictionary(checks.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Written by another process: a file that this one has open for writing at the moment of a fork could not be executed.
    private func program(_ place: TemporaryPlace, _ name: String, says text: String) async throws {
        try await place.shell(
            "mkdir -p bin; rm -f bin/\(name); printf '#!/bin/sh\\necho \"%s\"\\n' '\(text)' > bin/\(name); chmod +x bin/\(name)")
    }

    @Test("programs that are missing or too old fail, with a remedy and their exit code")
    func programs() async throws {
        let place = try TemporaryPlace()
        _ = try place.folder("bin")
        var found = await checks(place, config: nil)
        for name in ["git", "cco-shim", "claude"] {
            #expect(found[name]?.result == .failed)
            #expect(found[name]?.exitStatus == .unavailable)
        }
        #expect(found["configuration"]?.result == .info)
        #expect(found["credentials"]?.result == .warning)
        try await program(place, "git", says: "git version 2.30.1")
        try await program(place, "claude", says: "1.0.9 (Claude Code)")
        found = await checks(place, config: nil)
        #expect(found["git"]?.result == .failed && found["git"]?.remedy != nil)
        #expect(found["claude"]?.detail.contains("claude update") == true)
        try await program(place, "git", says: "git version 2.39.5")
        try await program(place, "claude", says: "\(CLIVersion.oldestSupported) (Claude Code)")
        try await program(place, "cco-shim", says: "")
        found = await checks(place, config: nil, environment: ["ANTHROPIC_API_KEY": "dummy"])
        for name in ["git", "cco-shim", "claude", "credentials"] { #expect(found[name]?.result == .passed, "\(name)") }
    }

    @Test("a configuration is checked with its repository, keys and disk")
    func configuration() async throws {
        let fixture = try await RunFixture()
        let place = fixture.place
        try place.write("config/orchestrator.json", #"{"repositoryUrl": "../origin.git", "workerCount": 1, "minimumFreeDiskMb": 1}"#)
        try place.write("config/api-keys.json", #"[{"name": "key-1", "apiKey": "sk-ant-dummy-secret"}]"#, mode: 0o600)
        var found = await checks(place, config: place.path + "/config", environment: ["PATH": "/usr/bin:/bin"])
        #expect(found["repository"]?.result == .passed)
        #expect(found["disk"]?.result == .passed)
        #expect(found["credentials"]?.detail == "oauth: key-1")
        try place.write(
            "config/orchestrator.json",
            #"{"repositoryUrl": "../origin.git", "workerCount": 1, "branch": "nope", "minimumFreeDiskMb": 999999999, "authMode": "api-keys-only"}"#
        )
        found = await checks(place, config: place.path + "/config", environment: ["PATH": "/usr/bin:/bin"])
        #expect(found["repository"]?.result == .failed && found["repository"]?.remedy?.contains("main") == true)
        #expect(found["disk"]?.exitStatus == .cannotCreate)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: place.path + "/config/api-keys.json")
        found = await checks(place, config: place.path + "/config", environment: ["PATH": "/usr/bin:/bin"])
        #expect(found["configuration"]?.exitStatus == .configuration)
        #expect(found["configuration"]?.detail.contains("chmod 600") == true)
        #expect(found["claude"] == nil && found["credentials"] == nil && found["memory"] == nil, "what it names is not known")
        #expect(found.values.allSatisfy { !"\($0)".contains("sk-ant-dummy") })
    }

    @Test("an empty PATH entry does not let the current folder in")
    func pathSearch() async throws {
        let place = try TemporaryPlace()
        try await program(place, "claude", says: "x")
        var surroundings = place.surroundings(environment: ["PATH": ":bin:"])
        surroundings.currentFolder = place.path + "/bin"
        #expect(ExecutableSearch(surroundings: surroundings).find("claude") == nil)
        #expect(ExecutableSearch(surroundings: surroundings).find("./claude") == place.path + "/bin/claude")
    }
}
