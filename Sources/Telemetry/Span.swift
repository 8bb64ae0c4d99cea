import Orchestration

/// Something that took time in a run, as OpenTelemetry knows it.
package struct Span: Sendable, Equatable {
    package enum Value: Sendable, Equatable {
        case text(String)
        case whole(Int64)
        case real(Double)
        case flag(Bool)
    }

    package var id: UInt64
    /// `nil` for the run itself.
    package var parent: UInt64?
    package var name: String
    /// Milliseconds since 1970.
    package var start: Int64
    package var end: Int64
    package var attributes: [String: Value]
    /// Other spans of the same run that it has to do with.
    package var links: [UInt64] = []
    /// Why it is counted as failed.
    package var failure: String?
}

/// Numbers for traces and spans that follow from what they stand for: whoever exports a run again, after a crash or from another place, gives
/// every span the number that it had, and nothing is there twice.
package struct TraceIdentity: Sendable, Equatable {
    /// 16 bytes as hexadecimal digits.
    package let trace: String
    private let root: UInt64

    /// - Parameter seed: the run's own random number; two workspaces may have runs of the same second.
    package init(run: RunID, seed: UInt64) {
        let text = "\(run) \(seed)"
        root = Self.number(text, from: FNV1a.basis)
        trace = Self.hex(root) + Self.hex(Self.number(text, from: 0x9ae1_6a3b_2f90_404f))
    }

    /// The number of what has this name within the run, such as `turn-7`.
    package func span(_ name: String) -> UInt64 { Self.number(name, from: root) }

    /// Mixed once more, so that names that differ at their end differ everywhere. Never 0, which means "no span".
    private static func number(_ text: String, from start: UInt64) -> UInt64 {
        var number = FNV1a.hash(text, from: start)
        number = (number ^ (number >> 33)) &* 0xff51_afd7_ed55_8ccd
        number ^= number >> 33
        return number == 0 ? 1 : number
    }

    /// 16 digits.
    package static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
