import Observability
import Terminal
import Testing

@Suite("Drawing on a terminal")
struct PainterTests {
    private func canvas(_ text: String, row: Int = 0, style: CellStyle = .plain, columns: Int = 10) -> Canvas {
        var canvas = Canvas(ScreenSize(rows: 3, columns: columns))
        canvas.write([Span(text, style)], row: row)
        return canvas
    }

    @Test("what has not changed is not sent again")
    func differences() {
        var painter = Painter(hasColour: true)
        _ = painter.paint(canvas("abc"))
        #expect(painter.paint(canvas("abc")).isEmpty)
        #expect(painter.paint(canvas("axc")) == "\u{1B}[1;2H\u{1B}[0mx\u{1B}[0m")
    }

    @Test("another size, or somebody else's writing, has everything drawn anew")
    func anew() {
        var painter = Painter(hasColour: true)
        _ = painter.paint(canvas("abc"))
        #expect(painter.paint(canvas("abc", columns: 11)).contains("abc"))
        painter.forget()
        #expect(painter.paint(canvas("abc", columns: 11)).contains("abc"))
    }

    @Test("without colours the weights stay")
    func colours() {
        let text = canvas("abc", style: CellStyle(colour: .red, isBold: true))
        var coloured = Painter(hasColour: true)
        var plain = Painter(hasColour: false)
        #expect(coloured.paint(text).contains("\u{1B}[0;1;31m"))
        #expect(plain.paint(text).contains("\u{1B}[0;1m"))
    }

    @Test("a wide character takes two cells, is never halved, and its replacement is whole")
    func wide() {
        #expect("日é".cells == 3 && "👩‍👩‍👧".cells == 2 && "❤️".cells == 2)
        #expect(canvas("日本語日本語").text[0] == "日本語日…")
        #expect(canvas("a日本語日本").text[0] == "a日本語日…" || canvas("a日本語日本").text[0].cells <= 10)
        var painter = Painter(hasColour: true)
        _ = painter.paint(canvas("ab"))
        #expect(painter.paint(canvas("a日")).contains("日"))
        #expect(painter.paint(canvas("ab")).contains("b"))
    }

    @Test(
        "how far a cluster reaches is left to the terminal: what follows has its own place, and a row that has one, or had, is drawn as a whole"
    )
    func clusters() {
        #expect("न्दी".cells == 3 && "🇩🇪".cells == 2 && "கி".cells == 2 && "e\u{301}".cells == 1)
        var painter = Painter(hasColour: false)
        #expect(painter.paint(canvas("न्दीab")).contains("न्दी\u{1B}[1;4Hab"))
        #expect(painter.paint(canvas("न्दीab")).isEmpty)
        let changed = painter.paint(canvas("न्दीax"))
        #expect(changed.hasPrefix("\u{1B}[1;1H\u{1B}[0m\u{1B}[2K") && changed.contains("न्दी\u{1B}[1;4Hax"), "\(changed)")
        let replaced = painter.paint(canvas("plain"))
        #expect(replaced.contains("\u{1B}[2K") && replaced.contains("plain"), "\(replaced)")
        #expect(painter.paint(canvas("plaid")) == "\u{1B}[1;5H\u{1B}[0md\u{1B}[0m")
    }

    @Test("nothing runs over the right edge, so that the last cell is drawn and emptied like any other")
    func lastCell() {
        #expect(Painter.opening.contains("\u{1B}[?7l") && Painter.closing.contains("\u{1B}[?7h"))
        var painter = Painter(hasColour: false)
        _ = painter.paint(canvas("0123456789", row: 2))
        #expect(painter.paint(canvas("012345678", row: 2)) == "\u{1B}[3;10H\u{1B}[0m \u{1B}[0m")
    }

    @Test("what is pasted is told from keys for as long as the view has the terminal")
    func pastes() {
        #expect(Painter.opening.contains("\u{1B}[?2004h") && Painter.closing.contains("\u{1B}[?2004l"))
    }

    @Test("text is cut where the room ends, with a mark")
    func cutting() {
        #expect(canvas("0123456789").text[0] == "0123456789")
        #expect(canvas("0123456789a").text[0] == "012345678…")
        #expect(canvas("x", row: 7).text == ["", "", ""])
    }
}
