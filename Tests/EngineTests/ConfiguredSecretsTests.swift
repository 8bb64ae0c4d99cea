import ConfigurationFiles
import Observability
import Testing

@testable import Engine

@Suite("What a configuration keeps secret")
struct ConfiguredSecretsTests {
    private static let secrets = [
        "sk-ant-test-of-the-pool-0123456789", "login-token-0123456789", "s3cr3t-value-of-the-env-file",
        "https://hooks.example/T1/B2/w3bh00k-path",
        "T1/B2/w3bh00k-path",
    ]

    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write(
            #"{"repositoryUrl": "https://example.invalid/r.git", "workerCount": 1, "notifications": {"webhookUrlFile": "hook"}}"#,
            to: "orchestrator.json")
        try folder.write(#"[{"name": "work", "apiKey": "\#(Self.secrets[0])"}]"#, to: "api-keys.json")
        try folder.write("SERVICE_TOKEN=\(Self.secrets[2])\n", to: ".env")
        try folder.write(Self.secrets[3] + "\n", to: "hook")
        return folder
    }

    private func redactor(_ folder: TemporaryFolder) throws -> Redactor {
        try Redactor(
            ConfigurationFolder(folder.path, currentFolder: "/", home: nil), home: nil,
            environment: ["CLAUDE_CODE_OAUTH_TOKEN": Self.secrets[1]])
    }

    @Test("keys, logins, values of environment files and the webhook's address are taken out of texts")
    func everything() throws {
        let redactor = try redactor(try folder())
        for secret in Self.secrets {
            let text = redactor.redacted("before \(secret) after")
            #expect(!text.contains(secret) && text.contains("<redacted:"), "\(text)")
        }
    }

    @Test(
        "when one of them cannot be read, there is nothing that takes out the others only",
        arguments: ["api-keys.json", "hook", "orchestrator.json"])
    func unreadable(name: String) throws {
        let folder = try folder()
        try folder.write("{ no", to: name)
        #expect(throws: ConfigurationError.self) { try redactor(folder) }
    }
}
