import ConfigurationFiles
import Observability
import Testing

@testable import Engine

@Suite("Secrets of environment files")
struct EnvironmentSecretsTests {
    private func secrets(_ text: String) throws -> [String: String] {
        let folder = try TemporaryFolder()
        try folder.write(text, to: ".env")
        let files = try EnvironmentFiles.collect(folder: folder.path, paths: [])
        let pairs = files.secretValues.map { ($0.name, String(decoding: $0.bytes, as: UTF8.self)) }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    @Test("a value whose name tells that it is one, and a value that looks like a token, are secrets; common values are not")
    func telling() throws {
        let found = try secrets(
            """
            PORT=8080
            DEBUG=true
            HOST=localhost
            GREETING=a long text with words and the number 12345
            DATABASE_PASSWORD=correct-horse
            BLOB=abcdefghij0123456789xyz
            #OLD_TOKEN=abcdef-old-token-1
            """)
        #expect(found == [".env:DATABASE_PASSWORD": "correct-horse", ".env:BLOB": "abcdefghij0123456789xyz"])
    }

    @Test(
        "quotes, export, spaces, comments and line ends are no part of the value",
        arguments: [
            "API_TOKEN=abcdef-123456", "API_TOKEN=\"abcdef-123456\"", "API_TOKEN='abcdef-123456'", "export API_TOKEN=abcdef-123456",
            "API_TOKEN = abcdef-123456  ", "API_TOKEN=abcdef-123456\r\n", "API_TOKEN=\"abcdef-123456\" # of May",
            "API_TOKEN=abcdef-123456 # of May",
        ])
    func forms(line: String) throws {
        #expect(try secrets(line) == [".env:API_TOKEN": "abcdef-123456"])
    }
}
