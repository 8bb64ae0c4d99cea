import Foundation
import Glibc
import Processes
import Synchronization
import Testing

@testable import TestSupport

/// A small generator with a seed (splitmix64), so that a soak can be repeated.
struct SplitMix: Sendable {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// A number from 0 up to `bound`.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }
}

/// Everything besides cco that is to be killed while one cco works: at which of its requests to the model which process, and which commands of git
/// and which gate.
struct KillPlan: Sendable, CustomStringConvertible {
    /// By how many requests of workers come before.
    var atRequest: [Int: Victim] = [:]
    var git: DyingGit.Moment?
    var gate: GateVictim?
    /// Where cco dies.
    var engine: (point: CrashPoint, time: Int)?

    enum GateVictim: Sendable {
        case gate, shim
    }

    var description: String {
        let requests = atRequest.sorted { $0.key < $1.key }.map { "\($0.value) at request \($0.key)" }
        let others = [
            git.map { "git \($0.command)" }, gate.map { "\($0) of a gate" }, engine.map { "cco at \($0.point.rawValue):\($0.time)" },
        ]
        return (requests + others.compactMap { $0 }).joined(separator: ", ")
    }
}

/// A script that has processes killed at requests of workers.
final class KillingScript: ModelScript {
    private struct State {
        var plan: [Int: Victim] = [:]
        var requests = 0
        var strike: (@Sendable (Victim, ModelRequest) async throws -> Bool)?
        var kills: [String] = []
    }

    private let script: any ModelScript
    private let state = Mutex(State())

    init(_ script: any ModelScript) { self.script = script }

    /// - Parameter strike: kills the process that asks, or what supervises it. Returns whether it was there.
    func arm(_ plan: [Int: Victim], strike: @escaping @Sendable (Victim, ModelRequest) async throws -> Bool) {
        state.withLock {
            $0.plan = plan
            $0.requests = 0
            $0.strike = strike
            $0.kills = []
        }
    }

    /// What was killed since it was armed.
    var kills: [String] { state.withLock { $0.kills } }

    func reply(to request: ModelRequest) async -> ModelReply {
        if request.isWorkers, let (victim, number, strike) = due() {
            do {
                if try await strike(victim, request) { state.withLock { $0.kills.append("\(victim) at request \(number)") } }
            } catch {
                Issue.record("a process could not be killed: \(error)")
            }
        }
        return await script.reply(to: request)
    }

    private func due() -> (Victim, Int, @Sendable (Victim, ModelRequest) async throws -> Bool)? {
        state.withLock { state in
            defer { state.requests += 1 }
            guard let victim = state.plan[state.requests], let strike = state.strike else { return nil }
            return (victim, state.requests, strike)
        }
    }
}

extension CompanyFixture {
    /// Kills the agent whose request this is, or its shim. - Returns: whether it was there.
    func kill(_ victim: Victim, asking request: ModelRequest) async throws -> Bool {
        for process in try processes(of: cli) {
            let pid = process.identity.pid
            // Unreadable: it has just ended.
            guard let words = try? Data(contentsOf: URL(filePath: "/proc/\(pid)/cmdline")),
                String(decoding: words, as: UTF8.self).contains(request.conversation)
            else { continue }
            guard let target = victim == .agent ? process.identity : try parent(of: pid) else { return false }
            guard try target.signal(SIGKILL) else { return false }
            try await target.untilEnded()
            return true
        }
        return false
    }

    private func parent(of pid: Int32) throws -> ProcessIdentity? {
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let fields = status.split(separator: ")").last?.split(separator: " "), fields.count > 1, let parent = Int32(fields[1])
        else { return nil }
        return try processes(of: BuiltProducts.folder + "/cco-shim").map(\.identity).first { $0.pid == parent }
    }
}

/// A gate that is killed when a file says whom.
struct DyingGate: Sendable {
    /// Comes before the gate's own command. Not when the branch is judged as it was found: that would change what everybody is told.
    static let command = """
        if ls src/task*.txt && mv "$HOME/doom" "$HOME/doomed"; then read victim < "$HOME/doomed"; echo "$victim" >> "$HOME/gates"; \
        if [ "$victim" = gate ]; then kill -KILL $$; else kill -KILL $PPID; fi; fi
        """

    let home: String

    func arm(_ victim: KillPlan.GateVictim) throws { try Data("\(victim)\n".utf8).write(to: URL(filePath: home + "/doom")) }

    func disarm() throws {
        let file = home + "/doom"
        if FileManager.default.fileExists(atPath: file) { try FileManager.default.removeItem(atPath: file) }
    }

    /// Who was killed, in order.
    func kills() throws -> [String] {
        let file = home + "/gates"
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map { "\($0) of a gate" }
    }
}
