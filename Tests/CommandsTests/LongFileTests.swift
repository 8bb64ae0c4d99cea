import Foundation
import Orchestration
import Testing

@testable import Commands

@Suite("Pieces of a long file")
struct LongFileTests {
    private let place: TemporaryPlace

    init() throws { place = try TemporaryPlace() }

    private func file(_ text: String, isGrowing: Bool = false) throws -> LongFile {
        try place.write("long", text)
        return try LongFile(place.path + "/long", isGrowing: isGrowing)
    }

    /// Lines of very different lengths, some of which are longer than a piece.
    private static let text = (0..<300).map { number in
        "\(number) " + String(repeating: "x", count: number % 7 == 0 ? number * 3 : number % 5)
    }.joined(separator: "\n")

    @Test("backwards and forwards they are the whole file, each of whole lines", arguments: [1, 50, 200, 100_000])
    func whole(most: Int64) throws {
        let file = try file(Self.text + "\n")
        var pieces: [String] = []
        var place = Int64.max
        while place > 0 {
            let piece = try file.piece(PieceWish(before: place), most: most)
            #expect(piece.start < piece.end && piece.bytes.last == 0x0A && piece.leftOut == 0)
            pieces.insert(String(decoding: piece.bytes, as: UTF8.self), at: 0)
            place = piece.start
        }
        #expect(pieces.joined() == Self.text + "\n")
        pieces = []
        while true {
            let piece = try file.piece(PieceWish(after: place), most: most)
            pieces.append(String(decoding: piece.bytes, as: UTF8.self))
            place = piece.end
            if !piece.hasMore { break }
        }
        #expect(pieces.joined() == Self.text + "\n")
    }

    @Test("what is written of a last line is waited for while the file grows, and shown when it does not any more")
    func partial() throws {
        #expect(try file("one\ntw", isGrowing: true).piece(PieceWish(), most: 100).bytes == Array("one\n".utf8))
        #expect(try file("one\ntw").piece(PieceWish(), most: 100).bytes == Array("one\ntw".utf8))
        #expect(try file("tw", isGrowing: true).piece(PieceWish(after: 0), most: 100).end == 0)
        #expect(try file("", isGrowing: false).piece(PieceWish(), most: 100).bytes.isEmpty)
    }

    @Test("a place that is none is that of the line it is in, and one behind the end is the end")
    func places() throws {
        let file = try file("one\ntwo\nthree\n")
        #expect(try file.piece(PieceWish(before: 6), most: 100).bytes == Array("one\n".utf8))
        #expect(try file.piece(PieceWish(after: 6), most: 100).start == 4)
        let end = try file.piece(PieceWish(after: .max), most: 100)
        #expect(end.bytes.isEmpty && end.start == 14 && end.end == 14 && !end.hasMore)
    }

    @Test("of a line of many megabytes only the beginning is read, and the rest is counted")
    func tooLong() throws {
        let length = Int(LongFile.longestLine) + 1_000
        let file = try file("first\n" + String(repeating: "y", count: length) + "\nlast\n")
        let piece = try file.piece(PieceWish(before: Int64(length) + 7), most: 100)
        #expect(piece.start == 6 && piece.bytes.count == Int(LongFile.beginning))
        #expect(piece.leftOut == Int64(length + 1) - LongFile.beginning && piece.hasMore)
    }
}
