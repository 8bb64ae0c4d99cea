// swift-tools-version: 6.2
import PackageDescription

// Apart from cco's own package, and without any dependency: it measures the built programs from outside, as their users meet them.
let package = Package(
    name: "cco-benchmarks",
    targets: [
        .executableTarget(
            name: "Benchmark",
            swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .treatAllWarnings(as: .error)])
    ]
)
