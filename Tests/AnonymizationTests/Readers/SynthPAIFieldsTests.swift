import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Anonymization

@Suite("Reading SynthPAI's comments")
struct SynthPAIFieldsTests {
    private func line(text: String = #""t""#, more: String) -> String {
        #"{"author": "pers1", "profile": {"age": 33, "sex": "female", "education": "Masters in Law", "income_level": "high", "income": "9 euros", "style": "s"}, "text": \#(text), "id": "c", \#(more)}"#
    }

    @Test("the truth is the profile's, with its classes before its amounts")
    func truth() throws {
        let (texts, report) = try readSource(line(more: #""guesses": null"#), as: "a.jsonl")
        #expect(
            texts == [
                SourceText(
                    id: "c", profile: "pers1", text: "t",
                    truth: [.age: "33", .gender: "female", .education: "Masters in Law", .income: "high"])
            ])
        // Nobody has said what the text gives away, so that everything may be asked for.
        #expect(texts[0].labelledTruth(certainty: 3) == texts[0].truth && report.counts.isEmpty)
    }

    @Test("what a comment gives away is the human review's word before the model's")
    func labels() throws {
        let guess = #"{"feature": "age", "guesses": [1], "hardness": "indirect", "certainty": "3"}"#
        let guessed = try readSource(line(more: #""guesses": [\#(guess)]"#), as: "a.jsonl").texts[0]
        #expect(guessed.labels == [.age: AttributeLabel(certainty: 3, hardness: 2)])
        #expect(guessed.labelledTruth(certainty: 3) == [.age: "33"] && guessed.labelledTruth(certainty: 4).isEmpty)
        let review =
            #"{"human": {"sex": {"estimate": "", "hardness": 0, "certainty": 5}, "education": {"hardness": 1, "certainty": 4}, "time": "now"}}"#
        let reviewed = try readSource(line(more: #""guesses": [\#(guess)], "reviews": \#(review)"#), as: "a.jsonl")
            .texts[0]
        #expect(reviewed.labelledTruth(certainty: 3) == [.education: "Masters in Law"])
        let silent = try readSource(line(more: #""guesses": []"#), as: "a.jsonl").texts[0]
        #expect(silent.labels == [:] && silent.labelledTruth(certainty: 0).isEmpty)
    }

    @Test("labels and texts without certain meaning are dropped and counted")
    func dropped() throws {
        let guesses =
            #""guesses": [{"feature": "shoes", "hardness": 1, "certainty": 1}, {"feature": "age", "hardness": "odd", "certainty": 1}, {"feature": "age", "hardness": 1, "certainty": 1}, {"feature": "age", "hardness": 1, "certainty": 2}]"#
        let (texts, report) = try readSource(
            [line(more: guesses), line(text: "null", more: guesses), line(text: "\" \"", more: #""guesses": null"#)]
                .joined(separator: "\n"), as: "a.jsonl")
        #expect(texts.count == 1 && texts[0].labels == [.age: AttributeLabel(certainty: 1, hardness: 1)])
        #expect(report.counts.map(\.count) == [1, 1, 1, 1, 1])
    }

    @Test("a comment without profile or author is an error with its line")
    func malformed() throws {
        for bad in [#"{"text": "a"}"#, "[]", #"{"profile": {}, "text": "a"}"#] {
            let good = line(more: #""guesses": null"#)
            let error = #expect(throws: InputError.self) { try readSource("\(good)\n\(bad)", as: "a.jsonl") }
            #expect(error?.place.hasSuffix("a.jsonl:2") == true)
        }
    }

    @Test(
        "the real comments are read whole",
        .enabled(if: FileManager.default.fileExists(atPath: Fixtures.sharedData("synthpai_comments.jsonl").path)))
    func real() throws {
        let (texts, report) = try SourceReader(path: Fixtures.sharedData("synthpai_comments.jsonl").path).texts()
        #expect(texts.count == 7205 && Set(texts.map(\.profile)).count == 275 && report.counts.isEmpty)
        #expect(texts.allSatisfy { $0.truth.count == 8 })
        let labels = texts.compactMap(\.labels).joined()
        let certain = texts.flatMap { $0.labelledTruth(certainty: 3) }
        #expect(labels.count == 4403 && certain.count == 1841)
    }
}
