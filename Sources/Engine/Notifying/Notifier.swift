import ConfigurationFiles
import FoundationEssentials
import Journal
import Observability
import Orchestration
import Processes
import Synchronization

/// How far a run's notifications have come: kept beside the journal, so that the next engine sends neither twice nor leaves out.
package struct NotificationPlace: Codable, Sendable, Equatable {
    /// Events up to this one are told, or need not be.
    package var sequence: Int64
    package var limiter = NotificationLimiter()

    /// The name of its file in the run's folder.
    static let fileName = "notifications.json"
}

/// Sends what is due to a person who does not look.
///
/// What is due is decided where the journal is told from (`Narrator`), in order; sending is a task of its own with a bounded queue, and each sending has
/// a deadline, so the run never waits for it except at its own end. How far it has come is written after each sending. An engine that dies between the
/// two sends that one again, with the same id: at least once, and twice only then. What cannot be sent after its tries is in the log.
package final class Notifier: Sendable {
    private struct Item: Sendable {
        var notification: Notification?
        var place: NotificationPlace
    }

    private let items: AsyncStream<Item>.Continuation
    private let worker: _Concurrency.Task<Void, Never>
    private let log: RunLog
    private let redactor: Redactor
    private let events: Set<Notification.Kind>
    /// Decides in the order of the journal; only the narrator's task changes it.
    private let place: Mutex<NotificationPlace>

    /// Events without a notification after which the place is written all the same, so that recovery reads no more than these.
    static let interval: Int64 = 1000
    /// How long the end of an engine waits for what is being sent, in milliseconds.
    static let patience: Int64 = 120_000
    /// Notifications that wait; the limiter lets fewer through in the time that they take.
    private static let most = 64

    init(
        to sinks: [NotificationSink], events: Set<Notification.Kind>, from place: NotificationPlace, file: String, log: RunLog,
        redactor: Redactor
    ) {
        let (stream, continuation) = AsyncStream<Item>.makeStream(bufferingPolicy: .bufferingOldest(Self.most))
        items = continuation
        self.events = events
        self.log = log
        self.redactor = redactor
        self.place = Mutex(place)
        worker = _Concurrency.Task {
            for await item in stream {
                if let notification = item.notification {
                    for sink in sinks { await Self.send(notification, to: sink, log, redactor) }
                    guard !_Concurrency.Task.isCancelled else { return }
                    CrashPoint.notificationTold.pass()
                }
                do {
                    try PrivateFiles.write(Array(try JSONEncoder().encode(item.place)), to: file)
                    if item.notification != nil { CrashPoint.notificationKept.pass() }
                } catch {
                    log.log(source: "notify", level: .warning, message: "how far notifications have come is not written: \(error)")
                }
            }
        }
    }

    private static func send(_ notification: Notification, to sink: NotificationSink, _ log: RunLog, _ redactor: Redactor) async {
        do {
            try await sink.send(notification)
            log.log(source: "notify", level: .info, message: "told by \(sink.name): \(notification.title)")
        } catch {
            log.log(
                source: "notify", level: .warning,
                message: redactor.redacted("not told by \(sink.name) (\(notification.kind.rawValue)): \(error)"))
        }
    }

    /// Takes an event that is durable.
    ///
    /// - Parameter run: the state after it, or a later one.
    func consider(_ event: Event, sequence: Int64, after run: Run, at time: Timestamp) {
        let item: Item? = place.withLock { place in
            guard sequence > place.sequence else { return nil }
            if let due = NotificationRules.due(
                for: event, sequence: sequence, after: run, at: time, redact: { redactor.redacted($0) }),
                events.contains(due.notification.kind),
                let notification = place.limiter.admit(due)
            {
                place.sequence = sequence
                return Item(notification: notification, place: place)
            }
            guard sequence - place.sequence >= Self.interval else { return nil }
            place.sequence = sequence
            return Item(notification: nil, place: place)
        }
        guard let item, case .dropped = items.yield(item) else { return }
        log.log(source: "notify", level: .warning, message: "too many notifications wait; one is left out")
    }

    /// Returns when everything is sent, or has failed, or after a while: what was not sent by then the next engine sends.
    func drain(_ clock: any EngineClock) async {
        items.finish()
        let worker = worker
        let alarm = _Concurrency.Task {
            // Cancelled: everything is sent.
            guard (try? await clock.wait(until: clock.now().advanced(byMilliseconds: Self.patience))) != nil else { return }
            worker.cancel()
        }
        await worker.value
        alarm.cancel()
    }
}
