import Testing

@testable import Engine

@Suite("Reconciliation: the control socket")
struct StaleSocketTests {
    @Test("a socket of an engine that died goes, and none is no trouble")
    func socket() throws {
        let folder = try TemporaryFolder()
        try folder.write("", to: "control.sock")
        let duty = StaleSocket(path: folder.path + "/control.sock")
        #expect(try duty.reconcile().count == 1)
        #expect(!PrivateFiles.exists(duty.path))
        #expect(try duty.reconcile().isEmpty)
    }
}
