// swift-tools-version: 6.2
import PackageDescription

/// Applied to every Swift target of ours.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

/// A module of the house with its test target; `needs` are modules of ours, `uses` other packages' products.
func module(
    _ name: String, needs: [String] = [], uses: [Target.Dependency] = [], path: String? = nil, resources: [Resource] = []
) -> Target {
    .target(
        name: name, dependencies: needs.map { .target(name: $0) } + uses, path: path, resources: resources, swiftSettings: settings)
}

func tests(
    _ name: String, needs: [String] = [], uses: [Target.Dependency] = [], path: String? = nil, resources: [Resource] = []
) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: ([name] + needs).map { .target(name: $0) } + uses, path: path, resources: resources,
        swiftSettings: settings)
}

let package = Package(
    name: "cco",
    products: [
        .executable(name: "cco", targets: ["cco"]),
        .executable(name: "cco-shim", targets: ["cco-shim"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .executableTarget(name: "cco", dependencies: ["Commands"], swiftSettings: settings),
        .executableTarget(name: "cco-shim", cSettings: [.unsafeFlags(["-std=c11", "-Wall", "-Wextra", "-Werror"])]),
        .target(name: "CProcesses"),

        module("Orchestration"),
        // Not "Configuration": a package that hummingbird needs has a module of that name.
        module("ConfigurationFiles", path: "Sources/Configuration"),
        module("Observability", needs: ["Orchestration"]),
        module("Journal", needs: ["Orchestration"], uses: [grdb]),
        module("Processes", needs: ["CProcesses"], uses: [subprocess, systemPackage]),
        module("Git", needs: ["Orchestration", "Processes"]),
        module("Agents", needs: ["Orchestration"], resources: [.embedInCode("Prompts")]),
        module("Merging", needs: ["Orchestration", "Git", "Processes"]),
        module(
            "Engine",
            needs: ["Orchestration", "ConfigurationFiles", "Observability", "Journal", "Processes", "Git", "Agents", "Merging"]),
        module(
            "ControlAPI", needs: ["Orchestration"],
            uses: [
                hummingbird, .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        module("TestSupport", needs: [], uses: [hummingbird]),
        module(
            "Commands",
            needs: ["Orchestration", "ConfigurationFiles", "Observability", "Processes", "Git", "Agents", "Engine", "ControlAPI", "TestSupport"],
            uses: [argumentParser]),

        tests("Orchestration"),
        tests("ConfigurationFiles", path: "Tests/ConfigurationTests"),
        tests("Observability", needs: ["Orchestration"]),
        tests("Journal", needs: ["Orchestration"]),
        tests("Processes"),
        tests("Git", needs: ["Orchestration", "Processes"]),
        tests("Agents", needs: ["Orchestration"], resources: [.copy("Fixtures")]),
        tests("TestSupport"),
    ]
)
