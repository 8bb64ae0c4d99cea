/// A JSON document that is being written: its bytes, and which containers are open.
///
/// Each value that is not just a scalar has a slot, a number that no other value of the document has. A container can be written to while
/// it is the one that fills its slot, and writing to it closes those within.
struct OpenDocument {
    static let noSlot = 0
    /// As many as the library writes, and reads.
    private static let mostLevels = 511

    private struct Container {
        let slot: Int
        let isObject: Bool
        /// Where the object's members begin among those of all open ones.
        let firstMember: Int
        var count = 0
        /// Whether the keys so far are in ascending order, each once.
        var isOrdered = true
    }

    private var bytes: [UInt8] = []
    private var containers: [Container] = []
    /// Those of all open objects, the innermost one's last.
    private var members: [JSONMember] = []
    private var lastSlot = 0
    /// The slot that is to be filled next.
    private var awaited = OpenDocument.noSlot
    /// What went wrong first. A value may pass over it, but then something that was begun lacks its end.
    private var failure: (any Error)?

    init() {
        bytes.reserveCapacity(512)
        containers.reserveCapacity(8)
        members.reserveCapacity(16)
    }

    /// The bytes, once the value that fills the slot has encoded itself.
    mutating func finish(_ value: some Encodable, _ slot: Int) throws -> [UInt8] {
        if let failure { throw failure }
        guard awaited != slot else { throw EncodingError.invalidValue(value, problem("the value encodes nothing", 0)) }
        settle(0)
        if let failure { throw failure }
        return bytes
    }

    // MARK: Values

    /// A slot for the value whose place was just made.
    mutating func beginValue() -> Int {
        lastSlot += 1
        awaited = lastSlot
        return lastSlot
    }

    func awaits(_ slot: Int) -> Bool { awaited == slot && slot != Self.noSlot }

    /// Lets a scalar fill the slot.
    mutating func fill(_ slot: Int, _ level: Int) throws {
        guard awaits(slot) else { throw refused(level) }
        awaited = Self.noSlot
    }

    mutating func writeNull() { bytes.append(literal: "null") }

    mutating func write(text: String) { bytes.append(quoted: text) }

    @inline(__always) mutating func write(_ value: some JSONScalar, _ level: Int) throws {
        if value.append(to: &bytes) { return }
        throw failed(EncodingError.invalidValue(value, problem("JSON has no text for \(value)", level)))
    }

    /// Closes what was opened within `level` containers. A value that has written nothing is an empty object, as the library has it.
    mutating func settle(_ level: Int) {
        if awaited != Self.noSlot {
            awaited = Self.noSlot
            bytes.append(literal: "{}")
        }
        while containers.count > level { closeLast() }
    }

    // MARK: Containers

    /// Opens a container that fills the slot, or goes on with the one that already does.
    mutating func place(of slot: Int, _ level: Int, isObject: Bool) -> ContainerPlace {
        let place = ContainerPlace(depth: level, slot: slot)
        if awaits(slot) {
            awaited = Self.noSlot
            if level >= Self.mostLevels { failed(EncodingError.invalidValue(level, problem("too many containers in each other", level))) }
            containers.append(Container(slot: slot, isObject: isObject, firstMember: members.count))
            bytes.append(isObject ? 0x7B : 0x5B)
            return place
        }
        if isOpen(place), containers[level].isObject == isObject { return place }
        _ = refused(level)
        return ContainerPlace(depth: level, slot: Self.noSlot)
    }

    func count(_ place: ContainerPlace) -> Int { isOpen(place) ? containers[place.depth].count : 0 }

    mutating func beginElement(_ place: ContainerPlace) throws {
        try go(to: place)
        if containers[place.depth].count > 0 { bytes.append(0x2C) }
        containers[place.depth].count += 1
    }

    mutating func beginMember(_ key: String, _ place: ContainerPlace) throws {
        try go(to: place)
        let isFirst = containers[place.depth].count == 0
        if !isFirst { bytes.append(0x2C) }
        let member = JSONMember(writing: key, to: &bytes)
        if !isFirst, let last = members.last, !last.precedes(member, in: bytes) { containers[place.depth].isOrdered = false }
        members.append(member)
        containers[place.depth].count += 1
    }

    private func isOpen(_ place: ContainerPlace) -> Bool {
        place.depth < containers.count && containers[place.depth].slot == place.slot
    }

    private mutating func go(to place: ContainerPlace) throws {
        guard isOpen(place) else { throw refused(place.depth) }
        if awaited != Self.noSlot || containers.count > place.depth + 1 { settle(place.depth + 1) }
    }

    private mutating func closeLast() {
        let container = containers.removeLast()
        guard container.isObject else { return bytes.append(0x5D) }
        if !container.isOrdered { bytes.reorder(members[container.firstMember...]) }
        members.removeLast(container.count)
        bytes.append(0x7D)
    }

    // MARK: Errors

    /// What leads to a value within `level` containers. It is read back from what was written, so that nobody has to keep it just in case.
    func path(_ level: Int) -> [any CodingKey] {
        containers.prefix(level).filter { $0.count > 0 }.map { container in
            guard container.isObject else { return PathKey(index: container.count - 1) }
            return PathKey(name: members[container.firstMember + container.count - 1].name(in: bytes))
        }
    }

    /// Notes an error, and hands it back to be thrown.
    @discardableResult mutating func failed(_ error: any Error) -> any Error {
        if failure == nil { failure = error }
        return error
    }

    /// What is closed already, or has its value, is written to.
    mutating func refused(_ level: Int) -> any Error {
        failed(EncodingError.invalidValue(level, problem("a value or container that is done with is written to", level)))
    }

    private func problem(_ words: String, _ level: Int) -> EncodingError.Context {
        EncodingError.Context(codingPath: path(level), debugDescription: words)
    }
}

/// A container: its position in the stack, and the slot that it fills, by which it is told from a later one at the same position.
struct ContainerPlace {
    let depth: Int
    let slot: Int
}

private struct PathKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(name: String) { (stringValue, intValue) = (name, nil) }
    init(index: Int) { (stringValue, intValue) = ("Index \(index)", index) }
    init?(stringValue: String) { self.init(name: stringValue) }
    init?(intValue: Int) { self.init(index: intValue) }
}
