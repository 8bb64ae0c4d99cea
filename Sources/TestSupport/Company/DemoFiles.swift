/// The files of the demo's program, as its workers write them.
enum DemoFiles {
    /// The scaffold: a dispatcher, the test runner and a first test.
    static let skeleton = [
        WorkFile(
            "Makefile",
            #"""
            .PHONY: test
            test:
            \#t@sh tests/run.sh

            """#),
        WorkFile(
            "bin/tally",
            #"""
            #!/bin/sh
            # tally: small reports about a CSV file of expenses (date,category,amount).
            # Every command is a script of its own in lib/.
            set -eu

            home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
            command=${1:-help}
            [ $# -eq 0 ] || shift

            case $command in
            help | --help | -h)
                echo "usage: tally COMMAND [ARGUMENT ...]"
                cat "$home/lib/commands.txt"
                exit 0
                ;;
            esac

            case $command in
            *[!a-z]*) script= ;;
            *) script=$home/lib/$command.sh ;;
            esac
            if [ ! -f "$script" ]; then
                echo "tally: there is no command \"$command\"; see tally help" >&2
                exit 2
            fi
            exec sh "$script" "$@"

            """#),
        WorkFile(
            "tests/run.sh",
            #"""
            # Runs every test in tests/, each in a shell of its own, and says which fail.
            cd "$(dirname "$0")/.." || exit 1
            passed=0
            failed=0
            for test in tests/*.test; do
                if output=$(sh -eu "$test" 2>&1); then
                    passed=$((passed + 1))
                else
                    failed=$((failed + 1))
                    echo "FAILED $test"
                    printf '%s\n' "$output" | sed 's/^/    /'
                fi
            done
            echo "$passed passed, $failed failed"
            [ "$failed" -eq 0 ]

            """#),
        WorkFile(
            "tests/expect.sh",
            #"""
            # expect WANTED COMMAND ...: fails unless the command prints exactly this.
            expect() {
                wanted=$1
                shift
                got=$("$@" 2>&1) || true
                [ "$got" = "$wanted" ] && return 0
                printf '%s\nwanted:\n%s\ngot:\n%s\n' "$*" "$wanted" "$got"
                return 1
            }

            """#),
        WorkFile(
            "tests/expenses.csv",
            #"""
            date,category,amount
            2025-02-03,rent,900.00
            2025-01-02,rent,880.00
            2025-01-09,food,31.40
            2025-02-11,food,48.10
            2025-01-17,travel,112.00
            2025-02-20,food,12.50

            """#),
        WorkFile(
            "tests/help.test",
            #"""
            . tests/expect.sh
            sh bin/tally help | grep -q '^usage: tally'
            sh bin/tally | grep -q 'this list'
            expect 'tally: there is no command "fly"; see tally help' sh bin/tally fly

            """#),
        WorkFile(
            "lib/commands.txt",
            #"""
            reports:

            the file itself:
              help                 this list

            """#),
    ]

    static let sum = [
        WorkFile(
            "lib/sum.sh",
            #"""
            # tally sum FILE: the total of each category, largest first.
            awk -F, '
                NR > 1 { total[$2] += $3 }
                END { for (category in total) printf "%10.2f  %s\n", total[category], category }
            ' "${1:?which file?}" | sort -rn

            """#),
        WorkFile(
            "tests/sum.test",
            #"""
            . tests/expect.sh
            expect '   1780.00  rent
                112.00  travel
                 92.00  food' sh bin/tally sum tests/expenses.csv
            sh bin/tally help | grep -q '^  sum FILE'

            """#),
    ]

    static let top = [
        WorkFile(
            "lib/top.sh",
            #"""
            # tally top N FILE: the N largest expenses.
            tail -n +2 "${2:?which file?}" | sort -t, -k3,3rn -k1,1 | head -n "${1:?how many?}" |
                awk -F, '{ printf "%10.2f  %s  %s\n", $3, $1, $2 }'

            """#),
        WorkFile(
            "tests/top.test",
            #"""
            . tests/expect.sh
            expect '    900.00  2025-02-03  rent
                880.00  2025-01-02  rent
                112.00  2025-01-17  travel' sh bin/tally top 3 tests/expenses.csv
            sh bin/tally help | grep -q '^  top N FILE'

            """#),
    ]

    /// Prints the months in the order of the file, which its own test does not accept.
    static let months = [
        WorkFile(
            "lib/months.sh",
            #"""
            # tally months FILE: the total of each month, oldest first.
            awk -F, '
                NR > 1 {
                    month = substr($1, 1, 7)
                    if (!(month in total)) order[++count] = month
                    total[month] += $3
                }
                END { for (i = 1; i <= count; i++) printf "%s %10.2f\n", order[i], total[order[i]] }
            ' "${1:?which file?}"

            """#),
        WorkFile(
            "tests/months.test",
            #"""
            . tests/expect.sh
            expect '2025-01    1023.40
            2025-02     960.60' sh bin/tally months tests/expenses.csv

            """#),
    ]
}
