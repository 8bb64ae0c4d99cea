/// Writes values as JSON with their members ordered by key, byte for byte as `JSONEncoder` does with `.sortedKeys` and
/// `.withoutEscapingSlashes`.
///
/// It exists because of a measurement: the library's encoder builds a tree of boxes and dictionaries and writes that out afterwards, which
/// takes more than three times as long as writing an event into one buffer at once. For that some is given up that events do not need: the
/// library's own representations of `Data`, `Date`, `URL` and `Decimal`, integers of 128 bits, and containers that are written to in any
/// other order than that of a stack. The last two are errors.
package enum OnePassEncoder {
    /// - Throws: `EncodingError` for a number that JSON has no text for and for a value that encodes nothing, and what the value itself
    /// throws.
    package static func encode(_ value: some Encodable) throws -> [UInt8] {
        var document = OpenDocument()
        return try withUnsafeMutablePointer(to: &document) { document in
            let slot = document.pointee.beginValue()
            try ValueEncoder(document: document, level: 0, slot: slot).take(value)
            return try document.pointee.finish(value, slot)
        }
    }
}

/// Takes the value of one slot: of a member, of an element, or of the whole document.
///
/// Three words, so that `any Encoder` and `any SingleValueEncodingContainer` hold it without an allocation; and the document is behind a
/// pointer, as counting references to it and checking each access to it took a third of the time. It is there until `OnePassEncoder.encode`
/// returns; no encoder or container may be kept for longer.
struct ValueEncoder: Encoder, SingleValueEncodingContainer {
    let document: UnsafeMutablePointer<OpenDocument>
    /// How many containers are around the value.
    let level: Int
    let slot: Int

    var codingPath: [any CodingKey] { document.pointee.path(level) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// Lets the value encode itself.
    func take(_ value: some Encodable) throws {
        do { try value.encode(to: self) } catch { throw document.pointee.failed(error) }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(MemberContainer(document: document, place: document.pointee.place(of: slot, level, isObject: true)))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        ElementContainer(document: document, place: document.pointee.place(of: slot, level, isObject: false))
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() throws {
        try document.pointee.fill(slot, level)
        document.pointee.writeNull()
    }

    // Inlined, here and in the containers, so that each requirement of the protocol has the code of its own scalar.
    @inline(__always) func encode<Scalar: JSONScalar>(_ value: Scalar) throws {
        try document.pointee.fill(slot, level)
        try document.pointee.write(value, level)
    }

    func encode<Value: Encodable>(_ value: Value) throws {
        guard document.pointee.awaits(slot) else { throw document.pointee.refused(level) }
        try take(value)
        document.pointee.settle(level)
    }
}
