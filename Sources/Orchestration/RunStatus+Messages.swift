extension RunStatus {
    /// Something that a person said to an agent.
    package struct MessageStatus: Codable, Sendable, Equatable {
        package var id: String
        package var agent: String
        /// Who said it.
        package var sender: String
        /// At most its first 500 characters.
        package var text: String
        package var interrupts: Bool
        /// `queued`, `delivered` (the model has it), `acknowledged` (the agent's report names it) or `undelivered`.
        package var state: String
        /// Why it is undelivered, or what it waits for.
        package var why: String?
        /// The turn that it goes to, or that got it.
        package var turn: String?
        package var sentAt: Moment
        package var deliveredAt: Moment?
        package var acknowledgedAt: Moment?

        init(_ record: MessageRecord, isOver: Bool) {
            id = record.id.name
            agent = record.agent.name
            sender = record.sender
            text = record.text
            interrupts = record.interrupts
            state = record.state.word
            turn = record.turn?.name
            sentAt = Moment(record.sentAt)
            deliveredAt = record.deliveredAt.map(Moment.init)
            acknowledgedAt = record.acknowledgedAt.map(Moment.init)
            switch record.state {
            case .queued where isOver:
                state = "undelivered"
                why = "the run ended before it was read"
            case .queued: why = record.turn.map { "on its way into \($0)" } ?? "waits for \(record.agent)'s next turn"
            case .undelivered(let reason): why = reason
            case .delivered, .acknowledged: break
            }
        }
    }
}
