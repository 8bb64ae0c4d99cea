/// The `cco` command line.
package enum CommandLineTool {
    package static func run() async {}
}
