import Commands

/// Bootstrap and nothing else.
@main
enum Main {
    static func main() async { await CommandLineTool.run() }
}
