import FoundationEssentials
import Glibc
import Testing

@testable import Commands

@Suite("Small files that only their owner reads") struct PrivateFileTests {
    @Test("a file that cannot be written whole is not there at all, or stays as it was, and can be written later")
    func fullDisk() async throws {
        let place = try TemporaryPlace()
        let folder = try place.folder("prompts")
        try place.write("prompts/kept.md", "before")
        await #expect(processExitsWith: .success) { [folder = folder as String] in
            signal(SIGXFSZ, SIG_IGN)
            let text = String(repeating: "x", count: 4_000)
            var limit = rlimit(rlim_cur: 1_000, rlim_max: rlim_t.max)
            guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(1) }
            #expect(throws: Failure.self) { try PrivateFile.create(folder + "/worker.md", with: text) }
            #expect(throws: Failure.self) { try PrivateFile.replace(folder + "/kept.md", with: text) }
            limit.rlim_cur = rlim_t.max
            guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(2) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["kept.md"])
        #expect(try place.read("prompts/kept.md") == "before")
        #expect(try PrivateFile.create(folder + "/worker.md", with: "whole"))
        #expect(try place.read("prompts/worker.md") == "whole")
    }

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
