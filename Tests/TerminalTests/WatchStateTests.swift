import Terminal
import Testing

@Suite("Keys of the view")
struct WatchStateTests {
    private let links: [WatchState.Link?] = [.agent("director"), nil, .agent("em-1"), .agent("worker-1"), nil, .agent("worker-2")]

    private func play(_ keys: [Key]) -> (WatchState, [WatchState.Action?]) {
        var state = WatchState()
        var actions: [WatchState.Action?] = []
        for key in keys { actions.append(state.handle(key, on: .init(links: links, height: 4, agent: "worker-1"))) }
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
        #expect(actions == [nil, .load(.agent("em-1")), nil, .leave])
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
        #expect(state.handle(.control("c"), on: .init(links: links, height: 4)) == nil && state.asksForPause)
        #expect(state.handle(.character("y"), on: .init(links: links, height: 4)) == .pause)
    }

    @Test("pages turn in a circle, both ways")
    func pages() {
        #expect(play([.tab]).0.page == .tasks)
        #expect(play([.backTab]).0.page == .limits)
        #expect(play([.tab, .tab, .tab, .tab]).0.page == .limits)
        #expect(play([.tab, .tab, .tab, .tab, .tab]).0.page == .company)
        #expect(play([.character("5")]).0.page == .limits)
    }

    @Test("an open text follows its end until it is scrolled back")
    func scrolling() {
        #expect(play([.enter, .up, .up, .down]).0.scroll == 1)
        #expect(play([.enter, .up, .end]).0.scroll == 0)
        #expect(play([.enter, .up, .escape]).0.scroll == 0)
        var state = WatchState()
        for key in [Key.enter, .home, .down] { _ = state.handle(key, on: .init(links: links, height: 4, furthest: 10)) }
        #expect(state.scroll == 9, "the way back from the beginning starts there")
        var limits = WatchState()
        for key in [Key.character("5"), .down] { _ = limits.handle(key, on: .init(links: [], height: 4, furthest: 10)) }
        #expect(limits.scroll == 9, "the limits are read from their beginning")
    }

    @Test("a message is typed to its end, and its characters are no commands")
    func message() {
        let typed: [Key] = "quip".map { .character($0) }
        #expect(
            play([.character("m")] + typed + [.backspace, .character("t"), .enter]).1.last == .tell("worker-1", "quit", interrupts: false))
        #expect(
            play([.character("m"), .control("x")] + typed + [.enter]).1.last == .tell("worker-1", "quip", interrupts: true))
        #expect(
            play([.character("m"), .control("x"), .control("x")] + typed + [.enter]).1.last == .tell("worker-1", "quip", interrupts: false))
        #expect(play([.character("m")] + typed + [.escape]).1.allSatisfy { $0 == nil })
        #expect(play([.character("m"), .character(" "), .enter, .character("q")]).1 == [nil, nil, nil, .leave])
        #expect(play([.character("m")] + typed + [.control("u"), .character("x")]).0.draft?.text == "x")
        #expect(play([.character("m")] + Array(repeating: .character("x"), count: 4_200)).0.draft?.text.count == 4_000)
    }

    @Test("what is pasted into a message is one text that nobody has sent yet; elsewhere it does nothing")
    func paste() {
        var reader = KeyReader()
        let lines = reader.keys(in: "\u{1B}[200~Leave the old API.\rpy\r\u{1B}[201~".utf8)
        let (typed, actions) = play([.character("m")] + lines)
        #expect(typed.draft?.text == "Leave the old API.\npy\n" && actions.allSatisfy { $0 == nil })
        #expect(play([.character("m")] + lines + [.enter]).1.last == .tell("worker-1", "Leave the old API.\npy\n", interrupts: false))
        let (untouched, none) = play(lines)
        #expect(untouched == WatchState() && none.allSatisfy { $0 == nil })
        // What a question is answered with was typed.
        let (asked, answers) = play([.character("p"), .paste("y")])
        #expect(asked.asksForPause && answers.allSatisfy { $0 == nil })
        #expect(play([.character("m"), .paste(String(repeating: "x", count: 4_200))]).0.draft?.text.count == 4_000)
    }

    @Test("an agent's transcript is fetched when it is opened, from whatever it works on")
    func transcript() {
        #expect(play([.character("t")]).1 == [.load(.agent("worker-1"))])
        var state = WatchState()
        let scene = WatchState.Scene(links: [.task("task-1")], height: 4, agent: "worker-3")
        #expect(state.handle(.character("t"), on: scene) == .load(.agent("worker-3")))
        #expect(state.open == .agent("worker-3"))
        #expect(state.handle(.escape, on: .init(links: [], height: 4)) == nil && state.open == nil)
        #expect(state.handle(.character("t"), on: .init(links: [], height: 4)) == nil && state.notice != nil)
    }

    @Test("a difference and a gate's log are fetched when they are opened, and not where there is none")
    func texts() {
        let (diff, actions) = play([.character("d")])
        #expect(actions == [.load(.diff("worker-1"))])
        #expect(diff.open == .diff("worker-1"))
        #expect(play([.character("d"), .character("d")]).1 == [.load(.diff("worker-1")), .load(.diff("worker-1"))])
        let (log, none) = play([.character("l")])
        #expect(none == [nil])
        #expect(log.open == nil && log.notice != nil)
        var state = WatchState()
        #expect(state.handle(.character("l"), on: .init(links: [.candidate("c-1")], height: 4)) == .load(.gateLog("c-1")))
        #expect(state.handle(.character("d"), on: .init(links: [], height: 4)) == nil)
    }
}
