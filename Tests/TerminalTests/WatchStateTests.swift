import Terminal
import Testing

@Suite("Keys of the view")
struct WatchStateTests {
    private let links: [WatchState.Link?] = [.agent("director"), nil, .agent("em-1"), .agent("worker-1"), nil, .agent("worker-2")]

    private func play(_ keys: [Key]) -> (WatchState, [WatchState.Action?]) {
        var state = WatchState()
        var actions: [WatchState.Action?] = []
        for key in keys { actions.append(state.handle(key, links: links, height: 4)) }
        return (state, actions)
    }

    @Test("the selection passes over headings and stays within the list")
    func selection() {
        #expect(play([.down]).0.selection[.company] == 2)
        #expect(play([.down, .up]).0.selection[.company] == 0)
        #expect(play([.up]).0.selection[.company] == 0)
        #expect(play([.end, .down]).0.selection[.company] == 5)
    }

    @Test("enter opens what is selected, q closes it, and the second q leaves")
    func opening() {
        let (opened, _) = play([.down, .enter])
        #expect(opened.open == .agent("em-1"))
        let (closed, actions) = play([.down, .enter, .character("q"), .character("q")])
        #expect(closed.open == nil)
        #expect(actions == [nil, nil, nil, .leave])
    }

    @Test("pausing asks, and only y does it")
    func pausing() {
        #expect(play([.character("p"), .character("y")]).1 == [nil, .pause])
        #expect(play([.character("p"), .enter, .character("y")]).1 == [nil, nil, nil])
    }

    @Test("Ctrl-C leaves, but asks for a pause on the terminal that started the run")
    func interruption() {
        #expect(play([.control("c")]).1 == [.leave])
        var state = WatchState()
        state.ctrlCPauses = true
        #expect(state.handle(.control("c"), links: links, height: 4) == nil && state.asksForPause)
        #expect(state.handle(.character("y"), links: links, height: 4) == .pause)
    }

    @Test("pages turn in a circle, both ways")
    func pages() {
        #expect(play([.tab]).0.page == .tasks)
        #expect(play([.backTab]).0.page == .log)
        #expect(play([.tab, .tab, .tab, .tab]).0.page == .company)
    }

    @Test("an open text follows its end until it is scrolled back")
    func scrolling() {
        #expect(play([.enter, .up, .up, .down]).0.scroll == 1)
        #expect(play([.enter, .up, .end]).0.scroll == 0)
        #expect(play([.enter, .up, .escape]).0.scroll == 0)
    }
}
