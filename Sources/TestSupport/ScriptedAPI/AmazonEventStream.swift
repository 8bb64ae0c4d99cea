import FoundationEssentials
import JSON

/// Messages of `application/vnd.amazon.eventstream`, in which Bedrock sends what others send as server-sent events.
enum AmazonEventStream {
    /// A message that carries one event of an answer.
    static func message(_ event: JSONValue) throws -> [UInt8] {
        let payload = try JSONValue.object(["bytes": .string(Data(event.text().utf8).base64EncodedString())]).text()
        let headers = [(":event-type", "chunk"), (":content-type", "application/json"), (":message-type", "event")].flatMap(header)
        // Around the payload are two lengths with their checksum, and a checksum of it all.
        var message = bigEndian(UInt32(16 + headers.count + payload.utf8.count))
        message += bigEndian(UInt32(headers.count))
        message += bigEndian(checksum(message)) + headers
        message += payload.utf8
        return message + bigEndian(checksum(message))
    }

    private static func header(_ name: String, _ value: String) -> [UInt8] {
        // 7 is the type of a text.
        var header = [UInt8(name.utf8.count)] + name.utf8 + [7]
        header += bigEndian(UInt16(value.utf8.count)) + value.utf8
        return header
    }

    private static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }

    /// CRC-32, as zip files have it.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum = ~UInt32(0)
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = (sum >> 1) ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        return ~sum
    }
}
