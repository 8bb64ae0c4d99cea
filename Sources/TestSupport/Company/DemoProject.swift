/// The run that `cco demo` shows: two teams write `tally`, a small real program of shell and awk with real tests, from an empty repository.
///
/// On the way a plan is refused, a gate is red, two workers conflict and a review sends work back; all of that is mended.
package enum DemoProject {
    /// How many workers the run is meant for; in groups of ``groupSize`` they are two teams.
    package static let workerCount = 6
    package static let groupSize = 3
    /// The gate.
    package static let verifyCommand = "make test"

    /// The `PROJECT_DIRECTION.md` of the run.
    package static let direction = """
        # tally

        Build `tally`, a command that reports on a CSV file of expenses with the columns date (YYYY-MM-DD), category and amount.

        - `tally sum FILE`: the total of each category, largest first.
        - `tally top N FILE`: the N largest expenses.
        - `tally months FILE`: the total of each month, oldest first.
        - `tally check FILE`: says, line by line, what in the file is no expense, and fails if there is anything.
        - `tally only CATEGORY FILE`: the expenses of one category, as CSV.
        - `tally chart FILE`: a bar for each category.
        - `tally help`: a list of the commands.

        Plain POSIX shell and awk, nothing to install. Every command has a test; `make test` runs them all.

        """

    package static let plan = CompanyPlan(
        goals: [skeleton, reports, data], verifyCommand: verifyCommand, seedFiles: [WorkFile("PROJECT_DIRECTION.md", direction)])

    private static let skeleton = CompanyGoal(
        key: "skeleton", team: 1, title: "A skeleton that runs",
        description:
            "bin/tally, which runs the script lib/COMMAND.sh and knows help; a test runner behind `make test`; sample data for tests. The other teams "
            + "build on these names.",
        acceptance: "`make test` is green and `bin/tally help` lists the commands.",
        tasks: [
            CompanyTask(
                key: "skeleton", title: "Dispatcher, test runner and sample data",
                description:
                    "bin/tally runs lib/COMMAND.sh with the other arguments; `help` prints lib/commands.txt; unknown commands fail with exit code 2. "
                    + "tests/run.sh runs every tests/*.test. tests/expect.sh compares output. tests/expenses.csv is the data of all tests.",
                acceptance: "make test", paths: ["bin/", "lib/", "tests/", "Makefile"],
                steps: [
                    .write(DemoFiles.skeleton), .run("chmod +x bin/tally && make test"),
                    .commit("Add the dispatcher, the test runner and sample data"),
                ], summary: "The dispatcher, help, the test runner and sample data are there; `make test` is green.")
        ])

    private static let reports = CompanyGoal(
        key: "reports", team: 1, title: "The reports", description: "The commands sum, top and months, each in lib/ with a test in tests/.",
        acceptance: "All three print what the direction says, and `make test` is green.", after: ["skeleton"],
        tasks: [
            command(
                "sum", "Totals by category", DemoFiles.sum,
                list: ("reports:", "  sum FILE             the total of each category, largest first"),
                notes: "I entered the command in lib/commands.txt, which another task claims: help would not show it otherwise."),
            command(
                "top", "The largest expenses", DemoFiles.top, claims: ["lib/commands.txt"],
                list: (
                    "reports:",
                    "  top N FILE           the N largest expenses\n  months FILE          the total of each month, oldest first"
                )),
            command(
                "months", "Totals by month", DemoFiles.months, runsTests: false,
                mistakes: [
                    .redGate(fix: [
                        .edit(path: "lib/months.sh", old: #"' "${1:?which file?}""#, new: #"' "${1:?which file?}" | sort"#),
                        .run(verifyCommand), .commit("Sort the months"),
                    ])
                ]),
        ])

    private static let data = CompanyGoal(
        key: "data", team: 2, title: "The file itself",
        description: "The commands check, only and chart, each in lib/ with a test in tests/, and a README.md.",
        acceptance: "All three print what the direction says, README.md shows how to begin, and `make test` is green.", after: ["skeleton"],
        tasks: [
            command(
                "check", "A check of the file", DemoFiles.check, claims: ["lib/commands.txt", "tests/broken.csv"],
                list: (
                    "the file itself:",
                    "  check FILE           which lines are no expenses\n  only CATEGORY FILE   the expenses of one category\n"
                        + "  chart FILE           a bar for each category"
                ),
                mistakes: [
                    .rework(
                        instructions:
                            "A line with a column too few is reported as a wrong amount. Say `line N: 2 columns, not 3` and nothing else about that "
                            + "line, and put such a line into tests/broken.csv.",
                        steps: [.write(DemoFiles.checkMended), .run(verifyCommand), .commit("Name lines with a wrong number of columns")])
                ]),
            command("only", "One category as CSV", DemoFiles.only),
            command("chart", "A bar for each category", DemoFiles.chart),
            command("readme", "A README to begin with", DemoFiles.readme),
        ], mistake: .collidingPlan)

    /// A task that adds some files, and the lines of the list of commands behind a heading where it is to enter them.
    private static func command(
        _ key: String, _ title: String, _ files: [WorkFile], claims: [String] = [], list: (heading: String, lines: String)? = nil,
        runsTests: Bool = true, notes: String? = nil, mistakes: [WorkMistake] = []
    ) -> CompanyTask {
        let paths = files.map(\.path)
        var steps: [WorkStep] = [.write(files)]
        if let list { steps.append(.edit(path: "lib/commands.txt", old: list.heading, new: "\(list.heading)\n\(list.lines)")) }
        if runsTests { steps.append(.run(verifyCommand)) }
        steps.append(.commit("Add \(paths[0])"))
        return CompanyTask(
            key: key, title: title, description: "Write \(paths.joined(separator: " and ")), as the direction describes it.",
            acceptance: "make test, with a test of what is new", paths: paths + claims.filter { !paths.contains($0) }, steps: steps,
            summary: runsTests ? "\(title): done, with a test. `make test` is green." : "\(title): done, with a test.", notes: notes,
            mistakes: mistakes)
    }
}
