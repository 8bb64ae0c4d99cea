/// A value that is one piece of JSON text.
protocol JSONScalar: Encodable {
    /// Whether JSON has a text for the value; if not, nothing is appended.
    func append(to bytes: inout [UInt8]) -> Bool
}

extension Bool: JSONScalar {
    func append(to bytes: inout [UInt8]) -> Bool {
        bytes.append(literal: self ? "true" : "false")
        return true
    }
}

extension String: JSONScalar {
    func append(to bytes: inout [UInt8]) -> Bool {
        bytes.append(quoted: self)
        return true
    }
}

extension JSONScalar where Self: FixedWidthInteger {
    func append(to bytes: inout [UInt8]) -> Bool {
        guard let small = UInt64(exactly: magnitude) else {
            bytes.append(contentsOf: description.utf8)
            return true
        }
        if self < 0 { bytes.append(0x2D) }
        bytes.append(number: small)
        return true
    }
}

extension JSONScalar where Self: BinaryFloatingPoint & LosslessStringConvertible {
    func append(to bytes: inout [UInt8]) -> Bool {
        guard isFinite else { return false }
        bytes.append(contentsOf: description.utf8)
        if bytes.suffix(2).elementsEqual([0x2E, 0x30]) { bytes.removeLast(2) }
        return true
    }
}

extension Double: JSONScalar {}
extension Float: JSONScalar {}
extension Int: JSONScalar {}
extension Int8: JSONScalar {}
extension Int16: JSONScalar {}
extension Int32: JSONScalar {}
extension Int64: JSONScalar {}
extension UInt: JSONScalar {}
extension UInt8: JSONScalar {}
extension UInt16: JSONScalar {}
extension UInt32: JSONScalar {}
extension UInt64: JSONScalar {}
