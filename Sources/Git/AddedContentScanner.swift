import Glibc

/// Looks for literal secrets in what a `git log -p -U0 --text` adds: file content, file names and commit messages.
///
/// It takes the text in pieces of any size and keeps about a megabyte. Added lines that follow each other are searched as one text, so
/// that a secret of several lines, such as a private key, is found too.
struct AddedContentScanner {
    private enum Line { case added, message, header, skipped }

    private let secrets: [[UInt8]]
    private let longest: Int
    private var line = Line.header
    private var isAtLineStart = true
    private var isInHunk = false
    private var indentation = 0
    private var header: [UInt8] = []
    private var pending: [UInt8] = []
    private var place = "the first commit"

    /// Where a secret was found: a path, or "the message of commit …"; the search stops there.
    private(set) var found: String?

    init(secrets: [[UInt8]]) {
        self.secrets = secrets.filter { !$0.isEmpty }
        longest = self.secrets.map(\.count).max() ?? 0
    }

    /// Takes the next piece of the text.
    mutating func feed(_ piece: UnsafeRawBufferPointer) {
        var rest = piece[...]
        while found == nil, let first = rest.first {
            if isAtLineStart { begin(first) }
            isAtLineStart = false
            let end = rest.firstIndex(of: 0x0A)
            take(rest[..<(end ?? rest.endIndex)])
            guard let end else { return }
            finishLine()
            rest = rest[(end + 1)...]
            isAtLineStart = true
        }
    }

    /// Searches what is left.
    mutating func finish() {
        if line == .header && !isAtLineStart { finishLine() }
        search()
    }

    /// Without context lines, a hunk holds only lines that begin with `+`, `-` or `\`; messages are indented by git.
    private mutating func begin(_ first: UInt8) {
        indentation = 0
        if isInHunk {
            switch first {
            case UInt8(ascii: "+"):
                line = .added
                indentation = 1
                return
            case UInt8(ascii: "-"), UInt8(ascii: "\\"):
                line = .skipped
                return
            default:
                isInHunk = false
            }
        }
        line = first == 0x20 ? .message : .header
        if line == .message { indentation = 4 }
    }

    private mutating func take(_ bytes: Slice<UnsafeRawBufferPointer>) {
        var bytes = bytes
        if line == .added || line == .message {
            let dropped = min(indentation, bytes.count)
            bytes = bytes.dropFirst(dropped)
            indentation -= dropped
            append(bytes)
        } else if line == .header {
            header.append(contentsOf: bytes.prefix(max(0, 16_384 - header.count)))
        }
    }

    private mutating func append(_ bytes: some Collection<UInt8>) {
        pending.append(contentsOf: bytes)
        guard pending.count > 1 << 20 else { return }
        search(keepingTail: true)
    }

    private mutating func finishLine() {
        if line == .added || line == .message { append(CollectionOfOne(0x0A)) }
        guard line == .header else { return }
        defer { header.removeAll(keepingCapacity: true) }
        if header.starts(with: Array("@@".utf8)) {
            search()
            isInHunk = true
        } else if header.starts(with: Array("+++ ".utf8)) {
            search()
            place = Self.path(header[4...])
            append(Array(place.utf8))
            search()
        } else if header.starts(with: Array("commit ".utf8)) {
            search()
            place = "the message of commit \(String(decoding: header[7...].prefix(10), as: UTF8.self))"
        } else if header.starts(with: Array("diff --git ".utf8)) {
            search()
        }
    }

    private mutating func search(keepingTail: Bool = false) {
        defer { pending = keepingTail ? Array(pending.suffix(max(0, longest - 1))) : [] }
        guard found == nil else { return }
        let hit = pending.withUnsafeBytes { text in
            secrets.contains { secret in secret.withUnsafeBytes { Self.contains(text, $0) } }
        }
        if hit { found = place }
    }

    private static func contains(_ text: UnsafeRawBufferPointer, _ secret: UnsafeRawBufferPointer) -> Bool {
        guard let start = text.baseAddress, let wanted = secret.baseAddress, let first = secret.first else { return false }
        var offset = 0
        while offset + secret.count <= text.count {
            let room = text.count - secret.count + 1 - offset
            guard let hit = memchr(start + offset, Int32(first), room) else { return false }
            if memcmp(hit, wanted, secret.count) == 0 { return true }
            offset = UnsafeRawPointer(hit) - start + 1
        }
        return false
    }

    /// `b/path`, or the same in double quotes with C escapes.
    static func path(_ field: ArraySlice<UInt8>) -> String {
        var name: [UInt8] = []
        var rest = field
        // Git ends an unquoted name with spaces in it with a tab.
        if rest.last == 0x09 { rest.removeLast() }
        if rest.first == UInt8(ascii: "\""), rest.last == UInt8(ascii: "\""), rest.count > 1 {
            rest = rest.dropFirst().dropLast()
            let escapes: [UInt8: UInt8] = [0x61: 7, 0x62: 8, 0x74: 9, 0x6E: 10, 0x76: 11, 0x66: 12, 0x72: 13]
            while let byte = rest.popFirst() {
                guard byte == UInt8(ascii: "\\"), let next = rest.popFirst() else {
                    name.append(byte)
                    continue
                }
                if (0x30...0x33).contains(next), rest.count >= 2 {
                    let octal = [next] + rest.prefix(2)
                    rest = rest.dropFirst(2)
                    name.append(octal.reduce(0) { $0 &* 8 &+ ($1 &- 0x30) })
                } else {
                    name.append(escapes[next] ?? next)
                }
            }
        } else {
            name = Array(rest)
        }
        return String(decoding: name.starts(with: Array("b/".utf8)) ? name[2...] : name[...], as: UTF8.self)
    }
}
