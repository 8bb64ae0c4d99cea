/// The hash FNV-1a of 64 bits, for what has to come out the same in every process and version, which Swift's own hashes do not. It protects from
/// nobody who wants two texts to be equal.
package struct FNV1a: Sendable {
    package var hash: UInt64

    package static let basis: UInt64 = 0xcbf2_9ce4_8422_2325

    /// - Parameter basis: another one gives another hash of the same bytes.
    package init(from basis: UInt64 = Self.basis) { hash = basis }

    package mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { add(byte) }
    }

    package mutating func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }

    package static func hash(_ text: String, from basis: UInt64 = Self.basis) -> UInt64 {
        var hash = FNV1a(from: basis)
        hash.add(text.utf8)
        return hash.hash
    }
}
