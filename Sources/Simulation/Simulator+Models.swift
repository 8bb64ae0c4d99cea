import Orchestration

/// Models, and their usage windows.
extension Simulator {
    /// The model that a turn's process runs with.
    package func model(of turn: Turn) -> String { settings.models?[turn].model ?? SimulatedProvider.usualModel }

    /// The window of the turn's model fills up on its credential.
    func strikeModel(of turn: Turn, _ span: Int64) {
        guard var random = strikes(.modelLimited), let family = ModelFamily(of: model(of: turn)) else { return }
        let until = real + random.milliseconds(600_000...36_000_000)
        var after = Int64(Double(span) * random.unit())
        for share in [0.93, 0.965, 0.995, 1] {
            plan(.modelWindowFills(turn.credential, family, share: share, until: until), after: after)
            after += random.milliseconds(1000...900_000)
        }
    }

    /// A model's window fills up, and is used up at last.
    func fill(_ credential: CredentialID, _ family: ModelFamily, _ share: Double, until: Int64) throws {
        guard until > real else { return }
        if share >= 1 {
            provider.limit(family, of: credential, until: until)
            return failAll(on: credential)
        }
        let window = UsageWindow(
            name: "seven_day_\(family.rawValue)", family: family, utilization: share,
            resetsAt: Timestamp.begin.advanced(byMilliseconds: until), seenAt: now)
        try tell(.used([window]), of: credential, family)
    }
}
