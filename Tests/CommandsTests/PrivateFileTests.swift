import FoundationEssentials
import Testing

@testable import Commands

@Suite("Small files that only their owner reads") struct PrivateFileTests {
    @Test("a file that is there is never replaced, be it a link to nowhere, and nothing is left beside it")
    func taken() async throws {
        let place = try TemporaryPlace()
        let folder = try place.folder("new")
        try await place.shell("ln -s nowhere new/link")
        #expect(try PrivateFile.create(folder + "/deep/file", with: "first"))
        #expect(try !PrivateFile.create(folder + "/deep/file", with: "second"))
        #expect(try !PrivateFile.create(folder + "/link", with: "second"))
        #expect(try place.read("new/deep/file") == "first")
        #expect(try await place.shell("stat -c %a new/deep new/deep/file") == "700\n600")
        #expect(try await place.shell("find new -type f") == "new/deep/file")
    }
}
