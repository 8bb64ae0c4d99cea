import Foundation

/// From the start of a program after a SIGKILL to its first action, against a program that opens and reads the same database.
///
/// The action has to be right: the effects in hand are compared with those that the killed engine had in hand.
struct RecoveryTime {
    var laboratory: Laboratory
    var sizes: [Int]
    var pairs: Int

    private struct Report: Decodable {
        let first: String
        let pending: [String]
        let replayed: Double
        let tasks: Int
    }

    func rows() throws -> [Row] {
        var rows: [Row] = []
        for size in sizes {
            let folder = try laboratory.folder("killed")
            let tools = laboratory.tools
            try laboratory.run([tools.ccoBench, "orphan", folder, "\(size)"], allowing: [128 + SIGKILL])
            let log = folder + "/journal.sqlite-wal"
            // What a reading moves from the log into the database is in the log again afterwards, so each one finds what the kill has left.
            try laboratory.run(["cp", log, folder + "/wal"])
            let expected = Set(try String(contentsOfFile: folder + "/pending", encoding: .utf8).split(separator: "\n").map(String.init))
            var time = Readings()
            var ratio = Readings()
            for _ in 0..<pairs {
                try laboratory.run(["cp", folder + "/wal", log])
                let ours = try laboratory.run([tools.ccoBench, "recover", folder])
                let report = try JSONDecoder().decode(Report.self, from: Data(ours.output.utf8))
                guard Set(report.pending) == expected, expected.contains(report.first), report.tasks >= size else {
                    throw Program.Failure(description: "recovery of \(size) tasks took up \(report.pending), not \(expected)")
                }
                try laboratory.run(["cp", folder + "/wal", log])
                let theirs = try laboratory.run([tools.bench("rows"), "read", folder + "/journal.sqlite"])
                time.add(ours.seconds)
                ratio.add(ours.seconds / theirs.seconds)
            }
            let isMain = size == 10_000
            rows += [
                Row(
                    measure: "recovery, \(size) tasks: kill to first action, s", figure: time.text(3), goal: isMain ? "≤ 0.5" : "",
                    isReached: isMain ? time.median <= 0.5 : nil),
                Row(
                    measure: "recovery, \(size) tasks: against reading the database", figure: ratio.text() + "×", goal: "≤ 2×",
                    isReached: ratio.median <= 2),
            ]
        }
        return rows
    }
}
