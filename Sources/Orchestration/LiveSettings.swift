/// A setting that a person changes while the run goes on.
package enum LiveSetting: Codable, Sendable, Equatable {
    /// US dollars; `nil` lifts the limit.
    case budget(Double?)
    /// How many workers may have a turn at once.
    case workers(Int)
    /// Minutes that the run may work in all.
    case duration(minutes: Int)

    /// For people.
    package var words: String {
        switch self {
        case .budget(nil): "the budget is no longer limited"
        case .budget(let dollars?): "the budget is \(Self.money(dollars))"
        case .workers(let count): "\(count) \(count == 1 ? "worker works" : "workers work") at once"
        case .duration(let minutes): "the run may work for \(minutes) \(minutes == 1 ? "minute" : "minutes")"
        }
    }

    /// An amount for people: `$4.10`.
    static func money(_ dollars: Double) -> String {
        let cents = Int64((min(max(dollars, 0), 1e15) * 100).rounded())
        return "$\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
    }
}

/// What people changed on the live run. A change holds for this run, until the configuration's own value becomes another one.
package struct LiveSettings: Codable, Sendable, Equatable {
    package struct Budget: Codable, Sendable, Equatable {
        package var value: Double?
        /// What the configuration said.
        package var configured: Double?
    }

    package struct Duration: Codable, Sendable, Equatable {
        package var minutes: Int
        /// What the configuration said.
        package var configured: Int
    }

    package var budget: Budget?
    package var duration: Duration?
    /// Fewer than the company has; the configuration's number only counts when a run begins.
    package var workers: Int?

    mutating func take(_ change: LiveSetting, into settings: inout RunSettings) {
        switch change {
        case .budget(let dollars):
            budget = Budget(value: dollars, configured: budget.map(\.configured) ?? settings.maxBudgetUsd)
            settings.maxBudgetUsd = dollars
        case .duration(let minutes):
            duration = Duration(minutes: minutes, configured: duration?.configured ?? settings.maxRunMinutes)
            settings.maxRunMinutes = minutes
        case .workers(let count):
            workers = count < settings.workerCount ? count : nil
        }
    }

    /// The configuration is read again: what was changed stays, except where the configuration has been changed since.
    mutating func hold(against settings: inout RunSettings) {
        if let change = budget {
            if settings.maxBudgetUsd == change.configured { settings.maxBudgetUsd = change.value } else { budget = nil }
        }
        if let change = duration {
            if settings.maxRunMinutes == change.configured { settings.maxRunMinutes = change.minutes } else { duration = nil }
        }
    }

    /// What a person should know who starts the run again.
    package var notices: [String] {
        var notices: [String] = []
        if let budget { notices.append(Self.notice("maxBudgetUsd", budget.value.map { "\($0)" } ?? "unlimited")) }
        if let duration { notices.append(Self.notice("maxRunDurationMinutes", "\(duration.minutes)")) }
        if let workers { notices.append(Self.notice("the number of workers at once", "\(workers)")) }
        return notices
    }

    private static func notice(_ name: String, _ value: String) -> String {
        "\(name) stays as it was set on this run (\(value)); change it with cco set"
    }
}

extension Run {
    /// The state as an engine with these settings would have it.
    package func afterStart(with settings: RunSettings) -> Run {
        var run = self
        run.apply(.engineStarted(settings), at: clock.lastEventAt)
        return run
    }
}
