import Glibc
import Foundation
import Orchestration
import Processes
import Testing

@testable import Engine

@Suite("A workspace")
struct WorkspaceTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("a folder that cannot be made is named, with the cause; its parents are made, and what is there stays")
    func folders() throws {
        let root = try TemporaryFolder()
        try PrivateFiles.makeFolder(root.path + "/a/b/c")
        try PrivateFiles.makeFolder(root.path + "/a/b/c")
        try PrivateFiles.write([1], to: root.path + "/file")
        let path = root.path + "/file/x/y"
        #expect { try PrivateFiles.makeFolder(path) } throws: { error in
            guard let error = error as? SystemError else { return false }
            return error.code == ENOTDIR && error.description.contains(root.path + "/file/x")
        }
    }

    @Test("it is made once, for its owner only, and preparing it again changes nothing")
    func prepared() throws {
        let workspace = Workspace(path: folder.path + "/new/place")
        #expect(!workspace.exists)
        try workspace.prepare()
        try workspace.setCurrent(ID("run-1"))
        try workspace.prepare()
        #expect(try TemporaryFolder.mode(workspace.path) == 0o700)
        #expect(try TemporaryFolder.mode(workspace.path + "/format") == 0o600)
        #expect(try String(contentsOfFile: workspace.path + "/current", encoding: .utf8) == "run-1\n")
    }

    @Test("a workspace of another layout is refused and stays as it is")
    func otherFormat() throws {
        try folder.write("7\n", to: "format")
        let workspace = Workspace(path: folder.path)
        #expect(throws: WorkspaceError.otherFormat(path: folder.path, found: 7)) { try workspace.prepare() }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["format"])
    }

    @Test("a folder with other things in it is refused and stays as it is")
    func foreign() throws {
        try folder.write("mine\n", to: "notes.txt")
        let workspace = Workspace(path: folder.path)
        for isBrief in [false, true] {
            #expect(throws: WorkspaceError.notAWorkspace(path: folder.path)) { _ = try workspace.lock(isBrief: isBrief) }
        }
        #expect(throws: WorkspaceError.notAWorkspace(path: folder.path)) { try workspace.prepare() }
        #expect(!workspace.isBegun)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["notes.txt"])
    }

    @Test("what a process has left that died while it made a workspace is taken, and is no folder of somebody else's")
    func halfMade() throws {
        try folder.write("1", to: "format.new")
        try folder.write("", to: "lock")
        let workspace = Workspace(path: folder.path)
        #expect(workspace.isBegun)
        let lock = try workspace.lock()
        defer { withExtendedLifetime(lock) {} }
        try workspace.prepare()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["format", "lock", "runs"])
    }

    @Test("a lock that is held names its holder, and is free again when it is let go")
    func lock() throws {
        let workspace = Workspace(path: folder.path + "/place")
        do {
            let lock = try workspace.lock()
            defer { withExtendedLifetime(lock) {} }
            try workspace.prepare()
            #expect {
                _ = try workspace.lock()
            } throws: { error in
                guard case .held(let path, let holder) = error as? WorkspaceError else { return false }
                return path == workspace.path && holder == "process \(getpid())"
            }
        }
        _ = try workspace.lock()
    }

    @Test("the current run is the one that was set, as long as its folder is there")
    func current() throws {
        let workspace = Workspace(path: folder.path + "/place")
        try workspace.prepare()
        #expect(try workspace.currentRun() == nil)
        try workspace.setCurrent(ID("run-2"))
        #expect(try workspace.currentRun() == nil)
        for name in ["run-2", "run-1"] {
            try FileManager.default.createDirectory(atPath: workspace.path + "/runs/" + name, withIntermediateDirectories: true)
        }
        #expect(try workspace.currentRun() == workspace.folder(of: ID("run-2")))
        #expect(try workspace.runs().map(\.id.name) == ["run-1", "run-2"])
        try workspace.setCurrent(ID("../elsewhere"))
        #expect(try workspace.currentRun() == nil)
    }

    @Test("runs of the same name in two workspaces have different markers")
    func markers() {
        let one = Workspace(path: "/a/place").folder(of: ID("run-1"))
        let other = Workspace(path: "/b/place").folder(of: ID("run-1"))
        #expect(one.marker != other.marker)
        #expect(one.marker == Workspace(path: "/a/place").folder(of: ID("run-1")).marker)
        #expect(one.marker != Workspace(path: "/a/place").folder(of: ID("run-2")).marker)
    }

    @Test("the socket lies in the workspace, or where its path fits into an address")
    func socket() {
        #expect(Workspace(path: "/short").socketPath == "/short/control.sock")
        let deep = "/" + String(repeating: "deep/", count: 40)
        let one = Workspace(path: deep + "a").socketPath
        let other = Workspace(path: deep + "b").socketPath
        #expect(one.utf8.count <= 100 && other.utf8.count <= 100)
        #expect(one != other)
        #expect(Workspace(path: deep + "a").socketPath == one)
    }
}
