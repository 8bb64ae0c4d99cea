extension Redactor {
    /// What a scan has to know from the text before.
    struct ScanState {
        /// Set while the text is inside a token whose beginning was already replaced: such characters are dropped.
        var swallowing: TokenShape.Alphabet?
    }

    /// What to do at a position.
    enum Decision {
        case keep
        /// Copy up to `start`, replace up to `end`.
        case replace(start: Int, end: Int, by: [UInt8], swallowing: TokenShape.Alphabet?)
        case wait
    }

    /// Writes the redacted text from `first` on to `output`; what is before `first` was handled and is context only.
    ///
    /// - Returns: up to where the text is handled. The rest could be the beginning of a secret: it belongs before the next piece.
    func scan(
        _ text: UnsafeRawBufferPointer, from first: Int, isFinal: Bool, state: inout ScanState, into output: inout [UInt8]
    ) -> Int {
        var position = first
        if let alphabet = state.swallowing {
            while position < text.count, alphabet.contains(text[position]) { position += 1 }
            if position == text.count { return position }
            state.swallowing = nil
        }
        var copied = position
        while true {
            if !isFinal || text.count - position >= SecretIndex.window { position = nextCandidate(text, from: position) }
            guard position < text.count, isFinal || text.count - position >= SecretIndex.window else { break }
            let decision = decide(text, at: position, isFinal: isFinal)
            if case .wait = decision { break }
            guard case .replace(let start, let end, let replacement, let swallowing) = decision else {
                position += 1
                continue
            }
            output.append(contentsOf: text[copied..<start])
            output.append(contentsOf: replacement)
            position = end
            copied = end
            state.swallowing = end == text.count && !isFinal ? swallowing : nil
        }
        output.append(contentsOf: text[copied..<position])
        return position
    }

    /// Up to where ``scan(_:from:isFinal:state:into:)`` would handle the text, if it would replace nothing and is not inside a token; `nil` when it
    /// would replace something. What it says nothing about, nearly everything, need not be copied.
    func cleanPart(of text: UnsafeRawBufferPointer, from first: Int, isFinal: Bool) -> Int? {
        var position = first
        while true {
            if !isFinal || text.count - position >= SecretIndex.window { position = nextCandidate(text, from: position) }
            guard position < text.count, isFinal || text.count - position >= SecretIndex.window else { return position }
            switch decide(text, at: position, isFinal: isFinal) {
            case .keep: position += 1
            case .wait: return position
            case .replace: return nil
            }
        }
    }

    /// The next position at which a secret or a token may begin, or the first with fewer than eight bytes from it on. The hot loop.
    ///
    /// Where a secret may begin is found by leaps, where a shape begins byte by byte, each for a stretch of text at a time.
    private func nextCandidate(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
        let end = text.count - SecretIndex.window + 1
        return index.withTables { tables in
            shapeLeads.withTables { shapes in
                var position = start
                var anchor = start
                while position < end {
                    let next = min(position + 1024, end)
                    let lead = shapes.next(in: text, from: position, to: next)
                    anchor = tables.next(in: text, from: anchor, to: lead)
                    if anchor < lead { return anchor }
                    if lead < next { return lead }
                    position = next
                }
                return position
            }
        }
    }

    func decide(_ text: UnsafeRawBufferPointer, at position: Int, isFinal: Bool) -> Decision {
        let finding = index.find(in: text, at: position, isFinal: isFinal)
        switch finding {
        case .undecided: return .wait
        case .secret(let secret, let length, isWhole: true):
            return .replace(start: position, end: position + length, by: replacements[secret], swallowing: nil)
        case .secret, .nothing: break
        }
        // A part of a known secret may be the beginning of an unknown token, of which it would leave the rest.
        let shape = decideShape(text, at: position, isFinal: isFinal)
        if case .keep = shape, case .secret(let secret, let length, _) = finding {
            return .replace(start: position, end: position + length, by: replacements[secret], swallowing: nil)
        }
        return shape
    }

    private func decideShape(_ text: UnsafeRawBufferPointer, at position: Int, isFinal: Bool) -> Decision {
        if text[position] == 0x3A {
            switch URLCredentials.match(text, at: position, isFinal: isFinal) {
            case .nothing: return .keep
            case .undecided: return .wait
            case .token(let start, let end):
                return .replace(start: start, end: end, by: Self.replacement(URLCredentials.name), swallowing: URLCredentials.alphabet)
            }
        }
        // No room for any.
        if isFinal && text.count - position < Self.shortestShape { return .keep }
        guard isBoundary(text, position) else { return .keep }
        for shape in TokenShape.all where shape.prefix[0] == text[position] {
            switch shape.match(text, at: position, isFinal: isFinal) {
            case .nothing: continue
            case .undecided: return .wait
            case .token(let start, let end):
                if start > position {
                    // A known secret keeps its own name.
                    switch index.find(in: text, at: start, isFinal: isFinal) {
                    case .undecided: return .wait
                    case .secret(_, _, isWhole: true): return .keep
                    case .secret, .nothing: break
                    }
                }
                return .replace(start: start, end: end, by: Self.replacement(shape.name), swallowing: shape.alphabet)
            }
        }
        return .keep
    }

    private static let shortestShape = TokenShape.all.map { $0.prefix.count + $0.minimum }.min() ?? 0

    /// A token does not begin inside a word. The letter of an escaped line break or tab (`\n`) is no word.
    private func isBoundary(_ text: UnsafeRawBufferPointer, _ position: Int) -> Bool {
        guard position > 0 else { return true }
        switch text[position - 1] {
        case 0x6E, 0x72, 0x74: return position > 1 && text[position - 2] == 0x5C
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: return false
        default: return true
        }
    }
}
