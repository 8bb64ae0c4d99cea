import ConfigurationFiles
import Engine
import Glibc
import Orchestration

/// The log folder of one run, found by the run's id or as the newest.
struct RunLogs: Sendable, Equatable {
    var run: String
    /// Absolute.
    var folder: String

    var combined: String { folder + "/combined.log" }
    var report: String { folder + "/report.md" }
    var reportJSON: String { folder + "/report.json" }

    /// - Parameter run: `nil` means the newest run: the workspace's, or after `cco cleanup` the newest that has logs.
    /// - Throws: `Failure` when there is no such run, `ConfigurationError`.
    static func find(_ run: String?, at place: Place, _ surroundings: Surroundings) throws -> RunLogs {
        let directory = try place.logDirectory(surroundings)
        if let run {
            let logs = RunLogs(run: run, folder: directory + "/" + run)
            guard isRunName(run), access(logs.combined, F_OK) == 0 else {
                let known = names(in: directory)
                let advice = known.isEmpty ? "There is none yet." : "There are: \(known.suffix(10).joined(separator: ", "))."
                throw Failure("\(directory) has no log of a run \"\(run)\". \(advice)", .usage)
            }
            return logs
        }
        if let newest = try place.workspace.currentRun() {
            let logs = RunLogs(run: newest.id.name, folder: directory + "/" + newest.id.name)
            if access(logs.combined, F_OK) == 0 { return logs }
        }
        guard let newest = names(in: directory).last else {
            throw Failure("\(directory) has no log of a run yet. Start one: cco start\(place.options)", .usage)
        }
        return RunLogs(run: newest, folder: directory + "/" + newest)
    }

    /// The runs that have a log, oldest first.
    static func names(in directory: String) -> [String] {
        // A folder that is not there, or not to be read, has no logs to offer.
        let names = ((try? FolderListing.names(in: directory)) ?? []).filter {
            isRunName($0) && access("\(directory)/\($0)/combined.log", F_OK) == 0
        }
        return names.sorted { sortKey($0) < sortKey($1) }
    }

    /// `2026-11-22-21-48-05`, with a number when two runs began in one second.
    static func isRunName(_ name: String) -> Bool {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard (6...7).contains(parts.count) else { return false }
        return parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    }

    private static func sortKey(_ name: String) -> [Int] { name.split(separator: "-").map { Int($0) ?? 0 } + [0] }
}

extension Array where Element == Int {
    /// Lexicographic, for run names.
    fileprivate static func < (left: [Int], right: [Int]) -> Bool { left.lexicographicallyPrecedes(right) }
}
