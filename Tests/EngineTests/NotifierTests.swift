import Foundation
import Journal
import Observability
import TestSupport
import Testing

@testable import ConfigurationFiles
@testable import Engine
@testable import Orchestration

@Suite("Telling a person who does not look", .timeLimit(.minutes(2)))
struct NotifierTests {
    @Test("a desktop is given an agent's words as words: nothing of them is markup or an escape")
    func desktop() {
        #expect(NotificationSink.desktopBody(#"Map<K, V> & C:\new"#) == #"Map&lt;K, V&gt; &amp; C:\\new"#)
    }

    private static let settings = EngineFixture.settings
    private let folder: TemporaryFolder
    private let log: RunLog
    private let redactor = Redactor(secrets: [Observability.Secret(name: "webhook", value: "s3cret-path-of-the-hook")])
    private let environment = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"]

    init() throws {
        folder = try TemporaryFolder()
        log = try RunLog(folder: folder.path, redactor: redactor, clock: { ManualClock.begin })
    }

    private var file: String { folder.path + "/notifications.json" }

    private func run() -> Run { Run(id: ID("run-1"), settings: Self.settings, seed: 1, at: ManualClock.begin) }

    private func notifier(_ sinks: [NotificationSink], events: Set<Observability.Notification.Kind> = [.needsYou, .finished]) throws
        -> Notifier
    {
        let place =
            try PrivateFiles.text(file).map { try JSONDecoder().decode(NotificationPlace.self, from: Data($0.utf8)) }
            ?? NotificationPlace(sequence: 0)
        return Notifier(to: sinks, events: events, from: place, file: file, log: log, redactor: redactor)
    }

    private func script(_ text: String) throws -> String {
        try folder.write("#!/bin/sh\n\(text)\n", to: "notify", mode: 0o700)
        return folder.path + "/notify"
    }

    private func told() throws -> String { try String(contentsOfFile: "\(folder.path)/combined.log", encoding: .utf8) }

    private func notification(_ text: String = "a & b <c>") throws -> Observability.Notification {
        try #require(NotificationRules.due(for: .faulted(text), sequence: 3, after: run(), at: ManualClock.begin)).notification
    }

    @Test("a program gets the notification as JSON on its standard input, and nothing secret in its environment")
    func command() async throws {
        let program = try script("cat > got.json; env > got.env; echo \"$1\" > got.argument")
        let sink = NotificationSink.command([program, "x y"], environment: environment, folder: folder.path)
        try await sink.send(try notification())
        let got = try JSONDecoder().decode(
            Observability.Notification.self, from: Data(contentsOf: URL(filePath: folder.path + "/got.json")))
        #expect(try got == notification() && got.kind == .needsYou)
        #expect(try String(contentsOfFile: folder.path + "/got.argument", encoding: .utf8) == "x y\n")
        let names = try String(contentsOfFile: folder.path + "/got.env", encoding: .utf8).split(separator: "\n").map {
            $0.prefix { $0 != "=" }
        }
        #expect(Set(names).isSubset(of: ["PATH", "PWD", "SHLVL", "_", "OLDPWD"]), "\(names)")
    }

    @Test("a webhook gets JSON, or what Slack takes; the address is in no argument")
    func webhook() async throws {
        try await LoopbackReceiver.serving { [self] receiver, port in
            let address = ConfigurationFiles.Secret("http://127.0.0.1:\(port)/hook?token=a%20b")
            try await NotificationSink.webhook(address, .json, environment: environment).send(try notification())
            try await NotificationSink.webhook(address, .slack, environment: environment).send(try notification("say \"a\\b\" & <c>"))
            let received = receiver.received
            #expect(received.map(\.path) == ["/hook", "/hook"] && received.allSatisfy { $0.method == "POST" })
            #expect(received.allSatisfy { $0.contentType == "application/json" })
            let whole = try JSONDecoder().decode(Observability.Notification.self, from: Data(received[0].body.utf8))
            #expect(try whole == notification())
            let slack = try JSONDecoder().decode([String: String].self, from: Data(received[1].body.utf8))
            #expect(slack["text"]?.contains("say \"a\\b\" &amp; &lt;c&gt;") == true && slack.count == 1, "\(slack)")
        }
    }

