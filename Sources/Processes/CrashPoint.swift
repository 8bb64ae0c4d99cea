import Glibc
import Synchronization

/// The places between one step of the engine's work and the next at which a test has it die, as if by `kill -9`.
///
/// There is one at every boundary of an effect: after something was decided and before it is durable, after it is durable and before it is done,
/// after it is done and before that is known, and between the steps of effects that have several. Compiled into debug builds only; a test names
/// one in the variable `CCO_CRASH_POINT`, as `publish.pushed` or `publish.pushed:3` for the third time that it is passed.
package enum CrashPoint: String, CaseIterable, Sendable {
    case runFolderMade = "run.folder-made"
    case runJournaled = "run.journaled"
    case runCurrent = "run.current"
    case hubOpened = "hub.opened"
    case baseStarted = "base.started"
    case inputDecided = "engine.decided"
    case eventsCommitted = "engine.committed"
    case effectBegun = "engine.effect-begun"
    case effectDone = "engine.effect-done"
    case basePrepared = "base.prepared"
    case turnWorktreeReady = "turn.worktree-ready"
    case turnPrompted = "turn.prompted"
    case turnStarted = "turn.started"
    case messageSaid = "message.said"
    case turnOutputRead = "turn.output-read"
    case turnSaved = "turn.saved"
    case turnHarvested = "turn.harvested"
    case mergeBaseSeen = "merge.base-seen"
    case merged = "merge.merged"
    case forecastTried = "forecast.tried"
    case gateCacheClaimed = "gate.cache-claimed"
    case gateWorktreeReady = "gate.worktree-ready"
    case gateBegun = "gate.begun"
    case gateEnded = "gate.ended"
    case gateRecorded = "gate.recorded"
    case gateCacheLeft = "gate.cache-left"
    case quickGateReady = "quick.worktree-ready"
    case quickGateEnded = "quick.ended"
    case publishNoted = "publish.noted"
    case publishPushed = "publish.pushed"
    case publishMoved = "publish.moved"
    case roomAwaited = "room.awaited"
    case toldEvents = "narrator.told"
    case clearedAway = "narrator.cleared"
    case notificationTold = "notify.told"
    case notificationKept = "notify.kept"
    case concludeKept = "conclude.kept"
    case concludeWorktreeRemoved = "conclude.worktree-removed"
    case concludeCleared = "conclude.cleared"
    case concludeReported = "conclude.reported"
    case runEnded = "run.ended"
    case cleanupKept = "cleanup.kept"
    case cleanupRunRemoved = "cleanup.run-removed"

    /// Dies here when a test wants it; does nothing in a release build.
    package func pass() {
        #if DEBUG
            guard let armed = Self.armed, armed.point == self else { return }
            let passed = Self.passed.withLock {
                $0 += 1
                return $0
            }
            if passed == armed.time { kill(getpid(), SIGKILL) }
        #endif
    }

    #if DEBUG
        private static let passed = Mutex(0)

        private static let armed: (point: CrashPoint, time: Int)? = {
            guard let value = getenv("CCO_CRASH_POINT") else { return nil }
            let parts = String(cString: value).split(separator: ":")
            guard let name = parts.first, let point = CrashPoint(rawValue: String(name)) else { return nil }
            return (point, parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
        }()
    #endif
}
