import Foundation
import JSON
import Testing

@Suite("JSON in one pass", .timeLimit(.minutes(1)))
struct OnePassEncoderTests {
    private func text(_ value: some Encodable) throws -> String { String(decoding: try OnePassEncoder.encode(value), as: UTF8.self) }

    private func expectAgreement(_ value: some Encodable, _ location: SourceLocation = #_sourceLocation) throws {
        let library = JSONEncoder()
        library.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let expected = String(decoding: try library.encode(value), as: UTF8.self)
        #expect(try text(value) == expected, sourceLocation: location)
    }

    @Test("whatever a random value is made of, it is written as the library writes it", arguments: 0..<4 as Range<UInt64>)
    func random(seed: UInt64) throws {
        var source = RandomShapes(state: seed)
        for _ in 0..<1_000 {
            try expectAgreement(source.shape(depth: 4))
            try expectAgreement(source.value(depth: 4))
        }
    }

    @Test("every character is escaped, or left, as by the library")
    func characters() throws {
        for scalar in (0..<0x300 as Range<UInt32>).compactMap(Unicode.Scalar.init) {
            // In each place of a word of eight bytes, and behind the last word.
            for length in 0..<10 { try expectAgreement(String(repeating: "x", count: length) + String(scalar) + "y/z") }
        }
        let texts = ["", "\u{2028}\u{2029}", "e\u{301} é", "👩‍👩‍👧‍👦", "日本語", String(repeating: "\"\\\n", count: 5_000)]
        for text in texts { try expectAgreement(text) }
        #expect(try text("\u{1}\u{1F}\u{7F}/\"\\\n") == #""\u0001\u001f\#u{7F}/\"\\\n""#)
    }

    @Test("numbers have the library's digits")
    func numbers() throws {
        let doubles: [Double] = [
            0, -0.0, 1, 0.1, -2.5, 1e15, 1e16, 1e17, 1e20, 1e-4, 1e-5, 1e-7, 123456789012345680, .leastNonzeroMagnitude,
            .leastNormalMagnitude, .greatestFiniteMagnitude, .pi,
        ]
        for number in doubles {
            try expectAgreement(number)
            try expectAgreement(["of": number])
            if Float(number).isFinite { try expectAgreement([Float(number)]) }
        }
        try expectAgreement([Int.min, -10, -1, 0, 9, 10, 99, 100, Int.max])
        try expectAgreement(["unsigned": UInt64.max])
        try expectAgreement([Int8.min, Int8.max])
        try expectAgreement([UInt8.max])
        try expectAgreement([Int16.min])
        try expectAgreement([UInt16.max])
        try expectAgreement([Int32.min])
        try expectAgreement([UInt32.max])
        try expectAgreement([UInt.max])
        try expectAgreement([true, nil, false])
    }

