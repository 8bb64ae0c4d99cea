import CTerminal

extension Character {
    /// The cells that a terminal gives the character: 1 or 2, more for some syllables, and 0 for one that is not shown by itself.
    ///
    /// Emoji of several scalars take two cells, and a syllable of several letters one for each letter that has a cell. Terminals differ there, so that
    /// the painter of the terminal view relies on it for the room alone, and for no cluster's neighbours.
    package var cells: Int {
        var sum = 0
        var isJoined = false
        for scalar in unicodeScalars {
            switch scalar.value {
            case 0xFE0F, 0x1F1E6...0x1F1FF: isJoined = isJoined || scalar.value == 0xFE0F || sum > 0
            case 0x200D, 0x1F3FB...0x1F3FF: isJoined = isJoined || sum > 0
            default: break
            }
            sum += max(0, Int(cterminal_width(scalar.value)))
        }
        return isJoined ? 2 : min(sum, Self.mostCells)
    }

    /// More than any syllable of a living script has; a heap of letters and marks is cut there.
    private static let mostCells = 8
}

extension StringProtocol {
    /// The cells that a terminal gives the text.
    package var cells: Int { reduce(0) { $0 + $1.cells } }
}
