/// Finds where forms of secrets begin, or go on after a missing part, at one look-up a byte.
///
/// Every run of eight bytes of every form is an anchor. The last three of eight bytes tell how far no anchor can begin, which is several bytes nearly
/// everywhere in ordinary text; a bitmap over the anchors' hashes answers "no" for nearly all positions that are left, and a sorted list and a
/// comparison byte by byte decide about the rest.
struct SecretIndex: Sendable, Equatable {
    /// A part of a secret that is this long is a secret too: the first twenty characters of a key, or one line of a folded one.
    static let shortestFragment = 16
    static let window = 8

    struct Form: Sendable, Equatable {
        let bytes: [UInt8]
        let allowsLineBreaks: Bool
        /// Index of the secret.
        let secret: Int
        /// How many bytes have to match.
        let minimum: Int
    }

    private struct Anchor: Sendable {
        let key: UInt64
        let form: UInt32
        let offset: UInt32
    }

    /// What stands at a position of a text.
    enum Finding: Equatable {
        case nothing
        /// `length` bytes belong to the secret.
        case secret(Int, length: Int, isWhole: Bool)
        /// The text ends before it can be told.
        case undecided
    }

    private let forms: [Form]
    private let anchors: [Anchor]
    private let bitmap: [UInt64]
    private let shift: UInt64
    /// By the hash of three bytes: how many positions to the right of an anchor's possible beginning the next possible one is, when they are the last
    /// three of the eight bytes there.
    private let leaps: [UInt8]
    private let leapShift: UInt32

    /// Whether they find the same: everything else comes of the forms.
    static func == (left: SecretIndex, right: SecretIndex) -> Bool { left.forms == right.forms }

    init(_ secrets: [Secret]) {
        var forms: [Form] = []
        var anchors: [Anchor] = []
        for (number, secret) in secrets.enumerated() {
            for form in SecretForm.all(of: secret.value) {
                let minimum = min(form.bytes.count, Self.shortestFragment)
                for offset in 0...(form.bytes.count - minimum) {
                    let key = form.bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
                    anchors.append(Anchor(key: key, form: UInt32(forms.count), offset: UInt32(offset)))
                }
                forms.append(
                    Form(bytes: form.bytes, allowsLineBreaks: form.allowsLineBreaks, secret: number, minimum: minimum))
            }
        }
        anchors.sort { $0.key < $1.key }
        // At least 32 bits an anchor, so that a random position passes in 3 % of the cases.
        var bits: UInt64 = 12
        while (1 << bits) < anchors.count * 32 { bits += 1 }
        shift = 64 - bits
        var bitmap = [UInt64](repeating: 0, count: 1 << (bits - 6))
        for anchor in anchors {
            let hash = Self.hash(anchor.key, shift)
            bitmap[hash >> 6] |= 1 << UInt64(hash & 63)
        }
        self.bitmap = bitmap
        let leapBits = min(16, UInt32(bits))
        leapShift = 32 - leapBits
        leaps = Self.leaps(anchors.map(\.key), shift: leapShift)
        self.forms = forms
        self.anchors = anchors
    }

    private static func leaps(_ keys: [UInt64], shift: UInt32) -> [UInt8] {
        var leaps = [UInt8](repeating: UInt8(window - 2), count: 1 << (32 - shift))
        for key in keys {
            let key = UInt64(littleEndian: key)
            for offset in 0...(window - 3) {
                let hash = leapHash(key >> UInt64(8 * offset), shift)
                leaps[hash] = min(leaps[hash], UInt8(window - 3 - offset))
            }
        }
        return leaps
    }

    /// Of the three lowest bytes.
    @inline(__always)
    private static func leapHash(_ bytes: UInt64, _ shift: UInt32) -> Int {
        Int(((UInt32(truncatingIfNeeded: bytes) & 0xFF_FFFF) &* 0x9E37_79B1) >> shift)
    }

    /// What is looked up for every position, lent for loops over many of them.
    struct Tables {
        fileprivate let bitmap: UnsafeBufferPointer<UInt64>
        fileprivate let shift: UInt64
        fileprivate let leaps: UnsafeBufferPointer<UInt8>
        fileprivate let leapShift: UInt32

