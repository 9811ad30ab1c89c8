/// How one text became another, word by word.
public struct WordDifference: Sendable, Equatable {
    /// A run of words.
    public enum Piece: Sendable, Equatable {
        case kept(String)
        case removed(String)
        case added(String)
    }

    /// In order. The kept and the removed pieces together are the old text, the kept and the added ones the new one.
    public let pieces: [Piece]

    /// The most words on either side that are compared one by one; beyond, what lies between the common beginning and the
    /// common end counts as replaced, since time and memory grow with the square of what is different.
    private static let mostWords = 4000

    public init(from old: String, to new: String) {
        let (old, new) = (Self.words(old), Self.words(new))
        let start = zip(old, new).prefix { $0 == $1 }.count
        let end = zip(old[start...].reversed(), new[start...].reversed()).prefix { $0 == $1 }.count
        let (removed, added) = (old[start..<old.count - end], new[start..<new.count - end])
        var builder = PieceBuilder()
        for word in old[..<start] { builder.keep(word) }
        if max(removed.count, added.count) > Self.mostWords {
            builder.change(removed: removed.joined(), added: added.joined())
        } else {
            let difference = Array(added).difference(from: Array(removed))
            var removals = Set<Int>()
            var insertions: [Int: String] = [:]
            for change in difference {
                switch change {
                case .remove(let offset, _, _): removals.insert(offset)
                case .insert(let offset, let word, _): insertions[offset] = word
                }
            }
            var place = 0
            for (index, word) in removed.enumerated() {
                if removals.contains(index) {
                    builder.change(removed: word, added: "")
                    continue
                }
                while let inserted = insertions[place] {
                    builder.change(removed: "", added: inserted)
                    place += 1
                }
                builder.keep(word)
                place += 1
            }
            while let inserted = insertions[place] {
                builder.change(removed: "", added: inserted)
                place += 1
            }
        }
        for word in old[(old.count - end)...] { builder.keep(word) }
        pieces = builder.finish()
    }

    /// Whether both texts are the same.
    public var isEmpty: Bool { pieces.allSatisfy { if case .kept = $0 { true } else { false } } }

    /// Runs of letters and digits, runs of blanks, and every other character by itself, as is every character of a script
    /// that writes no blanks between words.
    static func words(_ text: String) -> [String] {
        var words: [String] = []
        var last: Character?
        for character in text {
            if let last, joins(last, character) {
                words[words.count - 1].append(character)
            } else {
                words.append(String(character))
            }
            last = character
        }
        return words
    }

    private static func joins(_ first: Character, _ second: Character) -> Bool {
        if first.isWhitespace || second.isWhitespace { return first.isWhitespace && second.isWhitespace }
        return isInWord(first) && isInWord(second)
    }

    private static func isInWord(_ character: Character) -> Bool {
        guard character.isLetter || character.isNumber, let scalar = character.unicodeScalars.first else {
            return false
        }
        let isKana = (0x3040...0x30FF).contains(scalar.value)
        return !scalar.properties.isIdeographic && !isKana
    }
}

/// Puts pieces together: changes that only blanks part become one, the old words before the new ones.
private struct PieceBuilder {
    private var pieces: [WordDifference.Piece] = []
    private var kept = ""
    private var removed = ""
    private var added = ""
    /// Blanks behind a change that belong to it if another follows at once.
    private var blanks = ""

    mutating func keep(_ word: String) {
        let isChanging = !removed.isEmpty || !added.isEmpty
        if isChanging, blanks.isEmpty, word.allSatisfy(\.isWhitespace) {
            blanks = word
            return
        }
        closeChange()
        kept += word
    }

    mutating func change(removed oldWords: String, added newWords: String) {
        if !kept.isEmpty { pieces.append(.kept(kept)) }
        kept = ""
        removed += blanks + oldWords
        added += blanks + newWords
        blanks = ""
    }

    mutating func finish() -> [WordDifference.Piece] {
        closeChange()
        if !kept.isEmpty { pieces.append(.kept(kept)) }
        return pieces
    }

    private mutating func closeChange() {
        if !removed.isEmpty { pieces.append(.removed(removed)) }
        if !added.isEmpty { pieces.append(.added(added)) }
        kept += blanks
        (removed, added, blanks) = ("", "", "")
    }
}
