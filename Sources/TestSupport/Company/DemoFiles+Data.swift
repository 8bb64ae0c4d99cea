extension DemoFiles {
    /// Takes a missing column for a wrong amount, which the review finds.
    static let check = [
        WorkFile(
            "lib/check.sh",
            #"""
            # tally check FILE: says which lines are no expenses.
            awk -F, '
                NR > 1 && $1 !~ /^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]$/ { print "line " NR ": \"" $1 "\" is no date"; bad = 1 }
                NR > 1 && $3 !~ /^[0-9]+(\.[0-9]+)?$/ { print "line " NR ": \"" $3 "\" is no amount"; bad = 1 }
                END { exit bad }
            ' "${1:?which file?}"

            """#),
        WorkFile(
            "tests/broken.csv",
            #"""
            date,category,amount
            2025-01-02,rent,880.00
            yesterday,food,12.00
            2025-01-09,food,twelve

            """#),
        WorkFile(
            "tests/check.test",
            #"""
            . tests/expect.sh
            expect '' sh bin/tally check tests/expenses.csv
            expect 'line 3: "yesterday" is no date
            line 4: "twelve" is no amount' sh bin/tally check tests/broken.csv

            """#),
    ]

    /// The files as the lead wants them.
    static let checkMended = [
        WorkFile(
            "lib/check.sh",
            #"""
            # tally check FILE: says which lines are no expenses.
            awk -F, '
                NR > 1 && NF != 3 { print "line " NR ": " NF " columns, not 3"; bad = 1; next }
                NR > 1 && $1 !~ /^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]$/ { print "line " NR ": \"" $1 "\" is no date"; bad = 1 }
                NR > 1 && $3 !~ /^[0-9]+(\.[0-9]+)?$/ { print "line " NR ": \"" $3 "\" is no amount"; bad = 1 }
                END { exit bad }
            ' "${1:?which file?}"

            """#),
        WorkFile(
            "tests/broken.csv",
            #"""
            date,category,amount
            2025-01-02,rent,880.00
            yesterday,food,12.00
            2025-01-09,food,twelve
            2025-01-17,travel

            """#),
        WorkFile(
            "tests/check.test",
            #"""
            . tests/expect.sh
            expect '' sh bin/tally check tests/expenses.csv
            expect 'line 3: "yesterday" is no date
            line 4: "twelve" is no amount
            line 5: 2 columns, not 3' sh bin/tally check tests/broken.csv

            """#),
    ]

    static let only = [
        WorkFile(
            "lib/only.sh",
            #"""
            # tally only CATEGORY FILE: the header and the expenses of one category, as CSV.
            category=${1:?which category?}
            awk -F, -v category="$category" 'NR == 1 || $2 == category' "${2:?which file?}"

            """#),
        WorkFile(
            "tests/only.test",
            #"""
            . tests/expect.sh
            expect 'date,category,amount
            2025-01-17,travel,112.00' sh bin/tally only travel tests/expenses.csv
            expect 'date,category,amount' sh bin/tally only gifts tests/expenses.csv

            """#),
    ]

    static let chart = [
        WorkFile(
            "lib/chart.sh",
            #"""
            # tally chart FILE: a bar for each category, as long as its share of all expenses; 40 signs are all of them.
            awk -F, '
                NR > 1 { total[$2] += $3; all += $3 }
                END {
                    for (category in total) {
                        bar = ""
                        for (width = int(40 * total[category] / all + 0.5); width > 0; width--) bar = bar "#"
                        printf "%-10s %s\n", category, bar
                    }
                }
            ' "${1:?which file?}" | sort

            """#),
        WorkFile(
            "tests/chart.test",
            #"""
            . tests/expect.sh
            expect 'food       ##
            rent       ####################################
            travel     ##' sh bin/tally chart tests/expenses.csv

            """#),
    ]

    static let readme = [
        WorkFile(
            "README.md",
            #"""
            # tally

            Small reports about a CSV file of expenses. Needs a POSIX shell and awk, nothing else.

                bin/tally sum expenses.csv
                bin/tally top 3 expenses.csv
                bin/tally help

            The file has a header and the columns `date` (YYYY-MM-DD), `category` and `amount`; `bin/tally check FILE` says which lines do
            not fit. Every command is a script of its own in `lib/`, and has a test of its own in `tests/`. `make test` runs them all.

            """#),
        WorkFile(
            "tests/readme.test",
            #"""
            . tests/expect.sh
            # Every command line of the README names a file that the program would run, or help.
            sed -n 's/^    bin\/tally \([a-z]*\).*/\1/p' README.md | grep -qx help
            grep -q 'make test' README.md

            """#),
    ]
}
