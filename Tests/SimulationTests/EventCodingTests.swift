import Foundation
import Orchestration
import Simulation
import Testing

@Suite("Events as JSON")
struct EventCodingTests {
    @Test("every event of runs in which much goes wrong reads back as it was", arguments: 0..<16 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        let simulator = Simulator(Experiment(seed: seed))
        _ = simulator.play()
        let events = simulator.events.map(\.event)
        #expect(!events.isEmpty)
        for event in events { #expect(try JSONDecoder().decode(Event.self, from: JSONEncoder().encode(event)) == event) }
    }
}
