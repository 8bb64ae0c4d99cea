import Engine
import Foundation
import Processes
import Testing

/// What a run that has ended must not have left: processes, locks, half-written and temporary files, sockets, folders of turns and gates.
enum Leftovers {
    /// - Returns: a line for each.
    static func find(of fixture: CompanyFixture) async throws -> [String] {
        var found: [String] = []
        for marker in try fixture.markers() {
            found += try ProcessSweep.find(marker: marker).map { "process \($0.pid): \(command(of: $0.pid))" }
        }
        let workspace = fixture.config + "/workspace"
        let unfinished = ["*.lock", "*.new", "tmp_*", "*.tmp", "*.sock", "incoming-*"].flatMap { ["-o", "-name", $0] }.dropFirst()
        // The lock file of the workspace itself is a place to hold a lock, and stays; nothing holds it.
        let files = try await ChildCommand(
            "find", [workspace, fixture.origin, "(", "-type", "s", "-o"] + unfinished + [")", "-not", "-path", workspace + "/lock"],
            environment: fixture.environment
        ).run().outputText
        found += files.split(separator: "\n").map { "file \($0)" }
        for run in try Workspace(path: workspace).runs() {
            for folder in ["turns", "gates", "tmp"] { found += names(in: "\(run.path)/\(folder)") }
            found += names(in: run.path + "/agents").flatMap { agent in names(in: agent + "/tree").prefix(1).map { "worktree with \($0)" } }
        }
        found += names(in: fixture.home + "/tmp")
        let runs = try Workspace(path: workspace).runs()
        if runs.count != 1 { found.append("the runs \(runs.map(\.id))") }
        return found
    }

    private static func names(in folder: String) -> [String] {
        // No such folder holds nothing.
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted().map { "\(folder)/\($0)" }
    }

    private static func command(of pid: Int32) -> String {
        // Unreadable: it has just ended.
        let words = (try? Data(contentsOf: URL(filePath: "/proc/\(pid)/cmdline"))) ?? Data()
        return String(decoding: words.prefix(300).map { $0 == 0 ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    }
}

extension CompanyFixture {
    /// Expects that an ended run has left nothing behind.
    func expectNothingLeft(_ location: SourceLocation = #_sourceLocation) async throws {
        let found = try await Leftovers.find(of: self)
        #expect(found.isEmpty, "left over: \(found.joined(separator: "; "))", sourceLocation: location)
    }
}
