import FoundationEssentials

/// Encodes values as compact JSON in one pass, straight into bytes, for what is encoded by the thousand.
///
/// `JSONEncoder` first makes a tree of the value and sorts its keys; here keys stand in the order in which the type writes them. What only a tree
/// can do, a type that goes back to a container after it has begun another one, is left to `JSONEncoder`, and so are values with data, URLs and
/// decimals, of which it has forms of its own.
package enum CompactEncoder {
    /// - Throws: what the value throws, or `EncodingError` for a number that JSON does not have.
    package static func encode(_ value: some Encodable) throws -> [UInt8] {
        let sheet = JSONSheet()
        try sheet.write(value)
        guard !sheet.isTangled else {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.withoutEscapingSlashes]
            return Array(try encoder.encode(value))
        }
        return sheet.bytes
    }
}

/// The text so far, and the containers that are open in it.
final class JSONSheet {
    /// A container that has been opened.
    struct Place {
        var depth: Int
        /// Counts all containers, so that a container that was closed is told from one that took its place.
        var number: Int
    }

    private struct Open {
        var end: UInt8
        var number: Int
        var isEmpty = true
    }

    private(set) var bytes: [UInt8] = []
    /// Whether something was written to a container that was closed already, or to a value that was there: the text is of no use then.
    private(set) var isTangled = false
    private var containers: [Open] = []
    private var count = 0

    init() { bytes.reserveCapacity(512) }

    func write<Value: Encodable>(_ value: Value) throws {
        if Value.self == Data.self || Value.self == URL.self || Value.self == Decimal.self { isTangled = true }
        let (start, depth) = (bytes.count, containers.count)
        try value.encode(to: JSONPlace(sheet: self, start: start))
        close(to: depth)
        if bytes.count == start { text("{}") }
    }

    /// - Parameter start: where the value is to stand; it can be opened once.
    func open(_ begin: Character, _ end: Character, at start: Int) -> Place {
        if bytes.count != start { isTangled = true }
        bytes.append(begin.asciiValue ?? 0)
        count += 1
        containers.append(Open(end: end.asciiValue ?? 0, number: count))
        return Place(depth: containers.count - 1, number: count)
    }

    /// Begins the next value of a container: what was opened in it is closed.
    func next(in place: Place, key: String? = nil) {
        guard place.depth < containers.count, containers[place.depth].number == place.number else {
            isTangled = true
            return
        }
        close(to: place.depth + 1)
        if !containers[place.depth].isEmpty { bytes.append(UInt8(ascii: ",")) }
        containers[place.depth].isEmpty = false
        guard let key else { return }
        string(key)
        bytes.append(UInt8(ascii: ":"))
    }

    func text(_ text: String) { bytes.append(contentsOf: text.utf8) }

    func number(_ value: some BinaryFloatingPoint & LosslessStringConvertible, _ path: [any CodingKey]) throws {
        guard value.isFinite else {
            throw EncodingError.invalidValue(value, .init(codingPath: path, debugDescription: "JSON has no number \(value)"))
        }
        let digits = value.description
        text(digits.hasSuffix(".0") ? String(digits.dropLast(2)) : digits)
    }

    func string(_ text: String) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { utf8 in
            var plain = 0
            for (index, byte) in utf8.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[plain..<index]))
                escape(byte)
                plain = index + 1
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[plain...]))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private func escape(_ byte: UInt8) {
        switch byte {
        case 0x22: text("\\\"")
        case 0x5C: text("\\\\")
        case 0x0A: text("\\n")
        case 0x0D: text("\\r")
        case 0x09: text("\\t")
        default: text("\\u00" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16))
        }
    }

    private func close(to depth: Int) {
        while containers.count > depth { bytes.append(containers.removeLast().end) }
    }
}

