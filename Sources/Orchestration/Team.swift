/// What a team is to reach.
package struct Goal: Codable, Sendable, Equatable {
    package var title: String
    package var description: String
    package var acceptance: String

    package init(title: String, description: String, acceptance: String) {
        self.title = title
        self.description = description
        self.acceptance = acceptance
    }
}

/// A lead and its workers, with a branch of their own (in a flat run: the target branch itself).
package struct Team: Codable, Sendable, Equatable {
    package enum Stage: Codable, Sendable, Equatable {
        /// No goal yet, or the last goal has landed.
        case idle
        /// The lead is to turn the goal into tasks.
        case planning
        /// Tasks are being worked on.
        case working
        /// All tasks are settled; the lead is to judge the goal.
        case assessing
        /// The goal is reached on the team's branch; the Director is to accept or return it.
        case offered
        /// Accepted; the branch is on its way to main.
        case promoting
        /// The team has given up its goal; the text says why.
        case stuck(String)
    }

    package var id: TeamID
    package var lead: AgentID
    package var members: [AgentID]
    package var goal: Goal?
    package var stage: Stage
    /// Plans in a row that failed the mechanical checks.
    package var planRejections: Int
    /// The lead's own words when it declared the goal reached.
    package var summary: String
    /// The Director's instructions when it returned the last delivery.
    package var returned: String?
    /// The newest commit of the team's branch.
    package var head: ObjectID?
    /// Whether the branch holds landed tasks that main does not have.
    package var undelivered: Bool
    /// Whether the Director has accepted what is on the branch; repairs on the way to main need no second word.
    package var accepted: Bool
    /// Repairs begun since main and the branch last came together.
    package var repairs: Int
    /// Deliveries that the Director returned since it last set a goal or took one.
    package var returns: Int
    /// Assessments since a task of this team last landed.
    package var idleAssessments: Int
    /// Since when something has been handed in that the lead has not been asked about.
    package var submittedSince: Timestamp?
    /// Since when the delivery waits for the Director.
    package var offeredSince: Timestamp?
    /// How often in a row the Director was shown the delivery and said nothing of it.
    package var passedOver: Int?

    package init(id: TeamID, lead: AgentID, members: [AgentID]) {
        self.id = id
        self.lead = lead
        self.members = members
        stage = .idle
        planRejections = 0
        summary = ""
        undelivered = false
        accepted = false
        repairs = 0
        returns = 0
        idleAssessments = 0
    }
}
