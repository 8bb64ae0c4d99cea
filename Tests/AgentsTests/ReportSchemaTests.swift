import Foundation
import JSON
import Orchestration
import Testing

@testable import Agents

@Suite("Schemas of reports")
struct ReportSchemaTests {
    private static let draft =
        #"{"key":"a","title":"t","description":"d","acceptance":"c","paths":["src/"],"dependsOn":["task-1"],"size":"small"}"#
    private static let goal = #"{"team":"team-1","title":"t","description":"d","acceptance":"c"}"#

    private func schema(_ name: String) throws -> JSONValue {
        let text = try #require(try PromptLibrary().text(of: name))
        return try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }

    /// Decodes a report that uses every field, and compares the fields of type and schema; then one with the required fields only.
    private func check<Report: Codable>(_ type: Report.Type, _ name: String, full: String, least: String) throws {
        guard case .object(var members) = try schema(name), case .object(var properties)? = members["properties"] else {
            Issue.record("\(name) is no object's schema")
            return
        }
        // Read apart from the report, whichever it is.
        #expect(properties.removeValue(forKey: "acknowledgedMessages")?["type"] == .string("array"), "\(name)")
        #expect(properties.removeValue(forKey: "question")?["required"] == .array([.string("text")]), "\(name)")
        members["properties"] = .object(properties)
        let schema = JSONValue.object(members)
        let report = try JSONDecoder().decode(type, from: Data(full.utf8))
        let encoded = try JSONDecoder().decode(JSONValue.self, from: try JSONEncoder().encode(report))
        #expect(encoded == (try JSONDecoder().decode(JSONValue.self, from: Data(full.utf8))), "the type knows fields that the sample lacks")
        compare(encoded, schema, at: name)
        _ = try JSONDecoder().decode(type, from: Data(least.utf8))
        let leastValue = try JSONDecoder().decode(JSONValue.self, from: Data(least.utf8))
        requireOnlyRequired(leastValue, schema, at: name)
    }

    private func compare(_ value: JSONValue, _ schema: JSONValue, at path: String) {
        switch value {
        case .object(let members):
            guard case .object(let properties) = schema["properties"] else {
                Issue.record("\(path) is no object in the schema")
                return
            }
            #expect(Set(members.keys) == Set(properties.keys), "\(path)")
            #expect(schema["additionalProperties"] == .bool(false), "\(path)")
            for (key, member) in members { compare(member, properties[key] ?? .null, at: "\(path).\(key)") }
        case .array(let items):
            #expect(schema["type"] == .string("array") && schema["maxItems"] != nil, "\(path)")
            for item in items { compare(item, schema["items"] ?? .null, at: path + "[]") }
        case .string: #expect(schema["type"] == .string("string"), "\(path)")
        case .bool: #expect(schema["type"] == .string("boolean"), "\(path)")
        case .null, .integer, .number: Issue.record("\(path) holds a kind of value that no report has")
        }
    }

    private func requireOnlyRequired(_ value: JSONValue, _ schema: JSONValue, at path: String) {
        guard case .object(let members) = value, case .array(let required) = schema["required"] else { return }
        #expect(Set(members.keys) == Set(required.compactMap(\.string)), "\(path)")
    }

    @Test("a worker's report")
    func worker() throws {
        try check(
            WorkerReport.self, "worker-report.json", full: #"{"status":"blocked","summary":"s","notes":"n"}"#,
            least: #"{"status":"done","summary":"s"}"#)
        let statuses = try schema("worker-report.json")["properties"]?["status"]?["enum"]
        #expect(statuses == .array([.string("done"), .string("blocked")]))
    }

    @Test("a plan of tasks")
    func taskPlan() throws {
        try check(
            TaskPlanReport.self, "task-plan.json", full: #"{"summary":"s","verifyCommand":"make","tasks":[\#(Self.draft)]}"#,
            least: #"{"summary":"s","tasks":[]}"#)
    }

    @Test("a plan of goals")
    func goalPlan() throws {
        try check(
            GoalPlanReport.self, "goal-plan.json", full: #"{"summary":"s","verifyCommand":"make","goals":[\#(Self.goal)]}"#,
            least: #"{"summary":"s","goals":[]}"#)
    }

    @Test("a review")
    func review() throws {
        try check(
            ReviewReport.self, "review.json", full: #"{"decisions":[{"task":"task-1","verdict":"rework","instructions":"i"}]}"#,
            least: #"{"decisions":[]}"#)
        let verdicts = try schema("review.json")["properties"]?["decisions"]?["items"]?["properties"]?["verdict"]?["enum"]
        #expect(verdicts == .array([.string("approve"), .string("rework"), .string("drop")]))
    }

    @Test("an assessment")
    func assessment() throws {
        try check(
            AssessmentReport.self, "assessment.json", full: #"{"goalReached":false,"summary":"s","tasks":[\#(Self.draft)]}"#,
            least: #"{"goalReached":true,"summary":"s"}"#)
    }

    @Test("a Director's decision")
    func director() throws {
        let delivery = #"{"team":"team-1","verdict":"return","instructions":"i"}"#
        try check(
            DirectorReport.self, "director-decision.json",
            full: #"{"deliveries":[\#(delivery)],"goals":[\#(Self.goal)],"complete":false,"summary":"s"}"#,
            least: #"{"deliveries":[],"complete":true,"summary":"s"}"#)
    }

    @Test("schemas are small, since every request carries one", arguments: ["worker-report.json", "task-plan.json", "review.json"])
    func size(name: String) throws {
        #expect(try #require(try PromptLibrary().text(of: name)).utf8.count < 1450)
    }
}