/// Where a value is to stand that has not been written yet.
private struct JSONPlace: Encoder, SingleValueEncodingContainer {
    let sheet: JSONSheet
    let start: Int
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(JSONObject<Key>(sheet: sheet, place: sheet.open("{", "}", at: start)))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer { JSONArray(sheet: sheet, place: sheet.open("[", "]", at: start)) }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() { sheet.text("null") }
    func encode(_ value: Bool) { sheet.text(value ? "true" : "false") }
    func encode(_ value: String) { sheet.string(value) }
    func encode(_ value: Double) throws { try sheet.number(value, codingPath) }
    func encode(_ value: Float) throws { try sheet.number(value, codingPath) }
    func encode(_ value: Int) { sheet.text(String(value)) }
    func encode(_ value: Int8) { sheet.text(String(value)) }
    func encode(_ value: Int16) { sheet.text(String(value)) }
    func encode(_ value: Int32) { sheet.text(String(value)) }
    func encode(_ value: Int64) { sheet.text(String(value)) }
    func encode(_ value: UInt) { sheet.text(String(value)) }
    func encode(_ value: UInt8) { sheet.text(String(value)) }
    func encode(_ value: UInt16) { sheet.text(String(value)) }
    func encode(_ value: UInt32) { sheet.text(String(value)) }
    func encode(_ value: UInt64) { sheet.text(String(value)) }
    func encode(_ value: some Encodable) throws { try sheet.write(value) }
}

/// An object that is open.
private struct JSONObject<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let sheet: JSONSheet
    let place: JSONSheet.Place
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) { next(key).encodeNil() }
    func encode(_ value: Bool, forKey key: Key) { next(key).encode(value) }
    func encode(_ value: String, forKey key: Key) { next(key).encode(value) }
    func encode(_ value: Double, forKey key: Key) throws { try next(key).encode(value) }
    func encode(_ value: Float, forKey key: Key) throws { try next(key).encode(value) }
    func encode(_ value: Int, forKey key: Key) { next(key).encode(value) }
    func encode(_ value: Int8, forKey key: Key) { next(key).encode(value) }
    func encode(_ value: Int16, forKey key: Key) { next(key).encode(value) }
    func encode(_ value: Int32, forKey key: Key) { next(key).encode(value) }
    func encode(_ value: Int64, forKey key: Key) { next(key).encode(value) }
    func encode(_ value: UInt, forKey key: Key) { next(key).encode(value) }
    func encode(_ value: UInt8, forKey key: Key) { next(key).encode(value) }
    func encode(_ value: UInt16, forKey key: Key) { next(key).encode(value) }
    func encode(_ value: UInt32, forKey key: Key) { next(key).encode(value) }
    func encode(_ value: UInt64, forKey key: Key) { next(key).encode(value) }
    func encode(_ value: some Encodable, forKey key: Key) throws { try next(key).encode(value) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
        next(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { next(key).unkeyedContainer() }
    func superEncoder() -> any Encoder { next("super") }
    func superEncoder(forKey key: Key) -> any Encoder { next(key) }

    private func next(_ key: Key) -> JSONPlace { next(key.stringValue) }

    private func next(_ key: String) -> JSONPlace {
        sheet.next(in: place, key: key)
        return JSONPlace(sheet: sheet, start: sheet.bytes.count)
    }
}

/// An array that is open.
private struct JSONArray: UnkeyedEncodingContainer {
    let sheet: JSONSheet
    let place: JSONSheet.Place
    private(set) var count = 0
    var codingPath: [any CodingKey] { [] }

    init(sheet: JSONSheet, place: JSONSheet.Place) {
        self.sheet = sheet
        self.place = place
    }

    mutating func encodeNil() { next().encodeNil() }
    mutating func encode(_ value: Bool) { next().encode(value) }
    mutating func encode(_ value: String) { next().encode(value) }
    mutating func encode(_ value: Double) throws { try next().encode(value) }
    mutating func encode(_ value: Float) throws { try next().encode(value) }
    mutating func encode(_ value: Int) { next().encode(value) }
    mutating func encode(_ value: Int8) { next().encode(value) }
    mutating func encode(_ value: Int16) { next().encode(value) }
    mutating func encode(_ value: Int32) { next().encode(value) }
    mutating func encode(_ value: Int64) { next().encode(value) }
    mutating func encode(_ value: UInt) { next().encode(value) }
    mutating func encode(_ value: UInt8) { next().encode(value) }
    mutating func encode(_ value: UInt16) { next().encode(value) }
    mutating func encode(_ value: UInt32) { next().encode(value) }
    mutating func encode(_ value: UInt64) { next().encode(value) }
    mutating func encode(_ value: some Encodable) throws { try next().encode(value) }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        next().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { next().unkeyedContainer() }
    mutating func superEncoder() -> any Encoder { next() }

    private mutating func next() -> JSONPlace {
        count += 1
        sheet.next(in: place)
        return JSONPlace(sheet: sheet, start: sheet.bytes.count)
    }
}