    @Test("numbers that JSON has no text for are refused by their path", arguments: [.nan, .infinity, -.infinity] as [Double])
    func notFinite(number: Double) throws {
        #expect(throws: EncodingError.self) { try OnePassEncoder.encode(number) }
        #expect(throws: EncodingError.self) { try OnePassEncoder.encode(Float(number)) }
        #expect {
            _ = try OnePassEncoder.encode(["a": [["quo\"te": [1, number]]]])
        } throws: { error in
            guard case EncodingError.invalidValue(_, let context) = error else { return false }
            return context.codingPath.map(\.stringValue) == ["a", "Index 0", "quo\"te", "Index 1"]
        }
        // Passed over by the value, it still does not become half a member.
        #expect(throws: EncodingError.self) { try OnePassEncoder.encode(Passing(number: number)) }
    }

    @Test("keys are ordered by their bytes, as they are before they are escaped")
    func order() throws {
        let keys = [
            "", "a", "b", "B", "aa", "a\u{0}", "é", "e", "z", "key-9", "key-10", "key-1", "/", "~", "same start", "same start\"",
            "same start!",
        ]
        try expectAgreement(Dictionary(uniqueKeysWithValues: keys.map { ($0, $0.count) }))
        try expectAgreement(Dictionary(uniqueKeysWithValues: keys.map { (Name(name: $0), [$0]) }))
        try expectAgreement([3: "c", 20: "b", 1: "a"])
        let controls = (0..<0x30 as Range<UInt32>).compactMap(Unicode.Scalar.init).map { "long enough \($0)" }
        try expectAgreement(Dictionary(uniqueKeysWithValues: controls.map { ($0, true) }))
        let many = (0..<1_000).map { ("\($0 * 7_919 % 1_000)", ["b": $0, "a": -$0]) }
        try expectAgreement(Dictionary(uniqueKeysWithValues: many))
    }

    @Test("containers are closed in the order in which they were opened")
    func containers() throws {
        try expectAgreement(Nesting())
        try expectAgreement(["z": [Nesting()], "a": []])
        try expectAgreement(Heir())
        try expectAgreement([Heir()])
        try expectAgreement(Joined())
        try expectAgreement([[Int]]())
        try expectAgreement([[String: Int]()])
        #expect(try text(Joined()) == #"{"a":"of the first","of":1,"z":true}"#)
    }

    @Test("a value that encodes nothing is an empty object, but not a document")
    func nothing() throws {
        try expectAgreement([Nothing()])
        try expectAgreement(["of": Nothing()])
        #expect(throws: EncodingError.self) { try OnePassEncoder.encode(Nothing()) }
        #expect(throws: EncodingError.self) { try JSONEncoder().encode(Nothing()) }
    }

    @Test("writing to what is closed or has its value is refused", arguments: Misuse.allCases)
    func misuse(kind: Misuse) {
        #expect(throws: EncodingError.self) { try OnePassEncoder.encode([Misusing(kind: kind)]) }
    }
}

/// Random values with what events have: cases with and without labels in each other, optionals, lists, and objects by names.
private struct RandomShapes {
    var state: UInt64

    private mutating func below(_ bound: UInt64) -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) % bound
    }

    private mutating func text() -> String {
        let parts = [
            "a", "B", "key", "task-7", "/", " ", "\"", "\\", "\n", "\u{0}", "\u{1F}", "\u{7F}", "é", "e\u{301}", "😀", "\u{2028}", "日本",
        ]
        let known = UInt64(below(2) == 0 ? 6 : parts.count)
        return (0..<below(12)).map { _ in parts[Int(below(known))] }.joined()
    }

    private mutating func number() -> Double { Double(below(1_000_000)) / Double([1, 8, 1_000, 0.001][Int(below(4))]) }

    private mutating func list<Element>(_ bound: UInt64, _ element: (inout RandomShapes) -> Element) -> [Element] {
        (0..<below(bound)).map { _ in element(&self) }
    }

    mutating func value(depth: Int) -> JSONValue {
        switch below(depth > 0 ? 7 : 5) {
        case 0: .null
        case 1: .bool(below(2) == 0)
        case 2: .integer(Int64(below(1 << 31)) - 1 << 30)
        case 3: .number(number())
        case 4: .string(text())
        case 5: .array(list(5) { $0.value(depth: depth - 1) })
        default: .object(Dictionary(list(14) { ($0.text(), $0.value(depth: depth - 1)) }) { first, _ in first })
        }
    }

    mutating func shape(depth: Int) -> Shape {
        switch below(depth > 0 ? 9 : 5) {
        case 0: .plain
        case 1: .one(Name(name: text()))
        case 2: .labelled(id: Name(name: text()), until: Int64(below(1_000_000)), reason: text())
        case 3: .maybe(below(2) == 0 ? nil : text(), by: below(2) == 0 ? nil : Name(name: text()))
        case 4: .numbers([number()], list(4) { Int($0.below(100)) })
        case 5: .nested(Name(name: text()), shape(depth: depth - 1))
        case 6: .many(list(4) { $0.shape(depth: depth - 1) })
        case 7: .table(Dictionary(list(20) { (Name(name: $0.text()), $0.shape(depth: 0)) }) { first, _ in first })
        default:
            .record(
                Record(
                    zeta: text(), alpha: below(2) == 0 ? nil : below(9), name: Name(name: text()), isOpen: below(2) == 0, cost: number(),
                    aLongerName: list(3) { $0.text() }, aLongerNameToo: Float(number()), kind: below(2) == 0 ? .red : .green,
                    inner: below(2) == 0 ? nil : shape(depth: depth - 1)))
        }
    }
}

