import Foundation
import Glibc
import Testing

@testable import Processes

@Suite("Removing a folder with all that it holds", .timeLimit(.minutes(1)))
struct TreeRemovalTests {
    private let folder: TemporaryFolder
    private var tree: String { folder.path + "/tree" }

    init() throws {
        folder = try TemporaryFolder()
        try FileSystem.makeFolder(tree)
    }

    private func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    private func make(_ path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError.current("make \(path)") }
        close(descriptor)
    }

    @Test("files, links, names that are no text and folders without permissions go; what a link leads to stays; nothing there is fine")
    func everything() throws {
        try FileSystem.makeFolder(folder.path + "/outside")
        try make(folder.path + "/outside/kept")
        try FileSystem.makeFolder(tree + "/inner")
        try make(tree + "/inner/file")
        for (target, name) in [(folder.path + "/outside", "link"), (folder.path + "/missing", "dangling"), ("..", "inner/up")] {
            try #require(symlink(target, "\(tree)/\(name)") == 0)
        }
        let name = Array(tree.utf8CString.dropLast()) + [0x2F, -1, -2, 0]
        try #require(mkdir(name, 0o700) == 0)
        try #require(chmod(tree + "/inner", 0) == 0)
        try #require(chmod(tree, 0o500) == 0)
        try TreeRemoval.remove(tree)
        #expect(!exists(tree))
        #expect(exists(folder.path + "/outside/kept"))
        try TreeRemoval.remove(tree)
        try TreeRemoval.remove(folder.path + "/missing/below")
        try TreeRemoval.remove(folder.path + "/outside/kept/below")
        try TreeRemoval.remove(folder.path + "/outside/kept")
        #expect(try folder.names() == ["outside"])
    }

    @Test("a deep tree goes level by level, with few descriptors")
    func deep() throws {
        var path = tree
        for _ in 0..<600 {
            path += "/d"
            try FileSystem.makeFolder(path)
        }
        try make(path + "/file")
        try TreeRemoval.remove(tree)
        #expect(!exists(tree))
    }

    @Test("two that remove the same tree at once both find it gone")
    func vanishing() async throws {
        for number in 0..<20 {
            try FileSystem.makeFolder("\(tree)/\(number)")
            for file in 0..<100 { try make("\(tree)/\(number)/\(file)") }
        }
        let tree = tree
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for _ in 0..<2 { tasks.addTask { try TreeRemoval.remove(tree) } }
            try await tasks.waitForAll()
        }
        #expect(!exists(tree))
    }

    @Test("a folder goes in which somebody keeps adding and removing a file")
    func appearing() throws {
        try FileSystem.makeFolder(tree + "/objects")
        let path = tree + "/objects/tmp"
        try make(path)
        let writer = Thread {
            // Bounded; it ends as soon as the folder has gone.
            for _ in 0..<1_000_000 {
                let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
                guard descriptor >= 0 else { return }
                close(descriptor)
                unlink(path)
            }
        }
        writer.start()
        try TreeRemoval.remove(tree)
        #expect(!exists(tree))
    }

    @Test("what cannot be removed is named, with the cause and what to do")
    func refused() throws {
        let failure = #expect(throws: TreeRemoval.Failure.self) { try TreeRemoval.remove("/proc/self/status") }
        let text = try #require(failure?.description)
        #expect(text.hasPrefix("/proc/self/status could not be removed: ") && failure?.obstacle == failure?.path, "\(text)")
        #expect(text.contains("permitted") || text.contains("denied"), "\(text)")
        #expect(text.hasSuffix("Remove it by hand, with the rights that this takes."))
    }
}
