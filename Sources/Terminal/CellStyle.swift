/// How a cell looks. Meaning never depends on it alone: without colours every screen says the same.
package struct CellStyle: Sendable, Equatable {
    /// The terminal's own palette, so that the user's theme decides what they look like.
    package enum Colour: Int, Sendable {
        case red = 31
        case green = 32
        case yellow = 33
        case blue = 34
        case cyan = 36
    }

    package var colour: Colour?
    package var isBold = false
    package var isDim = false
    package var isReversed = false

    package static let plain = CellStyle()
    package static let bold = CellStyle(isBold: true)
    package static let dim = CellStyle(isDim: true)
    package static let red = CellStyle(colour: .red)
    package static let green = CellStyle(colour: .green)
    package static let yellow = CellStyle(colour: .yellow)
    package static let cyan = CellStyle(colour: .cyan)

    package init(colour: Colour? = nil, isBold: Bool = false, isDim: Bool = false, isReversed: Bool = false) {
        self.colour = colour
        self.isBold = isBold
        self.isDim = isDim
        self.isReversed = isReversed
    }

    /// Select Graphic Rendition (ECMA-48): everything off, then what is on. Weights stay without colour (https://no-color.org is about colour).
    func sequence(hasColour: Bool) -> String {
        var codes = ["0"]
        if isBold { codes.append("1") }
        if isDim { codes.append("2") }
        if isReversed { codes.append("7") }
        if hasColour, let colour { codes.append("\(colour.rawValue)") }
        return "\u{1B}[\(codes.joined(separator: ";"))m"
    }
}
