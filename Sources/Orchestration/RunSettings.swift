/// What decisions need to know of the configuration. Taken from the configuration folder at every start and kept in the journal,
/// so that a journal alone explains what was decided.
package struct RunSettings: Codable, Sendable, Equatable {
    package enum Review: String, Codable, Sendable {
        /// The lead of a team judges every submitted task.
        case em
        /// Submitted tasks go to the merge queue at once.
        case none
    }

    package enum Promotion: String, Codable, Sendable {
        /// The Director accepts or returns what a team delivers.
        case director
        /// A delivery goes to main's merge queue at once.
        case auto
    }

    /// What waits for a person's approval.
    package enum Approve: String, Codable, Sendable {
        case none
        /// The first goals; in a run that the Director leads itself, the first tasks.
        case plan
        /// Whatever is to go to the base branch.
        case promotion
    }

    /// The repository for display, without user information.
    package var repository: String
    /// The branch whose direction is read and from which the run starts.
    package var branch: String
    /// The branch that gets the verified work: `branch`, or the run's own branch with `useRunBranch`.
    package var targetBranch: String
    package var workerCount: Int
    package var engineerManagerGroupSize: Int
    package var maxRunMinutes: Int
    /// The run's ceiling in US dollars. It is read and set through `limits`, like all others.
    package var maxBudgetUsd: Double?
    /// The other ceilings; `nil` in journals of earlier versions.
    private var spendingLimits: SpendingLimits?
    package var taskTimeoutMinutes: Int
    package var review: Review
    package var promotion: Promotion
    package var push: Bool
    /// How often a task may be begun anew before it is given up.
    package var maxTaskAttempts: Int
    /// How often a task may come back to one worker before another begins it anew; `nil` in journals of earlier versions.
    package var maxTaskReturns: Int?
    /// The gate's command as configured; `nil` lets the Director propose one.
    package var verifyCommand: String?
    package var verifyTimeoutMinutes: Int
    /// How many gates may run at once.
    package var gateSlots: Int
    /// Why so many, in words; `nil` in journals of earlier versions.
    package var gateSlotsReason: String?
    /// Runs on what a worker hands in, before it is reviewed.
    package var quickVerifyCommand: String?
    package var quickVerifyTimeoutMinutes: Int?
    /// How long an agent's question waits for a person at most, before its default is taken; `nil` in journals of earlier versions.
    package var questionTimeoutMinutes: Int?
    /// `nil` in journals of earlier versions.
    package var approve: Approve?
    /// After how many minutes silence approves; `nil`: never.
    package var approvalTimeoutMinutes: Int?
    /// The credentials in the order of the configuration. Names only; secrets never come here.
    package var credentials: [CredentialSlot]
    /// Whether fewer workers begin where more would only conflict; `nil`, in journals of earlier versions, is yes.
    package var adaptiveWidth: Bool?
    /// Which model each turn has, as configured: a limit of one model holds back only turns that have it. `nil`, in journals of earlier versions: that
    /// is not known.
    package var models: ModelChoice?
    /// What the run merges instead of having a company work: `cco merge`. `nil` for a company.
    package var branches: [BranchOffer]?
    /// Whether such a merge only rehearses: what it brings about is thrown away. `nil` is no.
    package var isRehearsal: Bool?

    package init(
        repository: String, branch: String, targetBranch: String, workerCount: Int, engineerManagerGroupSize: Int, maxRunMinutes: Int,
        maxBudgetUsd: Double?, taskTimeoutMinutes: Int, review: Review, promotion: Promotion, push: Bool, maxTaskAttempts: Int,
        verifyCommand: String?, verifyTimeoutMinutes: Int, gateSlots: Int, credentials: [CredentialSlot]
    ) {
        self.repository = repository
        self.branch = branch
        self.targetBranch = targetBranch
        self.workerCount = workerCount
        self.engineerManagerGroupSize = engineerManagerGroupSize
        self.maxRunMinutes = maxRunMinutes
        self.maxBudgetUsd = maxBudgetUsd
        self.taskTimeoutMinutes = taskTimeoutMinutes
        self.review = review
        self.promotion = promotion
        self.push = push
        self.maxTaskAttempts = maxTaskAttempts
        self.verifyCommand = verifyCommand
        self.verifyTimeoutMinutes = verifyTimeoutMinutes
        self.gateSlots = gateSlots
        self.credentials = credentials
    }

    /// Everything that bounds what is spent.
    package var limits: SpendingLimits {
        get {
            var limits = spendingLimits ?? SpendingLimits()
            limits.run.usd = maxBudgetUsd
            return limits
        }
        set {
            maxBudgetUsd = newValue.run.usd
            spendingLimits = newValue
            spendingLimits?.run.usd = nil
        }
    }

    package var isWidthAdaptive: Bool { adaptiveWidth ?? true }

    /// How often a task may come back to one worker.
    package var mostReturns: Int { maxTaskReturns ?? 5 }
}

/// A branch that a person brings to be merged.
package struct BranchOffer: Codable, Sendable, Equatable {
    package var name: String
    package var head: ObjectID

    package init(name: String, head: ObjectID) {
        self.name = name
        self.head = head
    }
}

/// A credential as decisions know it: its name and when to prefer it.
package struct CredentialSlot: Codable, Sendable, Equatable {
    package var id: CredentialID
    /// Credentials of a lower tier are used first; those of one tier share the work.
    package var tier: Int
    /// Turns that it may carry at once; `nil`: as many as there are.
    package var maxConcurrency: Int?
    /// What it may cost in a run, in US dollars; `nil`: no limit of its own.
    package var maxBudgetUsd: Double?

    package init(id: CredentialID, tier: Int, maxConcurrency: Int? = nil, maxBudgetUsd: Double? = nil) {
        self.id = id
        self.tier = tier
        self.maxConcurrency = maxConcurrency
        self.maxBudgetUsd = maxBudgetUsd
    }
}
