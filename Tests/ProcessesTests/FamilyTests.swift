import Foundation
import Glibc
import Testing

@testable import Processes

/// Who belongs to a run, as those ask who refuse its processes.
@Suite("A run's family of processes")
struct FamilyTests {
    @Test(
        "a process is found by its environment, and without it by those that it descends from",
        arguments: ["exec sleep 60", "exec env -i /bin/sh -c 'exec sleep 60'", "exec setsid env -i sleep 60"])
    func found(_ script: String) async throws {
        let supervision = try Supervision()
        // In the background twice over, so that only the shim can be its parent in the end.
        let process = try await supervision.launch(
            "(sh -c 'echo $$ > pid.new; mv pid.new pid; \(script.replacingOccurrences(of: "'", with: "'\\''"))' &) ; sleep 60"
        ) {
            $0.usesControlGroups = false
        }
        let child = try await supervision.process(namedIn: "pid")
        #expect(ProcessSweep.isFamily(child.pid, of: supervision.marker))
        #expect(ProcessSweep.isFamily(process.shim.pid, of: supervision.marker))
        #expect(!ProcessSweep.isFamily(child.pid, of: supervision.marker + "-other"))
        #expect(!ProcessSweep.isFamily(getpid(), of: supervision.marker) && !ProcessSweep.isFamily(getppid(), of: supervision.marker))
        #expect(!ProcessSweep.isFamily(1, of: supervision.marker))
        _ = try await ProcessSweep.end(marker: supervision.marker)
    }

    @Test(
        "a connection is known by the socket at its other end, also by one of the newer protocol",
        .enabled(if: access("/usr/bin/perl", X_OK) == 0), arguments: [false, true])
    func connection(isMapped: Bool) async throws {
        let supervision = try Supervision()
        let listener = try Listener()
        let address =
            isMapped
            ? "sockaddr_in6(\(listener.port), inet_pton(AF_INET6, \"::ffff:127.0.0.1\"))" : "sockaddr_in(\(listener.port), INADDR_LOOPBACK)"
        let connect =
            "use Socket qw(:all); socket(my $s, \(isMapped ? "PF_INET6" : "PF_INET"), SOCK_STREAM, 0); connect($s, \(address)) or die; sleep 60"
        let process = try await supervision.launch("exec env -i /usr/bin/perl -e '\(connect)'") { $0.usesControlGroups = false }
        let theirs = try listener.accepted()
        #expect(ConnectionOwner(marker: supervision.marker).isFamily(peerPort: theirs, port: listener.port))
        #expect(!ConnectionOwner(marker: supervision.marker + "-other").isFamily(peerPort: theirs, port: listener.port))
        let own = try listener.connect()
        let owner = ConnectionOwner(marker: supervision.marker)
        #expect(owner.verdict(peerPort: own, port: listener.port) == .stranger)
        _ = try await ProcessSweep.end(marker: supervision.marker)
        _ = process
    }

    @Test("a connection that is in no table counts as the family's, and that is not remembered")
    func unknown() throws {
        let listener = try Listener()
        let owner = ConnectionOwner(marker: "nobody-\(UUID().uuidString)")
        // The listener's own port has a socket, but none that is connected.
        #expect(owner.verdict(peerPort: listener.port, port: listener.port) == .unknown)
        #expect(owner.isFamily(peerPort: listener.port, port: listener.port))
        let own = try listener.connect()
        #expect(owner.verdict(peerPort: own, port: listener.port) == .stranger)
    }

    @Test("the peer's sockets are found by both ports, in either table's form; one that nobody has open is none")
    func tables() {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0 100 0 0 10 0
               1: 0100007F:C001 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 12 1 0 20 4 30 10 -1
               2: 0000000000000000FFFF00000100007F:C002 0000000000000000FFFF00000100007F:1F90 01 0:0 00:0 0     0        0 13 1
               3: 0100007F:C003 0100007F:1F90 06 00000000:00000000 03:00000F4F 00000000     0        0 0 3
               4: 0100007F:1F90 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 14 1 0 20 4 30 10 -1
            """
        func sockets(_ port: Int) -> [UInt64] {
            ConnectionOwner.sockets(in: Array(table.utf8), from: port, to: 0x1F90).map(\.number)
        }
        #expect(sockets(0xC001) == [12] && sockets(0xC002) == [13] && sockets(0xC003) == [] && sockets(0x1F90) == [])
        let theirs = Array(table.replacing("00000000     0        0 12", with: "00000000  1001        0 12").utf8)
        #expect(ConnectionOwner.sockets(in: theirs, from: 0xC001, to: 0x1F90) == [.init(number: 12, user: 1001)])
        #expect(ConnectionOwner.isOthers(1001, own: 0) && ConnectionOwner.isOthers(1001, own: 1000))
        #expect(!ConnectionOwner.isOthers(1001, own: 1001) && !ConnectionOwner.isOthers(0, own: 1001))
    }
}

/// A socket on loopback that others connect to.
private final class Listener {
    let port: Int
    private let descriptor: Int32
    private var others: [Int32] = []

    init() throws {
        let own = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // Whoever does not come is not waited for for ever.
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(own, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = Self.loopback(0)
        let isBound = Self.with(&address) { bind(own, $0, $1) } == 0 && listen(own, 4) == 0
        descriptor = own
        port = Self.name(own, getsockname)
        guard isBound else { throw SystemError.current("listen") }
    }

    deinit { for descriptor in others + [descriptor] { close(descriptor) } }

    /// Waits for somebody. Returns their port.
    func accepted() throws -> Int {
        let other = accept(descriptor, nil, nil)
        guard other >= 0 else { throw SystemError.current("accept") }
        others.append(other)
        return Self.name(other, getpeername)
    }

    /// Connects to itself. Returns the port at that end.
    func connect() throws -> Int {
        let other = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        others.append(other)
        var address = Self.loopback(UInt16(port))
        guard Self.with(&address, { Glibc.connect(other, $0, $1) }) == 0 else { throw SystemError.current("connect") }
        return Self.name(other, getsockname)
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func with<Result>(_ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Result) -> Result
    {
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }

    private static func name(
        _ descriptor: Int32, _ ask: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = with(&address) { pointer, _ in ask(descriptor, pointer, &length) }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
