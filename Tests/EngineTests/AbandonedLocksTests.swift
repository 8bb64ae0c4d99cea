import Foundation
import Testing

@testable import Engine

@Suite("Locks that killed agents have left")
struct AbandonedLocksTests {
    @Test("they go, whatever they are and however deep; everything else stays, and nothing outside is touched")
    func clear() throws {
        let folder = try TemporaryFolder()
        let outside = try TemporaryFolder()
        try outside.write("theirs", to: "theirs.lock")
        let files = FileManager.default
        for path in ["claude/plugins/store", "claude/held.lock"] {
            try files.createDirectory(atPath: "\(folder.path)/\(path)", withIntermediateDirectories: true)
        }
        for path in ["claude/plugins/store/a.json", "claude/plugins/store/a.json.lock", "claude/held.lock/owner"] {
            try folder.write("x", to: path)
        }
        try files.createSymbolicLink(atPath: folder.path + "/claude/away", withDestinationPath: outside.path)
        let locks = AbandonedLocks(folder: folder.path + "/claude")
        #expect(try locks.clear() == ["held.lock", "plugins/store/a.json.lock"])
        #expect(
            try files.subpathsOfDirectory(atPath: folder.path + "/claude").sorted() == [
                "away", "plugins", "plugins/store", "plugins/store/a.json",
            ])
        #expect(files.fileExists(atPath: outside.path + "/theirs.lock"))
        #expect(try locks.clear().isEmpty)
        #expect(try AbandonedLocks(folder: folder.path + "/nowhere").clear().isEmpty)
    }
}
