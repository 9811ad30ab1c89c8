import TestSupport
import Testing

@testable import Anonymization

@Suite("Masks of an answer in the text")
struct MaskPlacementTests {
    private static let types: Set<String> = ["PERSON", "LOCATION", "AGE", "PHONE_NUMBER"]

    private func placement(_ masked: String, _ original: String) -> MaskPlacement {
        MaskPlacement(of: masked, in: original, types: Self.types)
    }

    private func found(_ masked: String, in original: String) -> [String] {
        SourceText(id: "", profile: "", text: original, spans: placement(masked, original).spans).spanTexts
    }

    @Test(
        "an answer that is the text but for its masks is exact, to the character, whatever the script",
        arguments: [
            ("<PERSON> is <AGE>.", "Zoë 👩‍💻 Éclair is 33.", ["PERSON: Zoë 👩‍💻 Éclair", "AGE: 33"]),
            ("I'm <AGE>yo", "I'm 29yo", ["AGE: 29"]),
            ("<PERSON>様、<LOCATION>へようこそ。", "山田太郎様、大阪へようこそ。", ["PERSON: 山田太郎", "LOCATION: 大阪"]),
            ("我是<PERSON>，住在<LOCATION>。", "我是李娜，住在成都。", ["PERSON: 李娜", "LOCATION: 成都"]),
            ("اسمي <PERSON>.", "اسمي محمد الأحمد.", ["PERSON: محمد الأحمد"]),
            ("<PERSON>", "Ann", ["PERSON: Ann"]), ("[PERSON] or {{AGE}}", "Ann or 3", ["PERSON: Ann", "AGE: 3"]),
            ("No mask.", "No mask.", []), ("<PERSON_1> met <PERSON_2>", "Tom met Ann", ["PERSON: Tom", "PERSON: Ann"]),
            // Each stands for as little as will do.
            ("<PERSON> and <PERSON>", "Tom and Ann and Lee", ["PERSON: Tom", "PERSON: Ann and Lee"]),
            ("b<AGE>b<AGE>c", "b b b x c", ["AGE: b", "AGE: x"]),
            ("<PERSON><AGE>", "Tom Ann 29 30", ["PERSON: Tom Ann", "AGE: 29 30"]),
        ])
    func exact(masked: String, original: String, expected: [String]) {
        let placement = placement(masked, original)
        #expect(placement.isExact && placement.isWhole && found(masked, in: original) == expected)
        #expect(placement.maskCount == placement.spans.count)
    }

    @Test("blanks and line ends are the text's own, however the answer has them")
    func blanks() {
        let original = "  Call  Ann\r\n\r\nor\u{A0}Tom \n"
        let placement = placement("Call <PERSON>\nor <PERSON>", original)
        #expect(placement.isExact)
        #expect(
            MaskedText.mask(original, placement.spans) == "  Call  <PERSON>\r\n\r\nor\u{A0}<PERSON> \n")
    }

    @Test("a mask of the original is no mask, and one of another type is a word")
    func literals() {
        #expect(placement("Hi <PERSON>, I'm <AGE>", "Hi <PERSON>, I'm 29").spans.map(\.type) == ["AGE"])
        #expect(placement("press <ENTER>, <PERSON>", "press <ENTER>, Ann").spans.map(\.type) == ["PERSON"])
        let other = placement("<NAME> is <AGE>", "Ann is 29")
        #expect(!other.isExact && other.isWhole && other.spans.map(\.type) == ["AGE"])
    }

    @Test(
        "other changes are found, and masks that stand alone for words are placed nevertheless",
        arguments: [
            ("Hello, <PERSON>, I am <AGE>.", "Hi, Ann, I'm 29.", 2, ["PERSON: Ann"]),
            ("<PERSON> lives in a town.", "Ann lives in a city.", 1, ["PERSON: Ann"]),
            ("我是<PERSON>，住在成都市。", "我是李娜，住在成都。", 1, ["PERSON: 李娜"]),
            ("I am fine <PERSON>", "I am fine", 1, []), ("<PERSON> <AGE>", "Ann", 2, []),
            ("Something else entirely", "I am Ann.", 0, []), ("", "I am Ann.", 0, []),
            ("<PERSON> is living", "Ann Smith lives", 1, []),
        ])
    func changed(masked: String, original: String, masks: Int, expected: [String]) {
        let placement = placement(masked, original)
        #expect(!placement.isExact && placement.maskCount == masks)
        #expect(placement.isWhole == (masks > 0 && expected.count == masks))
        #expect(found(masked, in: original) == expected)
    }

    @Test("random answers give spans in order that lie inside the text, and masking it changes nothing outside of them")
    func random() {
        var random = SynthesisRandom(seed: 11)
        let pieces = ["<PERSON>", "<AGE>", "<", ">", "Ann", " ", "\n", "a", "b", "é", "山", "👩‍💻", ".", "<TAG>", "29"]
        func text() -> String { (0..<random.number(in: 0...12)).map { _ in random.pick(pieces) }.joined() }
        for _ in 0..<3000 {
            let (original, masked) = (text(), text())
            let spans = placement(masked, original).spans
            let count = original.unicodeScalars.count
            #expect(zip(spans, spans.dropFirst()).allSatisfy { $0.range.upperBound <= $1.range.lowerBound })
            #expect(spans.allSatisfy { !$0.range.isEmpty && 0...count ~= $0.range.upperBound }, "\(masked) \(original)")
            // What is masked is an exact answer itself, and finds the same text again.
            let again = MaskedText.mask(original, spans)
            #expect(spans.isEmpty || placement(again, original).isExact, "\(masked) \(original)")
        }
    }

    @Test("masks over the spans of synthetic texts are placed again: all exactly, nearly all where they were")
    func synthetic() {
        var scores = SpanScores()
        for text in Synthesis(profiles: 300, seed: 4).maskingTexts() {
            let gold = text.spans ?? []
            let masked = MaskedText.mask(text.text, gold)
            let placement = MaskPlacement(of: masked, in: text.text, types: Set(MaskingSettings.synthesizedTypes))
            #expect(placement.isExact && MaskedText.mask(text.text, placement.spans) == masked, "\(text.text)")
            scores.count(predicted: placement.spans, gold: gold)
        }
        let f1 = scores.total.exactMeasure.f1 ?? 0
        #expect(f1 > 0.98, "\(f1)")
    }
}
