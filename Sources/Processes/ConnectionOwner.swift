import Glibc
import Synchronization

/// Tells whether a TCP connection from this machine comes from a process that carries a marker or descends from one that does.
///
/// The kernel names no process for a TCP connection: its table gives the peer's socket, and the processes' open files give the socket's owner.
/// Only the family's open files are looked at, so the costs do not grow with what else runs; a verdict is remembered as long as the socket lives.
package final class ConnectionOwner: Sendable {
    private let marker: String
    private let verdicts = Mutex<[UInt64: Bool]>([:])

    /// Sockets that are remembered.
    private static let most = 1_024

    package init(marker: String) { self.marker = marker }

    /// - Parameters:
    ///   - peerPort: the port at the other end of a connection on 127.0.0.1.
    ///   - port: the port at this end.
    package func isFamily(peerPort: Int, port: Int) -> Bool {
        // A connection whose other end has gone already gets no answer anyway.
        guard let table = try? FileSystem.read("/proc/net/tcp"), let socket = Self.socket(in: table, from: peerPort, to: port) else {
            return false
        }
        if let known = verdicts.withLock({ $0[socket] }) { return known }
        let verdict = Self.holds(socket, family())
        verdicts.withLock { verdicts in
            if verdicts.count >= Self.most { verdicts = [:] }
            verdicts[socket] = verdict
        }
        return verdict
    }

    /// The number of the socket that is bound to `peerPort` and connected to `port`.
    static func socket(in table: [UInt8], from peerPort: Int, to port: Int) -> UInt64? {
        func hex(_ port: Int) -> String {
            let digits = String(port, radix: 16, uppercase: true)
            return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }
        let (local, remote) = (":" + hex(peerPort), ":" + hex(port))
        for line in table.split(separator: UInt8(ascii: "\n")).dropFirst() {
            let fields = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
            guard fields.count > 9, fields[1].hasSuffix(local), fields[2].hasSuffix(remote) else { continue }
            return UInt64(fields[9])
        }
        return nil
    }

    private func family() -> Set<Int32> {
        guard let all = try? ProcessStatus.all() else { return [] }
        var family = Set(((try? ProcessSweep.find(marker: marker)) ?? []).map(\.pid))
        guard !family.isEmpty else { return [] }
        let children = Dictionary(grouping: all, by: \.parent)
        var open = Array(family)
        while let parent = open.popLast() {
            for child in children[parent] ?? [] where family.insert(child.pid).inserted { open.append(child.pid) }
        }
        family.remove(getpid())
        return family
    }

    private static func holds(_ socket: UInt64, _ processes: Set<Int32>) -> Bool {
        let wanted = Array("socket:[\(socket)]".utf8)
        var buffer = [UInt8](repeating: 0, count: 64)
        for process in processes {
            // Gone, or closed, since it was listed.
            for name in (try? FileSystem.names(in: "/proc/\(process)/fd")) ?? [] {
                let count = readlink("/proc/\(process)/fd/\(name)", &buffer, buffer.count)
                if count == wanted.count, buffer.prefix(count).elementsEqual(wanted) { return true }
            }
        }
        return false
    }
}
