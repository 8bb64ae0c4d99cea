import Foundation

/// Prints one table of ratios. `Benchmark CCO [--smoke] [throughput] [overhead] [worktrees]`; docs/performance.md has the method.
@main
enum Main {
    static func main() {
        do {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            FileHandle.standardError.write(Data("benchmark: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) throws {
        guard let cco = arguments.first, FileManager.default.isExecutableFile(atPath: cco) else {
            throw Program.Failure(description: "usage: Benchmark PATH-OF-CCO [--smoke] [throughput] [overhead] [worktrees]")
        }
        let isSmoke = arguments.contains("--smoke")
        let chosen = Set(arguments.dropFirst().filter { !$0.hasPrefix("-") })
        let noise = isSmoke ? 1 : Noise.measure()
        guard noise < Noise.limit else {
            throw Program.Failure(
                description:
                    "the machine is too noisy: the same work takes up to \(noise.text(1)) times as long. End what else runs and try again.")
        }
        let laboratory = try Laboratory(cco: cco)
        var rows: [Row] = []
        if chosen.isEmpty || chosen.contains("throughput") {
            let measure = MergeThroughput(
                laboratory: laboratory, branches: isSmoke ? 12 : 60, gateSeconds: isSmoke ? 0.01 : 0.5, pairs: isSmoke ? 1 : 7)
            for p in isSmoke ? [0, 0.2] : [0, 0.05, 0.1, 0.2] { rows += try measure.rows(p) }
        }
        if chosen.isEmpty || chosen.contains("overhead") {
            for files in isSmoke ? [200] : [5_000, 50_000] {
                rows += try MergeOverhead(
                    laboratory: laboratory, files: files, few: isSmoke ? 2 : 20, many: isSmoke ? 14 : 120, pairs: isSmoke ? 1 : 7
                ).rows()
            }
        }
        if chosen.isEmpty || chosen.contains("worktrees") {
            for files in isSmoke ? [200] : [5_000, 50_000] {
                rows += try Worktrees(
                    laboratory: laboratory, files: files, count: isSmoke ? 2 : files > 10_000 ? 2 : 8, pairs: isSmoke ? 1 : 7
                ).rows()
            }
        }
        print("| measure | figure (median, min–max) | goal | reached |\n|---|---|---|---|")
        for row in rows { print(row.markdown) }
        print(
            "\nnoise before: the slowest of 30 equal pieces of work took \(noise.text(2)) times the median\(isSmoke ? " (not measured: smoke)" : "")"
        )
        try laboratory.remove()
    }
}
