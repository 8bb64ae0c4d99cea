/// The members of an object that is open.
struct MemberContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let document: UnsafeMutablePointer<OpenDocument>
    let place: ContainerPlace

    var codingPath: [any CodingKey] { document.pointee.path(place.depth) }

    func encodeNil(forKey key: Key) throws {
        try document.pointee.beginMember(key.stringValue, place)
        document.pointee.writeNull()
    }

    @inline(__always) func encode<Scalar: JSONScalar>(_ value: Scalar, forKey key: Key) throws {
        try document.pointee.beginMember(key.stringValue, place)
        try document.pointee.write(value, place.depth + 1)
    }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        try document.pointee.beginMember(key.stringValue, place)
        try document.write(whole: value, place.depth + 1)
    }

    func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type, forKey key: Key) -> KeyedEncodingContainer<Inner> {
        member(key.stringValue).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { member(key.stringValue).unkeyedContainer() }

    func superEncoder() -> any Encoder { member("super") }

    func superEncoder(forKey key: Key) -> any Encoder { member(key.stringValue) }

    private func member(_ key: String) -> ValueEncoder {
        let isOpen = (try? document.pointee.beginMember(key, place)) != nil
        return document.encoder(place.depth + 1, isOpen: isOpen)
    }
}

/// The elements of an array that is open.
struct ElementContainer: UnkeyedEncodingContainer {
    let document: UnsafeMutablePointer<OpenDocument>
    let place: ContainerPlace

    var codingPath: [any CodingKey] { document.pointee.path(place.depth) }
    var count: Int { document.pointee.count(place) }

    func encodeNil() throws {
        try document.pointee.beginElement(place)
        document.pointee.writeNull()
    }

    @inline(__always) func encode<Scalar: JSONScalar>(_ value: Scalar) throws {
        try document.pointee.beginElement(place)
        try document.pointee.write(value, place.depth + 1)
    }

    func encode<Value: Encodable>(_ value: Value) throws {
        try document.pointee.beginElement(place)
        try document.write(whole: value, place.depth + 1)
    }

    func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type) -> KeyedEncodingContainer<Inner> { element().container(keyedBy: type) }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { element().unkeyedContainer() }

    func superEncoder() -> any Encoder { element() }

    private func element() -> ValueEncoder {
        let isOpen = (try? document.pointee.beginElement(place)) != nil
        return document.encoder(place.depth + 1, isOpen: isOpen)
    }
}

extension UnsafeMutablePointer<OpenDocument> {
    /// Writes the value of a member or an element that was just begun.
    fileprivate func write<Value: Encodable>(whole value: Value, _ level: Int) throws {
        // Lists of texts are handed over this way.
        if Value.self == String.self, let text = value as? String { return pointee.write(text: text) }
        try encoder(level, isOpen: true).take(value)
        pointee.settle(level)
    }

    /// The encoder of a member or an element that was just begun; one that refuses everything if it could not be.
    fileprivate func encoder(_ level: Int, isOpen: Bool) -> ValueEncoder {
        ValueEncoder(document: self, level: level, slot: isOpen ? pointee.beginValue() : OpenDocument.noSlot)
    }
}
