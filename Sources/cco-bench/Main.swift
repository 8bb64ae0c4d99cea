import FoundationEssentials
import Glibc

/// Puts cco's own modules to work for the benchmarks, which time it and compare it with others (docs/performance.md). Prints JSON.
@main
enum Main {
    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        do {
            var words = Words(CommandLine.arguments.dropFirst())
            switch try words.next("the measure") {
            case "transitions": try await Transitions(&words).measure()
            case "orphan": try await Orphan(&words).leave()
            case "grow": try Grown(&words).write()
            case "recover": try await Recovery(&words).measure()
            case "output": try await OutputIntake(&words).measure()
            case "model": try await Model(&words).serve()
            case let name: throw Failure("there is no measure \(name)")
            }
        } catch {
            FileHandleOutput.error("cco-bench: \(error)\n")
            exit(1)
        }
    }
}

/// The command line, word by word.
struct Words {
    private var rest: ArraySlice<String>

    init(_ words: ArraySlice<String>) { rest = words }

    mutating func next(_ what: String) throws -> String {
        guard let word = rest.popFirst() else { throw Failure("\(what) is missing") }
        return word
    }

    /// Whether the word is among those that are left.
    func has(_ word: String) -> Bool { rest.contains(word) }

    mutating func number(_ what: String) throws -> Int {
        let word = try next(what)
        guard let number = Int(word) else { throw Failure("\(what): \(word) is no number") }
        return number
    }
}

struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

enum FileHandleOutput {
    static func error(_ text: String) { _ = write(2, text, text.utf8.count) }

    static func json(_ value: some Encodable) throws {
        var bytes = try JSONEncoder().encode(value)
        bytes.append(0x0A)
        guard bytes.withUnsafeBytes({ write(1, $0.baseAddress, $0.count) }) == bytes.count else {
            throw Failure("standard output is closed")
        }
    }
}

/// Wall clock and processor time of a piece of work in this process.
struct Stopwatch {
    private let start = ContinuousClock.now
    private let processor = Stopwatch.processorSeconds

    var seconds: Double { (ContinuousClock.now - start).inSeconds }
    var processorSeconds: Double { Stopwatch.processorSeconds - processor }

    private static var processorSeconds: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
