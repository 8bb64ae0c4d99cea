import Foundation
import Subprocess
import SystemPackage
import Testing

@testable import TestSupport

@Suite("The demo's project")
struct CompanyDemoTests {
    @Test("ends with every command and a green gate, and is red where its story says so")
    func story() async throws {
        try await CLIWorkplace.lend { place in
            let project = Project(folder: place.repository)
            for file in DemoProject.plan.seedFiles { try project.write(file) }
            for task in DemoProject.plan.tasks {
                for step in task.steps { try await project.take(step) }
                for mistake in task.mistakes {
                    switch mistake {
                    case .redGate(let fix):
                        #expect(try await project.isGreen() == false)
                        for step in fix { try await project.take(step) }
                    case .rework(_, let steps):
                        #expect(try await project.isGreen())
                        for step in steps { try await project.take(step) }
                    default: break
                    }
                }
                #expect(try await project.isGreen(), "after \(task.title)")
            }
            let help = try await project.run("sh bin/tally help").output
            for command in ["sum", "top", "months", "check", "only", "chart", "help"] { #expect(help.contains("  \(command) ")) }
        }
    }

    @Test("claims for each task the files that its first step writes")
    func claims() {
        for task in DemoProject.plan.tasks {
            guard case .write(let files)? = task.steps.first else { continue }
            let unclaimed = files.map(\.path).filter { path in
                !task.paths.contains { $0 == path || $0.hasSuffix("/") && path.hasPrefix($0) }
            }
            #expect(unclaimed.isEmpty, "\(task.title)")
        }
    }

    @Test("gives the two workers of its conflict the same lines to change")
    func conflict() {
        let heads = DemoProject.plan.tasks.filter { ["sum", "top"].contains($0.key) }.flatMap(\.steps).compactMap { step -> String? in
            if case .edit("lib/commands.txt", let old, _) = step { old } else { nil }
        }
        #expect(heads == ["reports:", "reports:"])
    }
}

/// A folder in which a task's steps are taken without any agent.
private struct Project {
    var folder: String

    func write(_ file: WorkFile) throws {
        let path = folder + "/" + file.path
        try FileManager.default.createDirectory(atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try file.text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    func take(_ step: WorkStep) async throws {
        switch step {
        case .write(let files): for file in files { try write(file) }
        case .edit(let path, let old, let new):
            let text = try String(contentsOfFile: folder + "/" + path, encoding: .utf8)
            #expect(text.components(separatedBy: old).count == 2, "\(path) has \"\(old)\" once")
            try write(WorkFile(path, text.replacingOccurrences(of: old, with: new)))
        case .run(let command): #expect(try await run(command).isSuccess, "\(command)")
        case .commit: break
        }
    }

    func isGreen() async throws -> Bool { try await run(DemoProject.verifyCommand).isSuccess }

    func run(_ command: String) async throws -> (isSuccess: Bool, output: String) {
        let result = try await Subprocess.run(
            .path("/bin/sh"), arguments: ["-c", command + " 2>&1"], workingDirectory: FilePath(folder), output: .string(limit: 1 << 20),
            error: .discarded)
        return (result.terminationStatus.isSuccess, result.standardOutput)
    }
}
