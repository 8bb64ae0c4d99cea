import Foundation
import Testing

@testable import ConfigurationFiles

@Suite("What the documents say of the configuration")
struct DocumentationTests {
    @Test("the README holds the option tables that the parser is made from")
    func optionTables() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        #expect(text.contains(OrchestratorConfiguration.markdownTable), "copy OrchestratorConfiguration.markdownTable into README.md")
        #expect(text.contains(APIKeysFile.markdownTable), "copy APIKeysFile.markdownTable into README.md")
    }
}
