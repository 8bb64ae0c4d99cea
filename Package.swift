// swift-tools-version: 6.2
import PackageDescription

/// Applied to every Swift target of ours.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// For the modules that tests play ten thousand simulated runs with, which takes many times as long without the optimizer. `DEBUG` stays
/// set, so its checks are made; only `assert` is dropped, which these modules do not use.
let optimized: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

func product(_ name: String, of package: String) -> Target.Dependency { .product(name: name, package: package) }

let argumentParser = product("ArgumentParser", of: "swift-argument-parser")
let grdb = product("GRDB", of: "GRDB.swift")
let hummingbird = [
    product("Hummingbird", of: "hummingbird"), product("HummingbirdCore", of: "hummingbird"), product("HTTPTypes", of: "swift-http-types"),
    product("Logging", of: "swift-log"), product("ServiceLifecycle", of: "swift-service-lifecycle"),
]
let nio = [
    product("NIOCore", of: "swift-nio"), product("NIOPosix", of: "swift-nio"), product("NIOHTTP1", of: "swift-nio"),
]
let subprocess = product("Subprocess", of: "swift-subprocess")
let systemPackage = product("SystemPackage", of: "swift-system")

/// A module of the house with its test target; `needs` are modules of ours, `uses` other packages' products.
func module(
    _ name: String, needs: [String] = [], uses: [Target.Dependency] = [], resources: [Resource] = [], extra: [SwiftSetting] = []
) -> Target {
    .target(name: name, dependencies: needs.map { .target(name: $0) } + uses, resources: resources, swiftSettings: settings + extra)
}

func tests(_ name: String, needs: [String] = [], uses: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: ([name] + needs).map { .target(name: $0) } + uses, resources: resources,
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
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .executableTarget(name: "cco", dependencies: ["Commands"], swiftSettings: settings),
        .executableTarget(name: "cco-shim", cSettings: [.unsafeFlags(["-std=c11", "-Wall", "-Wextra", "-Werror"])]),
        // For Benchmarks/ alone, which has no dependency on this package.
        .executableTarget(name: "worktree-bench", dependencies: ["Git", "Orchestration"], swiftSettings: settings),
        .target(name: "CProcesses"),
        .target(name: "CTerminal"),
        // For `make bench` only, and in no product: it puts cco's own modules to work, which programs outside the package cannot.
        .executableTarget(
            name: "cco-bench",
            dependencies: ["Orchestration", "Journal", "Engine", "Processes", "Agents", "Observability", "JSON", "TestSupport"].map {
                .target(name: $0)
            },
            swiftSettings: settings),

        module("Orchestration", extra: optimized),
        module("Simulation", needs: ["Orchestration"], extra: optimized),
        // Not "Configuration": a package that hummingbird needs has a module of that name.
        module("ConfigurationFiles"),
        module("Observability", needs: ["Orchestration", "CTerminal"]),
        module("Journal", needs: ["Orchestration"], uses: [grdb]),
        module("Processes", needs: ["CProcesses"], uses: [subprocess, systemPackage]),
        module("Git", needs: ["Orchestration", "Processes"]),
        module("Agents", needs: ["Orchestration", "JSON"], resources: [.embedInCode("Prompts")]),
        module("Merging", needs: ["Orchestration", "Git", "Processes"]),
        module(
            "Engine",
            needs: ["Orchestration", "ConfigurationFiles", "Observability", "Journal", "Processes", "Git", "Agents", "Merging", "JSON"],
            uses: [systemPackage]),
        module("ControlAPI", needs: ["Orchestration"], uses: hummingbird + nio),
        module("DashboardPages", resources: [.embedInCode("Pages")]),
        module("JSON"),
        module("MCP", needs: ["JSON"]),
        module("Telemetry", needs: ["Orchestration"], uses: nio),
        module(
            "Dashboard", needs: ["Orchestration", "ControlAPI", "Observability", "Telemetry", "DashboardPages"], uses: hummingbird + nio,
            resources: [.embedInCode("openapi.json")]),
        module("Terminal", needs: ["Orchestration", "Observability"]),
        module("TestSupport", needs: ["JSON"], uses: hummingbird + nio),
        module(
            "Commands",
            needs: [
                "Orchestration", "ConfigurationFiles", "Observability", "Journal", "Processes", "Git", "Merging", "Agents", "Engine",
                "ControlAPI", "Dashboard", "Telemetry", "JSON", "MCP", "Simulation", "Terminal",
                "TestSupport",
            ],
            uses: [argumentParser]),

        tests("Orchestration", needs: ["Simulation"]),
        tests("Simulation", needs: ["Orchestration"]),
        tests("ConfigurationFiles"),
        tests("Observability", needs: ["Orchestration"]),
        tests("Journal", needs: ["Orchestration"], uses: [grdb]),
        tests("Processes", needs: ["cco-shim"]),
        tests("Git", needs: ["Orchestration", "Processes"]),
        tests("Merging", needs: ["Orchestration", "Git", "Processes", "cco-shim"]),
        tests("Agents", needs: ["Orchestration", "JSON"], resources: [.copy("Fixtures")]),
        tests(
            "Engine",
            needs: [
                "Orchestration", "ConfigurationFiles", "Observability", "Journal", "Processes", "Git", "Agents", "Merging", "Simulation",
                "TestSupport",
            ],
            resources: [.copy("Fixtures")]),
        tests("ControlAPI", needs: ["Orchestration", "TestSupport"], uses: nio),
        tests("MCP", needs: ["JSON"]),
        tests("Telemetry", needs: ["Orchestration", "Simulation", "TestSupport"]),
        tests("Dashboard", needs: ["Orchestration", "ControlAPI", "Observability"], uses: nio),
        tests("Terminal", needs: ["Orchestration", "Observability"], resources: [.copy("Fixtures")]),
        tests("TestSupport", needs: ["Agents", "JSON", "Orchestration"], uses: nio + [subprocess, systemPackage]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Engine", "JSON", "Journal", "Merging", "Observability", "Orchestration", "TestSupport", "Processes", "cco", "cco-shim",
            ],
            swiftSettings: settings),
        tests(
            "Commands",
            needs: [
                "Orchestration", "ConfigurationFiles", "Observability", "Journal", "Processes", "Git", "Merging", "Agents", "Engine",
                "ControlAPI", "Dashboard", "JSON", "MCP", "Telemetry", "Terminal", "TestSupport",
            ],
            uses: [argumentParser]),
    ]
)
