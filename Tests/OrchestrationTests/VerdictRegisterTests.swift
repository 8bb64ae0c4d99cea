import Foundation
import Testing

@testable import Orchestration

@Suite("The register of verdicts")
struct VerdictRegisterTests {
    private func name(_ number: Int) -> String {
        let digits = String(UInt64(number) &* 0x9E37_79B9_7F4A_7C15, radix: 16)
        return String(repeating: "0", count: 40 - digits.count) + digits
    }

    @Test("it knows every tree that was entered, also after it was written and read")
    func memory() throws {
        var register = VerdictRegister()
        #expect(register.isEmpty && register[name(1)] == nil)
        for number in 1...1_000 { register[name(number)] = Int64(number) }
        register[name(7)] = 70
        let copy = try JSONDecoder().decode(VerdictRegister.self, from: JSONEncoder().encode(register))
        #expect(copy == register && copy.count == 1_000)
        #expect(copy[name(7)] == 70 && copy[name(1_000)] == 1_000 && copy[name(1_001)] == nil)
    }

    @Test("a change in a copy stays in the copy")
    func copies() {
        var register = VerdictRegister()
        register[name(1)] = 1
        var copy = register
        copy[name(1)] = 2
        #expect(register[name(1)] == 1 && copy[name(1)] == 2)
    }
}
