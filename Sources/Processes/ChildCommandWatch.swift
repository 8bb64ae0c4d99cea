import Glibc
import Subprocess

/// Follows one running ``ChildCommand`` to its end: both outputs, its exit, its deadline and cancellation at the same time.
struct ChildCommandWatch: Sendable {
    /// Why the watch ended.
    enum End: Sendable, Equatable {
        case exited
        case timedOut
        case cancelled
        case failed(String)
    }

    /// What was read of one stream.
    struct Stream: Sendable {
        var kept: [UInt8] = []
        var discarded = 0
        var failure: String?
    }

    struct Collected: Sendable {
        var end = End.exited
        var standardOutput = Stream()
        var standardError = Stream()
    }

    private enum Report: Sendable {
        case standardOutput(Stream)
        case standardError(Stream)
        case exited
        case deadline
        case interrupted
        case failed(String)
    }

    /// The process group, which has the leader's number.
    let group: Int32
    /// The leader's pidfd.
    let descriptor: Int32

    /// Returns when the leader has ended and both streams are read. The group is dead by then.
    func collect(
        standardOutput: SubprocessOutputSequence, standardError: SubprocessOutputSequence, limit: Int, deadline: ContinuousClock.Instant
    ) async -> Collected {
        await withTaskGroup(of: Report.self) { tasks in
            tasks.addTask { .standardOutput(await Self.read(standardOutput, limit: limit)) }
            tasks.addTask { .standardError(await Self.read(standardError, limit: limit)) }
            tasks.addTask { await untilExit() }
            tasks.addTask {
                do {
                    try await Alarm.wait(until: deadline)
                    return .deadline
                } catch {
                    return .interrupted
                }
            }
            var collected = Collected()
            var unread = 2
            var hasExited = false
            for await report in tasks {
                switch report {
                case .standardOutput(let stream):
                    collected.standardOutput = stream
                    unread -= 1
                case .standardError(let stream):
                    collected.standardError = stream
                    unread -= 1
                case .exited:
                    hasExited = true
                    killGroup()
                case .deadline where collected.end == .exited:
                    collected.end = .timedOut
                    killGroup()
                case .failed(let reason) where collected.end == .exited:
                    collected.end = .failed(reason)
                    killGroup()
                    hasExited = true
                case .interrupted where Task.isCancelled && collected.end == .exited:
                    collected.end = .cancelled
                    killGroup()
                    hasExited = true
                case .deadline, .failed, .interrupted: break
                }
                if unread == 0 && hasExited { break }
            }
            tasks.cancelAll()
            // Cancellation also cuts the reading short, so a cancelled command has no result even when it had just ended.
            if Task.isCancelled && collected.end == .exited { collected.end = .cancelled }
            if collected.end == .exited, let failure = collected.standardOutput.failure ?? collected.standardError.failure {
                collected.end = .failed(failure)
            }
            return collected
        }
    }

    private func untilExit() async -> Report {
        do {
            try await KernelEvents.shared.untilReadable(descriptor)
            return .exited
        } catch is CancellationError {
            return .interrupted
        } catch {
            return .failed(String(describing: error))
        }
    }

    /// The leader is not reaped yet, so the number cannot have passed to another group. An empty group is not an error.
    private func killGroup() {
        _ = kill(-group, SIGKILL)
    }

    private static func read(_ sequence: SubprocessOutputSequence, limit: Int) async -> Stream {
        var stream = Stream()
        do {
            for try await buffer in sequence {
                buffer.withUnsafeBytes { bytes in
                    let room = min(max(0, limit - stream.kept.count), bytes.count)
                    stream.kept.append(contentsOf: bytes.prefix(room))
                    stream.discarded += bytes.count - room
                }
            }
        } catch {
            stream.failure = String(describing: error)
        }
        return stream
    }
}
