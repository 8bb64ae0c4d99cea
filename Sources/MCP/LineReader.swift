/// Cuts an input into lines, and keeps no more of one than a message may have.
package struct LineReader: Sendable {
    private var rest: [UInt8] = []

    package init() {}

    /// The lines that are whole with these bytes. One that is too long comes cut, one byte longer than it may be.
    package mutating func take(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for byte in bytes {
            if byte == 0x0A {
                lines.append(rest)
                rest = []
            } else if rest.count <= MCPServer.longestLine {
                rest.append(byte)
            }
        }
        return lines
    }
}
