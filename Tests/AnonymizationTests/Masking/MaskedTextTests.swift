import Foundation
import TestSupport
import Testing

@testable import Anonymization

@Suite("Masks against gold spans")
struct MaskedTextTests {
    private func found(_ masked: String, in original: String) -> [String] {
        SourceText(id: "", profile: "", text: original, spans: MaskedText.spans(of: masked, in: original)).spanTexts
    }

    @Test("placeholders stand for the words that they replace")
    func alignment() {
        #expect(
            found("<PERSON> from <CREATIVE_WORK_2>, I'm <AGE>.", in: "Zoë 👩‍💻 Éclair from Big Sur, I'm 33.")
                == ["PERSON: Zoë 👩‍💻 Éclair", "CREATIVE_WORK: Big Sur", "AGE: 33"])
        #expect(found("<A> and <A>", in: "Tom Sawyer and Ann") == ["A: Tom Sawyer", "A: Ann"])
        #expect(found("[A] {{B}} met", in: "Tom Rome met") == ["A: Tom", "B: Rome"])
        // Other changes do no harm, and what only looks like a placeholder is none.
        #expect(found("Hello, <PERSON> was here < b and <b>", in: "Hi, Ann is here < b and <b>") == ["PERSON: Ann is"])
        #expect(found("unchanged <TAG>", in: "unchanged <TAG>") == [])
        #expect(found("", in: "all gone") == [] && found("x", in: "") == [])
    }

    @Test("side by side, placeholders take the bounds of gold spans of their types, and else divide the words evenly")
    func sideBySide() {
        let text = "Dr Ann Mary Lee came"
        let gold = [EntitySpan(type: "title", range: 0..<2), EntitySpan(type: "person", range: 3..<15)]
        let masked = "<TITLE> <PERSON> came"
        #expect(MaskedText.spans(of: masked, in: text, expecting: gold).map(\.range) == [0..<2, 3..<15])
        #expect(MaskedText.spans(of: masked, in: text).map(\.range) == [0..<6, 7..<15])
        // Other types, or more words, are no reason to believe the gold spans.
        #expect(MaskedText.spans(of: "<A> <B> came", in: text, expecting: gold).map(\.range) == [0..<6, 7..<15])
        #expect(MaskedText.spans(of: "<TITLE> <PERSON>", in: text, expecting: gold)[1].range == 7..<20)
    }

    @Test("a placeholder that replaces nothing is an empty span")
    func empty() {
        #expect(MaskedText.spans(of: "a <B> c", in: "a c") == [EntitySpan(type: "B", range: 2..<2)])
        #expect(MaskedText.spans(of: "a <B>", in: "a") == [EntitySpan(type: "B", range: 0..<0)])
    }

    @Test("masking gold spans and reading the masks finds them again")
    func roundTrip() {
        let text = "I am Ann from Łódź, not 東京!"
        let spans = [
            EntitySpan(type: "person", range: 5..<8), EntitySpan(type: "LOC", range: 14..<18),
            EntitySpan(type: "loc", range: 24..<26),
        ]
        let masked = MaskedText.mask(text, spans)
        #expect(masked == "I am <PERSON> from <LOC>, not <LOC>!")
        #expect(MaskedText.spans(of: masked, in: text).map(\.range) == spans.map(\.range))
        // Of nested spans the outer one is masked.
        #expect(MaskedText.mask("abcd", [.init(type: "X", range: 1..<2), .init(type: "Y", range: 1..<3)]) == "a<Y>d")
    }

    @Test("precision, recall and F1 count exact and overlapping masks by type")
    func scores() {
        var scores = SpanScores()
        let gold = [
            EntitySpan(type: "person", range: 0..<5), EntitySpan(type: "person", range: 10..<15),
            EntitySpan(type: "loc", range: 20..<25),
        ]
        scores.count(
            predicted: [
                EntitySpan(type: "PERSON", range: 0..<5), EntitySpan(type: "PERSON", range: 14..<18),
                EntitySpan(type: "PERSON", range: 20..<25), EntitySpan(type: "DATE", range: 30..<30),
            ], gold: gold)
        scores.count(predicted: [], gold: [])
        #expect(scores.byType.map(\.type) == ["DATE", "LOC", "PERSON"])
        let person = scores.byType[2].counts
        #expect(person.exactMeasure.precision == 1 / 3.0 && person.exactMeasure.recall == 0.5)
        #expect(person.exactMeasure.f1 == 0.4)
        #expect(person.overlappingMeasure.precision == 2 / 3.0 && person.overlappingMeasure.recall == 1)
        #expect(scores.byType[0].counts.exactMeasure == .init(hits: 0, of: 1, found: 0, of: 0))
        #expect(scores.byType[1].counts.exactMeasure.precision == nil)
        #expect(scores.byType[1].counts.exactMeasure.f1 == 0)
        #expect(scores.total.predicted == 4 && scores.total.gold == 3 && scores.total.exact == 1)
    }

    @Test(
        "masks over the gold spans of real sentences are found again, nearly all to the character",
        .enabled(if: FileManager.default.fileExists(atPath: Fixtures.sharedData("pii_spans.json").path)),
        arguments: ["pii_spans.json", "wnut17_test.conll"])
    func real(name: String) throws {
        let (texts, _) = try SourceReader(path: Fixtures.sharedData(name).path).texts()
        var scores = SpanScores()
        for text in texts {
            let gold = text.spans ?? []
            scores.count(
                predicted: MaskedText.spans(of: MaskedText.mask(text.text, gold), in: text.text, expecting: gold),
                gold: gold)
        }
        let exact = try #require(scores.total.exactMeasure.f1)
        let overlapping = try #require(scores.total.overlappingMeasure.f1)
        #expect(exact > 0.98 && overlapping > 0.99, "\(exact) \(overlapping)")
    }
}
