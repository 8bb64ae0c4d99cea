extension CompanyPlan {
    /// How often tasks of a synthetic plan go wrong: every so many tasks; 0 is never.
    package struct Rates: Sendable {
        /// Tasks that add their line at the end of one shared file, so that those that run side by side conflict.
        package var conflictsEvery = 0
        /// Tasks whose first version leaves the gate red.
        package var redGatesEvery = 0
        /// Tasks that the lead sends back once.
        package var reworksEvery = 0

        package init(conflictsEvery: Int = 0, redGatesEvery: Int = 0, reworksEvery: Int = 0) {
            self.conflictsEvery = conflictsEvery
            self.redGatesEvery = redGatesEvery
            self.reworksEvery = reworksEvery
        }

        fileprivate static func strikes(_ rate: Int, _ number: Int) -> Bool { rate > 0 && number.isMultiple(of: rate) }
    }

    /// A plan of any size: independent tasks that each write one small file, divided among the teams, with a gate that checks every file.
    ///
    /// The gate, `sh check.sh`, is red when a task's file is broken, when conflict markers are left, and when a line of the shared file was lost.
    /// - Parameters:
    ///   - tasks: how many tasks there are. A team gets 60 at most, which is all that a plan may hold.
    ///   - teams: how many teams they are divided among.
    ///   - rates: how often things go wrong.
    ///   - looksAround: whether everybody looks around in files of ordinary length before doing or saying anything, as models do.
    package static func synthetic(tasks: Int, teams: Int = 1, rates: Rates = Rates(), looksAround: Bool = false) -> CompanyPlan {
        precondition(teams > 0 && tasks >= teams && tasks <= 60 * teams, "a team has 1 to 60 tasks")
        let goals = (1...teams).map { team in
            let numbers = (1...tasks).filter { $0 % teams == team % teams }
            return CompanyGoal(
                key: "goal-\(team)", team: team, title: "Part \(team) of the files",
                description: "Write the files of part \(team) below src/.",
                acceptance: "sh check.sh is green.", tasks: numbers.map { syntheticTask($0, rates, looksAround: looksAround) })
        }
        let seed = [
            WorkFile("PROJECT_DIRECTION.md", "# Files\n\nWrite \(tasks) small files below src/, each as check.sh wants it.\n"),
            WorkFile("check.sh", checkScript), WorkFile("shared.txt", "shared lines:\n"),
        ]
        var plan = CompanyPlan(goals: goals, verifyCommand: "sh check.sh", seedFiles: seed + (looksAround ? library : []))
        plan.looksAround = looksAround
        return plan
    }

    private static func syntheticTask(_ number: Int, _ rates: Rates, looksAround: Bool) -> CompanyTask {
        let path = "src/task\(number).txt"
        let isShared = Rates.strikes(rates.conflictsEvery, number)
        let isRed = Rates.strikes(rates.redGatesEvery, number)
        let text = "task \(number) \(isShared ? "shared" : "alone")"
        func write(_ text: String) -> String { "mkdir -p src && printf '%s\\n' '\(text)' > \(path)" }
        var command = write(isRed ? text + " BROKEN" : text)
        // A second run of the step must not add the line again.
        if isShared { command += " && { grep -qx 'task \(number)' shared.txt || echo 'task \(number)' >> shared.txt; }" }
        var mistakes: [WorkMistake] = []
        if isRed { mistakes.append(.redGate(fix: [.run(write(text)), .commit("Mend \(path)")])) }
        if Rates.strikes(rates.reworksEvery, number) {
            mistakes.append(
                .rework(
                    instructions: "Add the note src/task\(number).note.txt with the word noted.",
                    steps: [.run("echo noted > src/task\(number).note.txt"), .commit("Note beside \(path)")]))
        }
        let steps: [WorkStep] = [.run(command), .commit("Write \(path)")]
        return CompanyTask(
            key: "file-\(number)", title: "Write file \(number)", description: "Write \(path) with the line \"\(text)\".",
            acceptance: "\(path) has the line.", paths: [path], steps: looksAround ? lookingAround(number, steps) : steps,
            summary: "Wrote \(path).", mistakes: mistakes)
    }

    private static let checkScript = #"""
        # Fails when a file below src/ is not as it should be, when a line of shared.txt is missing, or when a conflict marker is left.
        status=0
        complain() { echo "$1"; status=1; }
        for file in src/task*.txt; do
            case $file in *.note.txt | 'src/task*.txt') continue ;; esac
            number=${file#src/task}; number=${number%.txt}
            case $(cat "$file") in
            "task $number alone") ;;
            "task $number shared") grep -qx "task $number" shared.txt || complain "shared.txt lost the line of task $number" ;;
            *) complain "$file is broken" ;;
            esac
        done
        if grep -n '^[<>]\{7\} ' shared.txt; then complain "shared.txt has conflict markers"; fi
        exit $status

        """#
}