private struct Name: Hashable, Encodable, CodingKeyRepresentable {
    let name: String

    init(name: String) { self.name = name }
    init?(codingKey: some CodingKey) { name = codingKey.stringValue }

    var codingKey: any CodingKey { TextKey(stringValue: name) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}

private struct TextKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

private indirect enum Shape: Encodable {
    case plain
    case one(Name)
    case labelled(id: Name, until: Int64, reason: String)
    case maybe(String?, by: Name?)
    case numbers([Double], [Int])
    case nested(Name, Shape)
    case many([Shape])
    case table([Name: Shape])
    case record(Record)
}

private struct Record: Encodable {
    enum Kind: String, Encodable { case red, green }

    var zeta: String
    var alpha: UInt64?
    var name: Name
    var isOpen: Bool
    var cost: Double
    var aLongerName: [String]
    var aLongerNameToo: Float
    var kind: Kind
    var inner: Shape?
}

private enum Letter: String, CodingKey { case m, b, z, a }

/// Containers of each kind in each other, some of them empty, written to while ones within are open.
private struct Nesting: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Letter.self)
        var list = container.nestedUnkeyedContainer(forKey: .z)
        try list.encode(1)
        var object = list.nestedContainer(keyedBy: Letter.self)
        try object.encode("t", forKey: .z)
        try object.encode("u", forKey: .b)
        var inner = list.nestedUnkeyedContainer()
        try inner.encodeNil()
        try inner.encode([true])
        _ = list.nestedUnkeyedContainer()
        _ = list.nestedContainer(keyedBy: Letter.self)
        try list.encode(list.count)
        var other = container.nestedContainer(keyedBy: Letter.self, forKey: .b)
        try other.encodeNil(forKey: .m)
        try other.encode(2.0, forKey: .a)
        try container.encodeIfPresent(Int?.none, forKey: .a)
        try container.encode("end", forKey: .m)
    }
}

private class Elder: Encodable {
    let of = 1
    let a = "of the first"
}

/// Its parent's members are an object of their own, twice; and those of an element.
private final class Heir: Elder {
    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Letter.self)
        try container.encode("y", forKey: .m)
        try super.encode(to: container.superEncoder())
        try container.encode("e", forKey: .a)
        try super.encode(to: container.superEncoder(forKey: .b))
        var list = container.nestedUnkeyedContainer(forKey: .z)
        try super.encode(to: list.superEncoder())
        try list.encode("x")
        _ = list.superEncoder()
    }
}

/// Two that write to one object.
private struct Joined: Encodable {
    func encode(to encoder: any Encoder) throws {
        try Elder().encode(to: encoder)
        var container = encoder.container(keyedBy: Letter.self)
        try container.encode(true, forKey: .z)
    }
}

private struct Nothing: Encodable {
    func encode(to encoder: any Encoder) throws {}
}

private struct Passing: Encodable {
    let number: Double

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Letter.self)
        try? container.encode(number, forKey: .m)
        try container.encode(1, forKey: .a)
    }
}

/// Not encodable itself: arguments of tests that are would be encoded by the library, which such mistakes crash.
enum Misuse: CaseIterable { case closedContainer, secondValue, otherContainer, valueAndContainer }

private struct Misusing: Encodable {
    let kind: Misuse

    func encode(to encoder: any Encoder) throws {
        switch kind {
        case .closedContainer:
            var list = encoder.unkeyedContainer()
            var inner = list.nestedUnkeyedContainer()
            try list.encode(1)
            try inner.encode(2)
        case .secondValue:
            var container = encoder.singleValueContainer()
            try container.encode(1)
            try container.encode(2)
        case .otherContainer:
            var container = encoder.container(keyedBy: Letter.self)
            try container.encode(1, forKey: .m)
            _ = encoder.unkeyedContainer()
        case .valueAndContainer:
            var container = encoder.singleValueContainer()
            try container.encode(1)
            _ = encoder.container(keyedBy: Letter.self)
        }
    }
}
