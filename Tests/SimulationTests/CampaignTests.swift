import Simulation
import Testing

@Suite("Campaigns of simulated runs")
struct CampaignTests {
    @Test("x") func x() {}
}
