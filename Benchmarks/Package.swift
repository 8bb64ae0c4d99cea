// swift-tools-version: 6.2
import PackageDescription

/// A program in C that something is compared with.
func baseline(_ name: String, libraries: [String] = []) -> Target {
    .executableTarget(
        name: name, cSettings: [.unsafeFlags(["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror"])],
        linkerSettings: libraries.map { .linkedLibrary($0) })
}

// Apart from cco's own package, and without any dependency: it measures the built programs from outside, as their users meet them.
let package = Package(
    name: "cco-benchmarks",
    targets: [
        .executableTarget(
            name: "Benchmark",
            swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .treatAllWarnings(as: .error)]),
        baseline("bench-rows", libraries: ["sqlite3"]),
        baseline("bench-intake"),
        baseline("bench-agent"),
        baseline("bench-waiting"),
    ]
)
