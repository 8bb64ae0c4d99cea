import Testing

@testable import Engine

@Suite("How much of a turn's output is logged")
struct LoggedOutputTests {
    @Test("the next engine goes on where the last one stopped, also when its number has fewer digits")
    func goesOn() throws {
        let folder = try TemporaryFolder()
        #expect(try at(folder) == 0)
        try advance(folder, [10_000, 20_000])
        #expect(try at(folder) == 20_000)
        try advance(folder, [9])
        #expect(try at(folder) == 9)
        #expect(try TemporaryFolder.mode(folder.path + "/logged") == 0o600)
    }

    @Test("a file that holds nothing sensible counts from the beginning")
    func nonsense() throws {
        let folder = try TemporaryFolder()
        try folder.write("lots", to: "logged")
        #expect(try at(folder) == 0)
    }

    private func at(_ folder: TemporaryFolder) throws -> Int64 { try LoggedOutput(in: folder.path).offset }

    private func advance(_ folder: TemporaryFolder, _ ends: [Int64]) throws {
        let logged = try LoggedOutput(in: folder.path)
        for end in ends { try logged.advance(to: end) }
    }
}
