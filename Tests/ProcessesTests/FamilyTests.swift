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

    @Test("a connection is known by the socket at its other end", .enabled(if: access("/usr/bin/perl", X_OK) == 0))
    func connection() async throws {
        let supervision = try Supervision()
        let listener = try Listener()
        let connect =
            "use Socket; socket(my $s, PF_INET, SOCK_STREAM, 0); connect($s, sockaddr_in(\(listener.port), INADDR_LOOPBACK)) or die; sleep 60"
        let process = try await supervision.launch("exec env -i /usr/bin/perl -e '\(connect)'") { $0.usesControlGroups = false }
        let theirs = try listener.accepted()
        #expect(ConnectionOwner(marker: supervision.marker).isFamily(peerPort: theirs, port: listener.port))
        #expect(!ConnectionOwner(marker: supervision.marker + "-other").isFamily(peerPort: theirs, port: listener.port))
        let own = try listener.connect()
        #expect(!ConnectionOwner(marker: supervision.marker).isFamily(peerPort: own, port: listener.port))
        _ = try await ProcessSweep.end(marker: supervision.marker)
        _ = process
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
