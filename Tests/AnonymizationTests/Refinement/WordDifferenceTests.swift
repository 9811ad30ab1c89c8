import Testing

@testable import Anonymization

@Suite("Word by word differences")
struct WordDifferenceTests {
    private func marked(_ old: String, _ new: String) -> String { WordDifference(from: old, to: new).text(.brackets) }

    @Test("words that changed are marked, blanks and the rest stay")
    func marks() {
        #expect(marked("I live in Leeds.", "I live in a city.") == "I live in [-Leeds-]{+a city+}.")
        #expect(marked("a b c", "a c") == "a [-b -]c")
        #expect(marked("a c", "a b c") == "a {+b +}c")
        #expect(marked("same\n words", "same\n words") == "same\n words")
        #expect(marked("", "new") == "{+new+}" && marked("old", "") == "[-old-]" && marked("", "") == "")
    }

    @Test("neighbouring changed words are one change")
    func joined() {
        #expect(
            marked("my wife Ingeborg bakes", "my partner bakes bread")
                == "my [-wife Ingeborg-]{+partner+} bakes{+ bread+}")
    }

    @Test("a terminal gets colours")
    func colours() {
        #expect(
            WordDifference(from: "a b", to: "a c").text(.colours) == "a \u{1B}[31;9mb\u{1B}[0m\u{1B}[32mc\u{1B}[0m")
    }

    @Test("scripts without blanks are compared sign by sign, others word by word")
    func scripts() {
        #expect(WordDifference.words("我住在Leeds。") == ["我", "住", "在", "Leeds", "。"])
        #expect(WordDifference.words("Grüße,  ไทย 3½!") == ["Grüße", ",", "  ", "ไทย", " ", "3½", "!"])
        #expect(marked("我住在北京", "我住在城市") == "我住在[-北京-]{+城市+}")
    }

    @Test("kept and removed pieces are the old text, kept and added ones the new", arguments: 0..<60)
    func lossless(seed: Int) {
        var state = UInt64(seed + 1)
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let parts = ["a", "b", " ", "  ", "\n", "word", ".", ",", "é", "北"]
        let texts = (0..<2).map { _ in (0..<next(30)).map { _ in parts[next(parts.count)] }.joined() }
        let difference = WordDifference(from: texts[0], to: texts[1])
        var (old, new) = ("", "")
        for piece in difference.pieces {
            switch piece {
            case .kept(let words): (old, new) = (old + words, new + words)
            case .removed(let words): old += words
            case .added(let words): new += words
            }
        }
        #expect(old == texts[0] && new == texts[1])
        #expect(difference.isEmpty == (texts[0] == texts[1]))
    }

    @Test("texts that have nothing in common are compared in bounded time")
    func large() {
        let old = (0..<20_000).map { "a\($0)" }.joined(separator: " ")
        let new = (0..<20_000).map { "b\($0)" }.joined(separator: " ")
        #expect(WordDifference(from: "x " + old, to: "x " + new).pieces == [.kept("x "), .removed(old), .added(new)])
    }
}
