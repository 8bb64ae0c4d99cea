import Foundation
import Testing

@testable import Processes
@testable import TestSupport

/// A command in a real terminal, which tmux emulates: a test types into it and reads the screen as a person would see it.
struct RealTerminal: Sendable {
    private let fixture: CompanyFixture
    private let socket: String
    /// tmux's control mode, which says when the terminal gets output.
    private let control: RunningCco

    static let isSetUp = ChildCommandSearch.has("tmux")

    /// Runs `body` with `cco` in a terminal of 80 columns and 24 rows, and ends tmux afterwards.
    ///
    /// - Parameter environment: what `env` does to the environment that tests have: `["CI=1"]`, `["-u", "NO_COLOR"]`.
    static func with(
        _ fixture: CompanyFixture, _ arguments: [String], environment: [String] = [], _ body: (RealTerminal) async throws -> Void
    ) async throws {
        let socket = fixture.root + "/tmux-\(UUID().uuidString.prefix(6))"
        let command = (["env"] + environment + [BuiltProducts.cco] + arguments + ["--config", fixture.config]).map { "'\($0)'" }.joined(
            separator: " ")
        try await fixture.command(
            [
                "tmux", "-S", socket, "-f", "/dev/null", "new-session", "-d", "-s", "view", "-x", "80", "-y", "24",
                "\(command); echo left with $?; read end",
            ])
        let control = try await fixture.begin(
            program: ["sh", "-c", "mkfifo \(socket).in && exec tmux -S \(socket) -C attach -t view <> \(socket).in"])
        let terminal = RealTerminal(fixture: fixture, socket: socket, control: control)
        do {
            try await body(terminal)
        } catch {
            try await terminal.end()
            throw error
        }
        try await terminal.end()
    }

    private func end() async throws {
        try await tmux(["kill-server"])
        _ = try await control.process.waitForExit()
    }

    /// Types keys, in tmux's names: `j`, `Enter`, `C-c`.
    func type(_ keys: String...) async throws { try await tmux(["send-keys", "-t", "view"] + keys) }

    func resize(columns: Int, rows: Int) async throws {
        try await tmux(["resize-window", "-t", "view", "-x", "\(columns)", "-y", "\(rows)"])
    }

    /// The rows that are on the screen.
    func screen() async throws -> [String] {
        try await tmux(["capture-pane", "-p", "-t", "view"]).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The rows with the sequences that give them their colours.
    func colours() async throws -> String { try await tmux(["capture-pane", "-e", "-p", "-t", "view"]) }

    /// Suspends until the screen shows what is looked for, and returns it.
    @discardableResult
    func shows(_ what: String, _ location: SourceLocation = #_sourceLocation, _ isThere: ([String]) -> Bool) async throws -> [String] {
        for try await line in control.process.lines() where String(decoding: line.bytes, as: UTF8.self).hasPrefix("%") {
            let rows = try await screen()
            if isThere(rows) { return rows }
        }
        Issue.record("the terminal ended without showing \(what)", sourceLocation: location)
        return []
    }

    @discardableResult
    private func tmux(_ arguments: [String]) async throws -> String { try await fixture.command(["tmux", "-S", socket] + arguments) }
}

/// Which programs a machine has.
private enum ChildCommandSearch {
    static func has(_ name: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
        }
    }
}
