import CTerminal

extension Character {
    /// The cells that a terminal gives the character: 1 or 2, and 0 for one that is not shown by itself.
    ///
    /// A cluster is as wide as its widest scalar; the emoji selector makes it two cells wide, as terminals that know clusters draw it.
    package var cells: Int {
        var width = 0
        for scalar in unicodeScalars {
            if scalar.value == 0xFE0F { return 2 }
            width = max(width, Int(cterminal_width(scalar.value)))
        }
        return width
    }
}

extension StringProtocol {
    /// The cells that a terminal gives the text.
    package var cells: Int { reduce(0) { $0 + $1.cells } }
}
