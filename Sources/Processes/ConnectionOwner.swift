import Glibc
import Synchronization

/// Tells whether a TCP connection from this machine comes from a process that carries a marker or descends from one that does.
///
/// The kernel names no process for a TCP connection: its tables give the peer's socket, and the processes' open files give the socket's owner.
/// Only the family's open files are looked at, so the costs do not grow with what else runs; a verdict is remembered as long as the socket lives.
package final class ConnectionOwner: Sendable {
    private let marker: String
    private let verdicts = Mutex<[UInt64: Bool]>([:])

    /// Sockets that are remembered.
    private static let most = 1_024
    /// A socket of the newer protocol may be connected to an address of the older one (`::ffff:127.0.0.1`), and is then in its own table only.
    private static let tables = ["/proc/net/tcp", "/proc/net/tcp6"]

    package init(marker: String) { self.marker = marker }

    /// Who is at the other end of a connection.
    package enum Verdict: Sendable, Equatable {
        case family
        case stranger
        /// A process of another user than the one who runs this program; the system's own (root), which forward connections, are none.
        case otherUser
        /// The kernel's tables or a process of the family could not be read, or the connection is in none of them: it counts as the family's, and
        /// the next request finds out anew.
        case unknown
    }

    /// - Parameters:
    ///   - peerPort: the port at the other end of a connection on 127.0.0.1.
    ///   - port: the port at this end.
    /// - Returns: false for one of this user's own that is not the family's; whoever else it is, is nobody to be served.
    package func isFamily(peerPort: Int, port: Int) -> Bool { verdict(peerPort: peerPort, port: port) != .stranger }

    package func verdict(peerPort: Int, port: Int) -> Verdict {
        var sockets: [UInt64] = []
        for path in Self.tables {
            do {
                let found = Self.sockets(in: try FileSystem.read(path), from: peerPort, to: port)
                if found.contains(where: { Self.isOthers($0.user) }) { return .otherUser }
                sockets += found.map(\.number)
            } catch  where error.code == ENOENT && path.hasSuffix("6") {
                // A kernel without the newer protocol.
            } catch {
                return .unknown
            }
        }
        // More than one: a port of each protocol. All of them have to be strangers'.
        guard !sockets.isEmpty else { return .unknown }
        if sockets.count == 1, let known = verdicts.withLock({ $0[sockets[0]] }) { return known ? .family : .stranger }
        guard let verdict = isHeld(sockets) else { return .unknown }
        if sockets.count == 1 { remember(sockets[0], verdict) }
        return verdict ? .family : .stranger
    }

    private func remember(_ socket: UInt64, _ verdict: Bool) {
        verdicts.withLock { verdicts in
            if verdicts.count >= Self.most { verdicts = [:] }
            verdicts[socket] = verdict
        }
    }

    /// - Parameter own: the user who runs this program.
    static func isOthers(_ user: UInt32, own: UInt32 = geteuid()) -> Bool { user != own && user != 0 }

    /// A socket of the kernel's tables.
    struct Socket: Sendable, Equatable {
        var number: UInt64
        var user: UInt32
    }

    /// The sockets that are bound to `peerPort` and connected to `port`, on whatever addresses.
    static func sockets(in table: [UInt8], from peerPort: Int, to port: Int) -> [Socket] {
        func hex(_ port: Int) -> [UInt8] {
            let digits = String(port, radix: 16, uppercase: true)
            return Array((":" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits).utf8)
        }
        let (local, remote) = (hex(peerPort), hex(port))
        return table.split(separator: UInt8(ascii: "\n")).dropFirst().compactMap { line in
            let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 10)
            // Number 0: nobody has it open any more.
            guard fields.count > 9, fields[1].suffix(local.count).elementsEqual(local),
                fields[2].suffix(remote.count).elementsEqual(remote),
                let number = UInt64(String(decoding: fields[9], as: UTF8.self)), number > 0,
                let user = UInt32(String(decoding: fields[7], as: UTF8.self))
            else { return nil }
            return Socket(number: number, user: user)
        }
    }

    /// Whether a process of the family has one of the sockets open; `nil` when that cannot be told. Those that have come while it looked are looked
    /// at too: an open socket passes from a process that ends to its child.
    private func isHeld(_ sockets: [UInt64]) -> Bool? {
        var seen: Set<Int32> = []
        var isWholly = true
        for _ in 1...2 {
            guard let family = try? family() else { return nil }
            for process in family.subtracting(seen) {
                switch Self.holds(sockets, process) {
                case true?: return true
                case false?: break
                case nil: isWholly = false
                }
            }
            seen.formUnion(family)
        }
        return isWholly ? false : nil
    }

    /// The living processes that carry the marker or descend from one that does, this one left out.
    private func family() throws(SystemError) -> Set<Int32> {
        let wanted = MarkerTrace(marker)
        var family: Set<Int32> = []
        var children: [Int32: [Int32]] = [:]
        var dead: Set<Int32> = []
        for name in try FileSystem.names(in: "/proc") {
            // Unreadable: it has ended since, and what it has left behind is looked at the next time.
            guard let pid = Int32(name), let status = (try? ProcessStatus.of(pid: pid)) ?? nil else { continue }
            children[status.parent, default: []].append(pid)
            if status.isDead {
                dead.insert(pid)
            } else if pid != getpid(),
                wanted.isIn(try? FileSystem.read("/proc/\(pid)/environ"), try? FileSystem.read("/proc/\(pid)/cgroup"))
            {
                family.insert(pid)
            }
        }
        var open = Array(family)
        while let parent = open.popLast() {
            for child in children[parent] ?? [] where family.insert(child).inserted { open.append(child) }
        }
        return family.subtracting(dead).subtracting([getpid()])
    }

    /// `nil` for a process that does not let itself be looked at.
    private static func holds(_ sockets: [UInt64], _ process: Int32) -> Bool? {
        let names: [String]
        do {
            names = try FileSystem.names(in: "/proc/\(process)/fd")
        } catch {
            // One that has ended, also one that is not reaped yet, has nothing open.
            guard error.code == EACCES || error.code == EPERM, let status = try? ProcessStatus.of(pid: process) else { return false }
            return status.isDead ? false : nil
        }
        let wanted = sockets.map { Array("socket:[\($0)]".utf8) }
        var buffer = [UInt8](repeating: 0, count: 64)
        for name in names {
            // Closed since it was listed.
            let count = readlink("/proc/\(process)/fd/\(name)", &buffer, buffer.count)
            if wanted.contains(where: { count == $0.count && buffer.prefix(count).elementsEqual($0) }) { return true }
        }
        return false
    }
}
