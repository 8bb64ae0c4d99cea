import Testing

@testable import ConfigurationFiles

@Suite("The JSON Schemas")
struct JSONSchemaTests {
    /// The checked-in text of a schema.
    private func checkedIn(_ name: String) throws -> String {
        let parts = #filePath.split(separator: "/").dropLast(3).map(String.init) + ["schemas", name]
        let bytes = try RegularFile(reading: "/" + parts.joined(separator: "/"), limit: JSONDocument.sizeLimit).bytes
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("the checked-in schemas are those that the option tables make")
    func upToDate() throws {
        #expect(try checkedIn("orchestrator.schema.json") == JSONSchema.orchestrator(), "run: make schemas")
        #expect(try checkedIn("api-keys.schema.json") == JSONSchema.apiKeys(), "run: make schemas")
    }

    @Test("the schema of orchestrator.json has every option, its default and no others")
    func properties() throws {
        let root = try #require(try JSONDocument(parsing: Array(JSONSchema.orchestrator().utf8), file: "schema").root.object)
        func member(_ name: String, of members: [JSONMember]) -> JSONValue? { members.first { $0.key == name }?.value }
        let properties = try #require(member("properties", of: root)?.object)
        let definitions = OrchestratorConfiguration.Settings.definitions
        #expect(properties.map(\.key) == definitions.map(\.name) + LegacyOption.all.map(\.name))
        #expect(member("additionalProperties", of: root)?.boolean == false)
        #expect(member("required", of: root)?.array?.map(\.string) == ["repositoryUrl", "workerCount"])
        let branch = try #require(member("branch", of: properties)?.object)
        #expect(member("default", of: branch)?.string == "main")
        let groupSize = try #require(member("groupSize", of: properties)?.object)
        #expect(member("deprecated", of: groupSize)?.boolean == true)
    }

    @Test("both schemas are JSON without a problem")
    func wellFormed() throws {
        for text in [JSONSchema.orchestrator(), JSONSchema.apiKeys()] {
            #expect(try JSONDocument(parsing: Array(text.utf8), file: "schema").problems.isEmpty)
        }
    }
}