        /// The first position of these, or beyond, at which an anchor may begin; no anchor begins before it.
        ///
        /// A leap waits for the one before it, as it says where to look next. So a long stretch is gone through in four places at once.
        ///
        /// - Parameter end: with seven bytes from it on.
        @inline(__always)
        func next(in text: UnsafeRawBufferPointer, from start: Int, to end: Int) -> Int {
            let quarter = (end - start) / 4
            guard quarter >= 32 else { return nextInOrder(in: text, from: start, to: end) }
            let (second, third, fourth) = (start + quarter, start + 2 * quarter, start + 3 * quarter)
            var (a, b, c, d) = (start, second, third, fourth)
            while a < second, b < third, c < fourth, d < end {
                let steps = (step(in: text, at: a), step(in: text, at: b), step(in: text, at: c), step(in: text, at: d))
                guard steps.0 != 0, steps.1 != 0, steps.2 != 0, steps.3 != 0 else { return nextInOrder(in: text, from: a, to: end) }
                a += steps.0
                b += steps.1
                c += steps.2
                d += steps.3
            }
            a = nextInOrder(in: text, from: a, to: second)
            if a < second { return a }
            b = nextInOrder(in: text, from: b, to: third)
            if b < third { return b }
            c = nextInOrder(in: text, from: c, to: fourth)
            if c < fourth { return c }
            return nextInOrder(in: text, from: d, to: end)
        }

        @inline(__always)
        private func nextInOrder(in text: UnsafeRawBufferPointer, from start: Int, to end: Int) -> Int {
            var position = start
            while position < end {
                let step = step(in: text, at: position)
                if step == 0 { break }
                position += step
            }
            return position
        }

        /// How far the next position is at which an anchor may begin; 0 when one may begin here.
        @inline(__always)
        private func step(in text: UnsafeRawBufferPointer, at position: Int) -> Int {
            let key = text.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            let leap = leaps[leapHash(UInt64(littleEndian: key) >> 40, leapShift)]
            if leap != 0 { return Int(leap) }
            let hash = SecretIndex.hash(key, shift)
            return bitmap[hash >> 6] >> UInt64(hash & 63) & 1 != 0 ? 0 : 1
        }
    }

    func withTables<Result>(_ body: (Tables) -> Result) -> Result {
        bitmap.withUnsafeBufferPointer { bitmap in
            leaps.withUnsafeBufferPointer { body(Tables(bitmap: bitmap, shift: shift, leaps: $0, leapShift: leapShift)) }
        }
    }

    /// Whether an anchor may have these eight bytes.
    private func mayContain(_ key: UInt64) -> Bool {
        let hash = Self.hash(key, shift)
        return bitmap[hash >> 6] >> UInt64(hash & 63) & 1 != 0
    }

    /// The longest part of a secret that begins at `start`. `isFinal` says that nothing follows the text.
    func find(in text: UnsafeRawBufferPointer, at start: Int, isFinal: Bool) -> Finding {
        guard text.count - start >= Self.window else { return isFinal ? .nothing : .undecided }
        let key = text.loadUnaligned(fromByteOffset: start, as: UInt64.self)
        guard mayContain(key) else { return .nothing }
        var best = Finding.nothing
        var bestLength = 0
        var position = firstAnchor(key)
        while position < anchors.count, anchors[position].key == key {
            let anchor = anchors[position]
            position += 1
            let form = forms[Int(anchor.form)]
            let (matched, length, reachedEnd) = extent(of: form, from: Int(anchor.offset), in: text, at: start)
            if reachedEnd && !isFinal { return .undecided }
            if matched >= form.minimum && length > bestLength {
                bestLength = length
                best = .secret(form.secret, length: length, isWhole: matched == form.bytes.count)
            }
        }
        return best
    }

    /// How many of the form's bytes follow each other from `start`, and how many bytes of the text that takes with line breaks.
    private func extent(of form: Form, from offset: Int, in text: UnsafeRawBufferPointer, at start: Int) -> (Int, Int, Bool) {
        var expected = offset
        var index = start
        while expected < form.bytes.count {
            if index == text.count { return (expected - offset, index - start, true) }
            if text[index] == form.bytes[expected] {
                expected += 1
                index += 1
                continue
            }
            guard form.allowsLineBreaks, let next = afterLineBreak(text, index) else { break }
            if next >= text.count { return (expected - offset, index - start, true) }
            guard text[next] == form.bytes[expected] else { break }
            index = next
        }
        return (expected - offset, index - start, false)
    }

    /// The index after a line break, plain or as JSON writes it; `nil` if there is none. May be the text's end when the break could go on.
    private func afterLineBreak(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int? {
        var index = start
        while index < text.count, index - start < 4 {
            if text[index] == 0x0A || text[index] == 0x0D {
                index += 1
            } else if text[index] == 0x5C {
                guard index + 1 < text.count else { return text.count }
                guard text[index + 1] == 0x6E || text[index + 1] == 0x72 else { break }
                index += 2
            } else {
                break
            }
        }
        return index == start ? nil : index
    }

    private func firstAnchor(_ key: UInt64) -> Int {
        var low = 0
        var high = anchors.count
        while low < high {
            let middle = (low + high) / 2
            if anchors[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    @inline(__always)
    static func hash(_ key: UInt64, _ shift: UInt64) -> Int { Int((key &* 0x9E37_79B9_7F4A_7C15) >> shift) }
}
