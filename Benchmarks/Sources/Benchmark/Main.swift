import Foundation

/// Prints one table of ratios. `Benchmark CCO [--smoke] [--pairs N] [MEASURE…]`; docs/performance.md has the method.
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
            throw Program.Failure(
                description: "usage: Benchmark PATH-OF-CCO [--smoke] [--pairs N] [\(Measures.names.joined(separator: "|"))]…")
        }
        let isSmoke = arguments.contains("--smoke")
        var chosen = Array(arguments.dropFirst())
        var pairs = isSmoke ? 1 : 7
        if let index = chosen.firstIndex(of: "--pairs") {
            guard index + 1 < chosen.count, let number = Int(chosen[index + 1]), number > 0 else {
                throw Program.Failure(description: "--pairs wants a number")
            }
            pairs = number
            chosen.removeSubrange(index...(index + 1))
        }
        chosen.removeAll { $0 == "--smoke" }
        if let unknown = chosen.first(where: { !Measures.names.contains($0) }) {
            throw Program.Failure(description: "there is no measure \(unknown); there are \(Measures.names.joined(separator: ", "))")
        }
        let laboratory = try Laboratory(cco: cco)
        let measures = Measures(laboratory: laboratory, isSmoke: isSmoke, pairs: pairs)
        var failures: [String] = []
        var (noise, noiseAfter) = (Readings(), Readings())
        // Each row is there as soon as it is known; one measure that fails takes no other with it.
        say("| measure | figure (median, min–max) | goal | reached |\n|---|---|---|---|")
        for name in Measures.names where chosen.isEmpty || chosen.contains(name) {
            let start = ContinuousClock.now
            do {
                if !isSmoke { noise.add(try Noise.require()) }
                for row in try measures.rows(name) { say(row.markdown) }
                if !isSmoke { noiseAfter.add(Noise.measure()) }
            } catch {
                failures.append("\(name): \(error)")
            }
            FileHandle.standardError.write(Data("\(name) took \((ContinuousClock.now - start).seconds.text(0)) s\n".utf8))
        }
        say(
            "\n\(pairs) \(pairs == 1 ? "pair" : "pairs") of each"
                + (isSmoke
                    ? ""
                    : "; noise: the slowest of 30 equal pieces of work took \(noise.text(2)) times the median before a measure, \(noiseAfter.text(2)) after it")
        )
        guard failures.isEmpty else { throw Program.Failure(description: failures.joined(separator: "\n")) }
        try laboratory.remove()
    }

    private static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
}
