/// The "key value" lines of a small record file.
struct RecordFields: Sendable, Hashable {
    private let values: [String: String]

    init(_ bytes: [UInt8]) {
        var values: [String: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
        }
        self.values = values
    }

    func text(_ key: String) -> String? { values[key] }

    func number(_ key: String) -> Int64? { values[key].flatMap { Int64($0) } }
}
