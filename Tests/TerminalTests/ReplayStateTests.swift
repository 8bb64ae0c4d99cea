import Terminal
import Testing

@Suite("Keys of a replay")
struct ReplayStateTests {
    private func play(_ keys: [Key], from position: Int64 = 500, last: Int64 = 1_000) -> ReplayState {
        var state = ReplayState(position: position, last: last)
        for key in keys { _ = state.handle(key) }
        return state
    }

    @Test("arrows step by one event, home and end go to the ends, and nothing goes beyond them")
    func steps() {
        #expect(play([.left, .left, .right]).position == 499)
        #expect(play([.home]).position == 1 && play([.home, .left]).position == 1)
        #expect(play([.end]).position == 1_000 && play([.end, .right]).position == 1_000)
        #expect(play([.character(".")]).position == 550 && play([.character(",")]).position == 450)
    }

    @Test("keys of the view are the view's")
    func others() {
        var state = ReplayState(position: 5, last: 10)
        for key in [Key.up, .down, .enter, .escape, .character("q"), .character("1"), .character("?")] { #expect(state.handle(key) == nil) }
        #expect(state.handle(.character("n")) == .findMark(isForward: true))
        #expect(state.handle(.character("N")) == .findMark(isForward: false))
    }

    @Test("it plays to the end and stops there, from the beginning where it stands at the end, and a step stops it")
    func playing() {
        var state = play([.character(" ")], from: 990)
        #expect(state.isPlaying)
        for _ in 0..<20 { state.advance() }
        #expect(state.position == 1_000 && !state.isPlaying)
        #expect(play([.character(" ")], from: 1_000).position == 1)
        #expect(!play([.character(" "), .left]).isPlaying)
        var fast = play([.character(" "), .character("+"), .character("+")], from: 1)
        fast.advance()
        var usual = play([.character(" ")], from: 1)
        usual.advance()
        #expect(fast.position > usual.position)
    }
}