    @Test(
        "a webhook that fails for now is tried again, and one that refuses is given up; neither redirection nor another protocol is followed"
    )
    func retries() async throws {
        try await LoopbackReceiver.serving(status: { $0 == 0 ? 503 : 200 }) { [self] receiver, port in
            let address = ConfigurationFiles.Secret("http://127.0.0.1:\(port)/hook")
            try await NotificationSink.webhook(address, .json, environment: environment).send(try notification())
            #expect(receiver.received.count == 2)
        }
        try await LoopbackReceiver.serving(status: { _ in 403 }) { [self] receiver, port in
            let address = ConfigurationFiles.Secret("http://127.0.0.1:\(port)/s3cret-path-of-the-hook")
            let notifier = try notifier([.webhook(address, .json, environment: environment)])
            notifier.consider(.faulted("no"), sequence: 1, after: run(), at: ManualClock.begin)
            await notifier.drain(SystemClock())
            #expect(receiver.received.count == 1)
        }
        log.flush()
        let text = try told()
        #expect(text.contains("not told by webhook (needsYou)") && !text.contains("s3cret-path"), "\(text)")
    }

    @Test("what was told is not told again by the next engine; what was not is told then")
    func restart() async throws {
        let program = try script("cat >> got.json")
        let sink = NotificationSink.command([program], environment: environment, folder: folder.path)
        let first = try notifier([sink])
        first.consider(.faulted("one"), sequence: 1, after: run(), at: ManualClock.begin)
        first.consider(.suspended("cco pause"), sequence: 2, after: run(), at: ManualClock.begin)
        await first.drain(SystemClock())
        let second = try notifier([sink])
        second.consider(.faulted("one"), sequence: 1, after: run(), at: ManualClock.begin)
        second.consider(.suspended("cco pause"), sequence: 2, after: run(), at: ManualClock.begin)
        second.consider(.ended(.complete), sequence: 3, after: run(), at: ManualClock.begin)
        // Of the same topic, so soon after: also for another engine.
        second.consider(.faulted("one"), sequence: 4, after: run(), at: ManualClock.begin)
        await second.drain(SystemClock())
        let lines = try String(contentsOfFile: folder.path + "/got.json", encoding: .utf8).split(separator: "\n")
        let kinds = try lines.map { try JSONDecoder().decode(Observability.Notification.self, from: Data($0.utf8)).id }
        #expect(kinds == ["run-1/1", "run-1/3"])
    }

    /// An event that a person is told of, and what is said.
    struct Telling: Sendable {
        var event: Event
        var kind: Observability.Notification.Kind
        var title: String
        var text: String
    }

    private static let tellings: [Telling] = {
        let budget = SpendingWarning(.run, .usd, from: 30, to: 41, of: 50).map {
            Telling(
                event: .spendingWarned($0), kind: .budget, title: "cco: 80 % of the budget of the run",
                text: "$41.00 of $50.00 is spent.")
        }
        return [budget].compactMap { $0 } + [
            Telling(
                event: .diskShort("100 MB are left."), kind: .needsYou, title: "cco: waits for room on the disk", text: "100 MB are left."),
            Telling(
                event: .runawayNoticed(spentUsd: 40, boundUsd: 20), kind: .budget, title: "cco: much is spent and nothing lands",
                text: "$40.00 since a change last landed; at $40.00 the run stands still."),
            Telling(
                event: .teamEntered(ID("team-1"), .stuck("no plan"), summary: ""), kind: .stuck, title: "cco: team-1 is stuck",
                text: "no plan"),
        ]
    }()

