import Foundation
import JSON
import Testing

@Suite("Encoding without a tree")
struct CompactEncoderTests {
    private struct Inner: Codable, Equatable {
        var text: String?
        var flag = true
    }

    private enum Choice: Codable, Equatable {
        case plain
        case one(Int64)
        case two(name: String, [Inner])
    }

    private struct Everything: Codable, Equatable {
        var text = "\"a\\b\"/\n\r\t\u{1}\u{1F}\u{7F}äöü€😀"
        var empty = ""
        var bytes: [UInt8] = [0, 255]
        var small = Int8.min
        var large = UInt64.max
        var low = Int64.min
        var half = 0.1
        var whole = 3.0
        var tiny = 1e-300
        var float: Float = 0.1
        var none: Int?
        var some: Int? = 4
        var nested: [[Inner]] = [[], [Inner(text: "x"), Inner()]]
        var names = ["a\"b": 1, "": 2]
        var choices: [Choice] = [.plain, .one(7), .two(name: "n", [Inner(text: nil, flag: false)])]
    }

    private func text(_ value: some Encodable) throws -> String { String(decoding: try CompactEncoder.encode(value), as: UTF8.self) }

    /// Whether both encoders say the same.
    private func expectTheSame(_ value: some Encodable, _ place: SourceLocation = #_sourceLocation) throws {
        let expected = try JSONValue(parsing: String(decoding: JSONEncoder().encode(value), as: UTF8.self))
        #expect(try JSONValue(parsing: text(value)) == expected, sourceLocation: place)
    }

    @Test("what is written reads back, and is what JSONEncoder writes")
    func everything() throws {
        let value = Everything()
        #expect(try JSONDecoder().decode(Everything.self, from: Data(CompactEncoder.encode(value))) == value)
        try expectTheSame(value)
        for choice in value.choices { try expectTheSame(choice) }
        try expectTheSame([Int: String]())
        try expectTheSame([1: "a"])
        try expectTheSame(Optional<Int>.none)
    }

    @Test("keys stand in the order of the type, whole numbers have no fraction, and slashes are left alone")
    func form() throws {
        struct Sample: Encodable {
            var z = 1.0
            var a = "a/b"
        }
        #expect(try text(Sample()) == #"{"z":1,"a":"a/b"}"#)
        #expect(try text([String]()) == "[]")
        #expect(try text("x") == #""x""#)
    }

    @Test("a number that JSON does not have is an error", arguments: [Double.nan, .infinity, -.infinity])
    func strangeNumber(_ number: Double) {
        #expect(throws: EncodingError.self) { try CompactEncoder.encode([number]) }
    }

    @Test("a type that goes back to a container after another one is encoded all the same")
    func tangled() throws {
        struct Tangled: Encodable {
            enum Key: String, CodingKey { case first, second, third }

            func encode(to encoder: any Encoder) throws {
                var outer = encoder.container(keyedBy: Key.self)
                var inner = outer.nestedContainer(keyedBy: Key.self, forKey: .first)
                try inner.encode(1, forKey: .first)
                try outer.encode(2, forKey: .second)
                try inner.encode(3, forKey: .second)
                var again = encoder.container(keyedBy: Key.self)
                try again.encode(4, forKey: .third)
            }
        }
        try expectTheSame(Tangled())
        try expectTheSame(["inside": [Tangled()]])
    }

    @Test("a value that encodes nothing is an empty object, and data, URLs and decimals have JSONEncoder's forms")
    func special() throws {
        struct Nothing: Encodable { func encode(to encoder: any Encoder) {} }
        struct Special: Encodable {
            var nothing = Nothing()
            var data = Data([1, 2])
            var link = URL(string: "http://127.0.0.1/a?b")
            var exact = Decimal(string: "0.1")
            var date = Date(timeIntervalSinceReferenceDate: 1)
        }
        try expectTheSame(Special())
        try expectTheSame(["x": Nothing()])
    }
}
