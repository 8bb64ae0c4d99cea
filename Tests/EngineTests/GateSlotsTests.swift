import ConfigurationFiles
import Testing

@testable import Engine

@Suite("How many gates run at once")
struct GateSlotsTests {
    @Test(
        "half of the cores or of the memory, whichever is less, divided by what one gate needs, and at least one",
        arguments: [
            (cores: 8, memory: 64_000, need: 1.0, mb: 1024, number: 4, reason: "half of 8 cores, 1 for each"),
            (cores: 8, memory: 64_000, need: 2.0, mb: 1024, number: 2, reason: "half of 8 cores, 2 for each"),
            (cores: 2, memory: 64_000, need: 0.5, mb: 1024, number: 2, reason: "half of 2 cores, 0.5 for each"),
            (cores: 32, memory: 16_000, need: 1, mb: 4000, number: 2, reason: "half of 16000 MiB of memory, 4000 for each"),
            (cores: 1, memory: 2000, need: 1, mb: 1024, number: 1, reason: "half of 1 core, 1 for each, but at least one"),
            (cores: 64, memory: 2000, need: 1, mb: 4096, number: 1, reason: "half of 2000 MiB of memory, 4096 for each, but at least one"),
            (cores: 8, memory: 64_000, need: 1e-20, mb: 1024, number: 31, reason: "half of 64000 MiB of memory, 1024 for each"),
            (cores: 8, memory: 64_000, need: 1e300, mb: 0, number: 1, reason: "half of 8 cores, 1e+300 for each, but at least one"),
        ])
    func derived(cores: Int, memory: Int, need: Double, mb: Int, number: Int, reason: String) {
        let slots = GateSlots(explicit: nil, cores: need, memory: mb, machine: Machine(cores: cores, memory: memory))
        #expect(slots.number == number && slots.reason == reason)
    }

    @Test("a number that a person has chosen counts")
    func chosen() throws {
        var configuration = try OrchestratorConfiguration(repositoryUrl: "/tmp/x", workerCount: 1)
        let machine = Machine(cores: 8, memory: 64_000)
        #expect(GateSlots(configuration, machine: machine).number == 4)
        configuration.gateSlots = 7
        let slots = GateSlots(configuration, machine: machine)
        #expect(slots.number == 7 && slots.reason == "chosen")
    }

    @Test("a machine has what a control group and an affinity leave of it")
    func machine() {
        let whole = Machine(installedCores: 8, affinity: nil, installedMemory: 8 << 30)
        #expect(whole == Machine(cores: 8, memory: 8192))
        let held = Machine(
            installedCores: 8, affinity: 6, installedMemory: 8 << 30, quotas: ["max 100000\n", "250000 100000\n"],
            limits: ["max\n", "1073741824\n"])
        #expect(held == Machine(cores: 3, memory: 1024))
        #expect(Machine.present.cores >= 1 && Machine.present.memory >= 1)
    }
}
