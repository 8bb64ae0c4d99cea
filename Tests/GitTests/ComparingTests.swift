import Orchestration
import Testing

@testable import Git

@Suite struct ComparingTests {
    @Test("changed paths show modes, odd names and both ends of a rename")
    func changedPaths() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let before = try #require(try await hub.resolve("refs/cco/origin/main"))
            try await test.shell("git mv readme.txt 'mön\n.txt'; printf x > t; chmod +x t; ln -s t link", in: test.seedPath)
            let after = try await test.commit(["ä": "ä"], "subject line\n\nbody")
            _ = try await hub.fetchOrigin(branch: "main")
            let changes = try await hub.changedPaths(from: before, to: after)
            #expect(
                Set(changes.map { "\($0.status) \($0.path) \($0.mode)" }) == [
                    "D readme.txt 000000", "A mön\n.txt 100644", "A t 100755", "A link 120000", "A ä 100644",
                ])
            #expect(try await hub.log(from: before, to: after) == [LogEntry(id: after, subject: "subject line")])
            #expect(try await hub.log(from: nil, to: after).count == 2)
            #expect(try await hub.diffStat(from: before, to: after).contains("4 files changed"))
            let whole = try await hub.diff(from: before, to: after, limit: 100_000)
            #expect(whole.text.contains("rename from readme.txt") && !whole.truncated && whole.totalBytes == whole.text.utf8.count)
            let part = try await hub.diff(from: before, to: after, limit: 100)
            #expect(part.truncated && part.totalBytes == whole.totalBytes && part.text.utf8.count <= 100 && part.text.hasSuffix("\n"))
        }
    }

    @Test(
        "a secret is found wherever it is added",
        arguments: [
            ["a.txt": "x\ntoken=s3cr3t-value\n"], ["dir/b\"ü\n.txt": "s3cr3t-value"], ["bin": "\0\0s3cr3t-value\0"],
            ["s3cr3t-value.txt": "x"], ["++ odd": "++ b/other\n@@ s3cr3t-value\n"],
        ] as [[String: String]])
    func secretFound(_ files: [String: String]) async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let added = try await test.change(hub, tip, files.mapValues { .some($0.bytes) })
            let found = try await hub.addedContentContains(anyOf: ["nothing".bytes, "s3cr3t-value".bytes], from: tip, to: added)
            #expect(found == files.keys.first)
            #expect(try await hub.addedContentContains(anyOf: ["s3cr3t-other".bytes, []], from: tip, to: added) == nil)
            #expect(try await hub.addedContentContains(anyOf: ["s3cr3t-value".bytes], from: added, to: added) == nil)
            let removed = try await test.change(hub, added, files.mapValues { _ in nil })
            #expect(try await hub.addedContentContains(anyOf: ["s3cr3t-value".bytes], from: added, to: removed) == nil)
            #expect(try await hub.addedContentContains(anyOf: ["s3cr3t-value".bytes], from: tip, to: removed) == files.keys.first)
            #expect(try FolderHandle(path: hub.scratchPath).names().isEmpty)
        }
    }

    @Test("a secret of several lines and one in a message are found, and a message cannot hide what follows")
    func secretShapes() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let key = "-----BEGIN\nabc\ndef\n-----END"
            let tricky = "fine\n\n@@ -1,9 +0,0 @@\ndiff --git a/x b/x"
            let first = try await test.change(hub, tip, ["k": "a\n\(key)\nb\n".bytes], tricky)
            #expect(try await hub.addedContentContains(anyOf: [key.bytes], from: tip, to: first) == "k")
            let second = try await test.change(hub, first, ["z": "z".bytes], "oops\n\npass-word in\nmessage")
            let found = try await hub.addedContentContains(anyOf: ["pass-word in\nmessage".bytes], from: first, to: second)
            #expect(found == "the message of commit \(second.short)")
        }
    }

    @Test("pieces of any size give the same answer", arguments: [1, 2, 7, 4_096])
    func pieces(_ size: Int) {
        let text = "commit 0123456789abcdef\n\n    message\n\ndiff --git a/x b/x\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a se-cret b\n"
        var scanner = AddedContentScanner(secrets: ["se-cret".bytes])
        text.bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                scanner.feed(UnsafeRawBufferPointer(rebasing: rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
        }
        scanner.finish()
        #expect(scanner.found == "x")
    }
}
