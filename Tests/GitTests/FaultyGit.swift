import Glibc
import Processes

@testable import Git

/// Where git is killed.
struct KillPoint: Sendable, Hashable, CustomStringConvertible {
    /// Which call of git, from 1.
    var invocation: Int
    /// `before` and `after` the whole command; `linger`, where the caller is killed and git waits to act later; or a system call, which
    /// is not carried out any more.
    var place: String
    /// At which occurrence of the system call in any one process of the command.
    var occurrence = 1

    var description: String { "\(place) \(occurrence) of command \(invocation)" }

    /// System calls that change what is on the disk.
    static let changing = ["rename", "unlink", "mkdir", "link", "fsync"]

    static let hasTracer = (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":").contains {
        access("\($0)/strace", X_OK) == 0
    }
}

/// A git that is killed with SIGKILL at a chosen point of a chosen invocation, and is dead from then on until it is revived: as if the
/// program that calls it had gone with it.
struct FaultyGit: Sendable {
    let folder: String
    let git: Git

    /// The executable, which reads its plan from files beside it at every call.
    init(in parent: String, environment: [String: String]) throws {
        folder = parent + "/faults"
        let isThere = FolderTree.exists(folder + "/git")
        git = Git(executable: folder + "/git", environment: environment)
        guard !isThere else { return }
        try FolderTree.make(folder)
        let script = """
            #!/bin/sh
            here=\(folder)
            if [ -e $here/dead ]; then kill -KILL $$; fi
            number=0; if [ -e $here/count ]; then read number < $here/count; fi
            number=$((number + 1)); echo $number > $here/count
            at=0; if [ -e $here/plan ]; then read at place occurrence caller < $here/plan; fi
            if [ "$at" = record ]; then exec strace -f -qq -o $here/trace.$number -e trace=write,$place git "$@"; fi
            if [ $number != "$at" ]; then exec git "$@"; fi
            case $place in
            before) ;;
            after) git "$@" ;;
            linger)
                echo $$ > $here/lingering
                kill -KILL $PPID
                read go < $here/never
                exec git "$@"
                ;;
            *)
                strace -f -qq -o /dev/null -e trace=$place -e inject=$place:signal=SIGKILL:when=$occurrence git "$@"
                status=$?
                # 128: git itself lives and has lost a child.
                if [ $status -lt 128 ]; then exit $status; fi
                ;;
            esac
            : > $here/dead
            if [ "$caller" = caller ]; then kill -KILL $PPID; fi
            kill -KILL $$

            """
        try FolderHandle(path: folder).write("git", Array(script.utf8), mode: 0o755)
    }

    /// - Parameter killsCaller: whether the program that called git is killed in the same moment.
    func arm(_ point: KillPoint, killsCaller: Bool = false) throws {
        try revive()
        let plan = "\(point.invocation) \(point.place) \(point.occurrence) \(killsCaller ? "caller" : "-")\n"
        try FolderHandle(path: folder).write("plan", Array(plan.utf8))
    }

    /// - Returns: whether git was killed.
    @discardableResult
    func revive() throws -> Bool {
        let wasHit = FolderTree.exists(folder + "/dead")
        for name in ["dead", "plan", "count"] { try FolderHandle(path: folder).unlink(name) }
        return wasHit
    }

    /// Notes from now on which system calls each command makes, where there is a tracer.
    func record() throws {
        try revive()
        guard KillPoint.hasTracer else { return }
        try FolderHandle(path: folder).write("plan", Array("record \(KillPoint.changing.joined(separator: ","))\n".utf8))
    }

    /// The points of the recorded commands that differ in what is on the disk. Commands that only look are left out.
    func recorded() throws -> [KillPoint] {
        let text = try FolderHandle(path: folder).read("count").map { String(decoding: $0, as: UTF8.self).trimmed }
        var points: [KillPoint] = []
        for invocation in 1...max(1, text.flatMap { Int($0) } ?? 1) {
            var found = [KillPoint(invocation: invocation, place: "before"), KillPoint(invocation: invocation, place: "after")]
            if KillPoint.hasTracer {
                let trace = try FolderHandle(path: folder).read("trace.\(invocation)").map { String(decoding: $0, as: UTF8.self) } ?? ""
                // Each line: the process, the call and its arguments. Occurrences count for each process.
                var counts: [String: [Substring: Int]] = [:]
                for line in trace.split(separator: "\n") {
                    let parts = line.split(maxSplits: 1) { $0 == " " }
                    guard parts.count == 2, let call = parts[1].drop(while: { $0 == " " }).split(separator: "(").first else { continue }
                    counts[String(call), default: [:]][parts[0], default: 0] += 1
                }
                let isChanging = KillPoint.changing.contains { counts[$0] != nil }
                if !isChanging { found = [] }
                for call in KillPoint.changing + ["write"] where isChanging {
                    found += (0..<min(3, counts[call]?.values.max() ?? 0)).map {
                        KillPoint(invocation: invocation, place: call, occurrence: $0 + 1)
                    }
                }
                try FolderHandle(path: folder).unlink("trace.\(invocation)")
            }
            points += found
        }
        return points
    }
}
