import Foundation
import Simulation
import Testing

@testable import Orchestration

@Suite("Ids")
struct IDTests {
    @Test("ids are ordered by kind and then by number")
    func order() {
        let sorted: [AgentID] = [
            "director", "em-1", "em-2", "em-10", "worker-1", "worker-2", "worker-9", "worker-10", "worker-11", "worker-100",
        ].map { ID($0) }
        var random = SeededRandom(seed: 3)
        #expect(sorted.shuffled(using: &random).sorted() == sorted)
    }

    @Test("names of any form have one order, whichever way they are compared")
    func anyNames() {
        let kinds = ["task", "task-", "-task", "t", "a-b", ""]
        let numbers = [
            "", "0", "1", "01", "9", "10", "12", "99", "100", "00", "x", "1x", "+1", "123456789012345678", "99999999999999999999",
        ]
        let names = kinds.flatMap { kind in numbers.flatMap { ["\(kind)-\($0)", "\(kind)\($0)"] } }
        func parts(_ name: String) -> (String, Int, String) {
            guard let hyphen = name.lastIndex(of: "-"), let number = Int(name[name.index(after: hyphen)...]) else { return (name, 0, name) }
            return (String(name[..<hyphen]), number, name)
        }
        for left in names {
            for right in names where left.utf8.count != right.utf8.count {
                #expect((TaskID(left) < TaskID(right)) == (parts(left) < parts(right)), "\(left) \(right)")
            }
        }
    }

    @Test("dictionaries keyed by ids are JSON objects")
    func keys() throws {
        let data = try JSONEncoder().encode([TaskID("task-1"): 1])
        #expect(String(bytes: data, encoding: .utf8) == #"{"task-1":1}"#)
        #expect(try JSONDecoder().decode([TaskID: Int].self, from: data) == [ID("task-1"): 1])
    }

    @Test(
        "only a full object name is an object id",
        arguments: [
            "", "abc", "--upload-pack=x", String(repeating: "g", count: 40), String(repeating: "A", count: 40),
            String(repeating: "a", count: 41),
        ])
    func objectID(text: String) {
        #expect(ObjectID(text) == nil)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(ObjectID.self, from: Data("\"\(text)\"".utf8)) }
    }

    @Test("session ids are distinct version 4 UUIDs that follow from seed and number")
    func uuids() throws {
        let ids = (0..<200).map { SeededUUID(seed: 5, number: $0).text }
        #expect(Set(ids).count == 200)
        #expect(ids == (0..<200).map { SeededUUID(seed: 5, number: $0).text })
        #expect(ids.allSatisfy { $0.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil })
    }
}