    @Test("each of them is told once: to a program, to a webhook and on the desktop", arguments: tellings)
    func once(telling: Telling) async throws {
        try FileManager.default.createDirectory(atPath: folder.path + "/bin", withIntermediateDirectories: true)
        try folder.write("#!/bin/sh\nprintf '%s\\n' \"$@\" >> \"${0%/*}/desktop.txt\"\n", to: "bin/notify-send", mode: 0o700)
        let program = try script("cat >> got.json")
        let path = environment.merging(["PATH": "\(folder.path)/bin:\(environment["PATH"] ?? "")"]) { $1 }
        try await LoopbackReceiver.serving { [self] receiver, port in
            let address = ConfigurationFiles.Secret("http://127.0.0.1:\(port)/hook")
            let sinks = [
                NotificationSink.command([program], environment: environment, folder: folder.path),
                .webhook(address, .json, environment: environment), .desktop(environment: path),
            ]
            let first = try notifier(sinks, events: Set(Observability.Notification.Kind.allCases))
            first.consider(telling.event, sequence: 1, after: working(), at: ManualClock.begin)
            await first.drain(SystemClock())
            // The next engine reads the same again.
            let second = try notifier(sinks, events: Set(Observability.Notification.Kind.allCases))
            second.consider(telling.event, sequence: 1, after: working(), at: ManualClock.begin)
            await second.drain(SystemClock())
            let told = receiver.received.map { try? JSONDecoder().decode(Observability.Notification.self, from: Data($0.body.utf8)) }
            let one = try #require(told.first ?? nil)
            #expect(told.count == 1 && one.kind == telling.kind && one.title == telling.title && one.text == telling.text, "\(one)")
        }
        let lines = try String(contentsOfFile: folder.path + "/got.json", encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 1 && lines[0].contains("\"\(telling.title)\""), "\(lines)")
        let shown = try String(contentsOfFile: folder.path + "/bin/desktop.txt", encoding: .utf8)
        let urgency = telling.kind == .needsYou ? "critical" : "normal"
        #expect(shown == "--app-name=cco\n--urgency=\(urgency)\n--\n\(telling.title)\n\(telling.text)\n")
    }

    private func working() -> Run {
        var run = run()
        run.phase = .working
        return run
    }

    @Test("kinds that nobody wants are left out, texts are redacted, and a program that fails or is not there is told in the log")
    func failures() async throws {
        let program = try script("cat > got.json; echo oops >&2; exit 3")
        let sinks = [[program], ["/nowhere/notify"]].map { NotificationSink.command($0, environment: environment, folder: folder.path) }
        let notifier = try notifier(sinks, events: [.needsYou])
        notifier.consider(.ended(.complete), sequence: 1, after: run(), at: ManualClock.begin)
        notifier.consider(.faulted("see s3cret-path-of-the-hook"), sequence: 2, after: run(), at: ManualClock.begin)
        await notifier.drain(SystemClock())
        log.flush()
        let text = try told()
        #expect(text.contains("oops") && text.contains("no such executable"), "\(text)")
        let got = try String(contentsOfFile: folder.path + "/got.json", encoding: .utf8)
        #expect(got.contains("<redacted:webhook>") && !got.contains("s3cret"))
    }

    @Test("the webhook's address may stand in the configuration, a file or a variable, and no complaint repeats it")
    func address() throws {
        func settings(_ members: String) throws -> Notifications? {
            try OrchestratorConfiguration.parse(
                Array("{\"repositoryUrl\": \"/srv/a\", \"workerCount\": 1, \"notifications\": {\(members)}}".utf8), file: "o.json"
            ).notifications
        }
        try folder.write("https://h.example/abc\n", to: "url.txt")
        try folder.write("http://h.example/hidden-token", to: "bad.txt")
        let environment = ["HOOK": "https://h.example/def"]
        func address(_ members: String) throws -> String? {
            try settings(members)?.webhookAddress(folder: folder.path, environment: environment)?.reveal()
        }
        #expect(try address(#""webhookUrlFile": "url.txt""#) == "https://h.example/abc")
        #expect(try address(#""webhookUrlVariable": "HOOK""#) == "https://h.example/def")
        #expect(try address(#""webhookUrl": "http://localhost:1/x""#) == "http://localhost:1/x")
        for members in [#""webhookUrlFile": "bad.txt""#, #""webhookUrlFile": "none.txt""#, #""webhookUrlVariable": "NONE""#] {
            let error = #expect(throws: ConfigurationError.self) { try address(members) }
            #expect(error?.description.contains("hidden-token") == false)
        }
    }
}
