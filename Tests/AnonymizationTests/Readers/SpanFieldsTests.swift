import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Anonymization

@Suite("Reading texts with marked spans")
struct SpanFieldsTests {
    private static let first =
        #"{"full_text": "Zoë 👩‍💻 in Rome", "spans": [{"entity_type": "GPE", "entity_value": "Rome", "start_position": 11, "end_position": 15}, {"entity_type": "PERSON", "entity_value": "Zoë", "start_position": 0, "end_position": 3}]}"#
    private static let second =
        #"{"id": 9, "source_text": "A.", "privacy_mask": [{"label": "X", "value": "A", "start": 0, "end": 1}]}"#

    @Test("a list and lines are read alike, with offsets in Unicode scalars")
    func formats() throws {
        let list = try readSource("\n [\(Self.first),\n\(Self.second)]", as: "a.json")
        let lines = try readSource("\(Self.first)\n\n\(Self.second)\n", as: "a.jsonl", format: .spans)
        #expect(list.texts == lines.texts && list.report.counts.isEmpty)
        #expect(list.texts[0].spanTexts == ["PERSON: Zoë", "GPE: Rome"])
        #expect(list.texts[1].id == "9" && list.texts[1].spanTexts == ["X: A"])
    }

    @Test(
        "a text with a span that is not where it says is dropped and counted",
        arguments: [
            #"{"entity_type": "X", "start": 0, "end": 3}"#, #"{"entity_type": "X", "start": 1, "end": 1}"#,
            #"{"entity_type": "X", "start": -1, "end": 1}"#, #"{"entity_type": "", "start": 0, "end": 1}"#,
            #"{"entity_type": "X", "start": "0", "end": 1}"#, #"{"start": 0, "end": 1}"#,
            #"{"entity_type": "X", "value": "b", "start": 0, "end": 1}"#, "3",
        ])
    func misplaced(span: String) throws {
        let (texts, report) = try readSource(
            "[\(Self.second),\n{\"text\": \"ab\", \"spans\": [\(span)]}]", as: "a.json")
        #expect(texts.count == 1 && report.counts.map(\.count) == [1] && report.counts[0].firstPlace.hasSuffix(":2"))
    }

    @Test(
        "what is no text with spans is an error with its line",
        arguments: [#"{"text": "a"}"#, #"{"spans": []}"#, "[]", #"{"text": 1, "spans": []}"#, "{"])
    func malformed(object: String) throws {
        let error = #expect(throws: InputError.self) { try readSource("[\(Self.second),\n\(object)]", as: "a.json") }
        #expect(error?.place.hasSuffix("a.json:2") == true)
    }

    @Test(
        "Presidio's sentences are read whole",
        .enabled(if: FileManager.default.fileExists(atPath: Fixtures.sharedData("pii_spans.json").path)))
    func real() throws {
        let (texts, report) = try SourceReader(path: Fixtures.sharedData("pii_spans.json").path).texts()
        #expect(texts.count == 1500 && texts.compactMap(\.spans).joined().count == 2863 && report.counts.isEmpty)
        #expect(texts[0].spanTexts[0] == "ORGANIZATION: Persint")
    }
}
