import Foundation
import Testing

@testable import Engine

@Suite("Reconciliation: half-written files")
struct HalfWrittenFilesTests {
    @Test("what was being written goes, what it was to replace stays; a folder that is not there is no trouble")
    func files() throws {
        let folder = try TemporaryFolder()
        try folder.write("whole", to: "current")
        try folder.write("ha", to: "current.new")
        let duty = HalfWrittenFiles(folders: [folder.path, folder.path + "/nowhere"])
        #expect(try duty.reconcile() == ["removed current.new"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["current"])
        #expect(try duty.reconcile().isEmpty)
    }
}
