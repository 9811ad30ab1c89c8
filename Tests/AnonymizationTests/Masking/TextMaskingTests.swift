import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

@testable import Anonymization

@Suite("Masking by a model")
struct TextMaskingTests {
    private static let text = "I am Ann, 29, from Leeds."
    private static let whole = "I am <PERSON>, <AGE>, from <LOCATION>."
    private static let types = ["person", "LOCATION", "Age"]

    private func masked(
        _ text: String = text, retries: Int = 2, _ answers: String...
    ) async throws -> (result: MaskingResult, model: RecordingModel) {
        let model = RecordingModel { _, index in
            let answer = answers[min(index, answers.count - 1)]
            return ChatReply("#\n" + answer, isComplete: !answer.hasSuffix("…"))
        }
        let settings = MaskingSettings(types: Self.types, answers: AnswerSettings(retries: retries))
        return (try await TextMasking(model, settings: settings).mask(text), model)
    }

    @Test("the model is asked as it was taught, with the types in alphabetical order")
    func question() async throws {
        let (result, model) = try await masked(Self.text, Self.whole)
        #expect(result.text == Self.whole && result.reviewReasons.isEmpty)
        #expect(result.spans.map(\.type) == ["PERSON", "AGE", "LOCATION"])
        #expect(model.requests.map(\.messages) == [RolePrompt.mask(Self.text, types: ["AGE", "LOCATION", "PERSON"])])
        #expect(model.requests[0].temperature == 0)
    }

    @Test("an answer that changed other words too gives its masks alone, and is marked")
    func repaired() async throws {
        let (result, model) = try await masked(Self.text, "Hi, I am <PERSON>, <AGE>, from <LOCATION>.")
        #expect(result.text == Self.whole && result.reviewReasons == [.otherChanges] && model.requests.count == 1)
    }

    @Test("masks that cannot be placed are asked for again, differently, and an exact answer is taken")
    func again() async throws {
        let (result, model) = try await masked(Self.text, "<PERSON> is from a town.", "cut off…", Self.whole)
        #expect(result.text == Self.whole && result.reviewReasons.isEmpty)
        #expect(Set(model.requests.map(\.seed)).count == 3)
        #expect(model.requests.map(\.temperature) == [0, 0.7, 0.7])
    }

    @Test("after all tries the answer of which most masks can be placed is taken, and marked")
    func best() async throws {
        let (result, model) = try await masked(
            Self.text, retries: 2, "No.", "I am <PERSON>, <AGE>, out of our <LOCATION> place.", "<PERSON> is it.")
        #expect(result.text == "I am <PERSON>, <AGE>, from Leeds." && model.requests.count == 3)
        #expect(result.reviewReasons == [.otherChanges, .lostMasks(1, of: 3)])
        let (nothing, _) = try await masked(Self.text, retries: 1, "Sure!", "I am somebody.")
        #expect(nothing.text == Self.text && nothing.spans.isEmpty)
        guard case .notMasked(let reason)? = nothing.reviewReasons.first, nothing.reviewReasons.count == 1 else {
            Issue.record("\(nothing.reviewReasons)")
            return
        }
        #expect(!reason.contains("somebody"))
    }

    @Test("an unchanged answer says that there is nothing to mask; a mask for nearly everything is marked")
    func extremes() async throws {
        let (nothing, _) = try await masked("It rains.", "It rains.")
        #expect(nothing.text == "It rains." && nothing.reviewReasons.isEmpty)
        let long = String(repeating: "word ", count: 30) + "end."
        let (everything, _) = try await masked(long, "<PERSON>")
        #expect(everything.text == "<PERSON>" && everything.reviewReasons == [.longMask(154)])
    }

    @Test("a text of blanks is marked and never sent; a refusal leaves the text as it is; no model ends everything")
    func unanswered() async throws {
        let (blank, model) = try await masked(" \n", "x")
        #expect(blank == MaskingResult(" \n", reviewReasons: [.emptyText]) && model.requests.isEmpty)
        let refusing = RecordingModel { _, _ in throw ChatRefusal("too long") }
        let refused = try await TextMasking(refusing).mask(Self.text)
        #expect(refused.text == Self.text && refused.reviewReasons == [.notMasked("too long")])
        #expect(refusing.requests.count == 1)
        let absent = RecordingModel { _, _ in throw InputError(.tryAgain, at: "model", "is gone") }
        await #expect(throws: InputError.self) { try await TextMasking(absent).mask(Self.text) }
    }

    @Test("a line keeps the record's fields but for its text and spans, and says where masks lie, not over what")
    func line() async throws {
        let (result, model) = try await masked(Self.text, Self.whole)
        let members = [
            ("truth", #"{"age": 29}"#), ("spans", "[1]"), ("mask", "2"), ("language", #""en""#),
        ].map { JSONValue.Member($0, try! JSONValue(parsing: Array($1.utf8), file: "test")) }
        let masking = TextMasking(model, settings: MaskingSettings(types: Self.types))
        let line = masking.jsonLine(of: result, TextRecord(id: "7", text: Self.text, fields: members))
        #expect(
            line == """
                {"id": "7", "truth": {"age": 29}, "language": "en", "mask": ["AGE", "LOCATION", "PERSON"], \
                "spans": [{"entity_type": "PERSON", "start_position": 5, "end_position": 8}, \
                {"entity_type": "AGE", "start_position": 10, "end_position": 12}, \
                {"entity_type": "LOCATION", "start_position": 19, "end_position": 24}], \
                "text": "I am <PERSON>, <AGE>, from <LOCATION>.", "needs_review": []}
                """)
        let row = MaskedRow(try JSONValue(parsing: Array(line.utf8), file: "line"))
        #expect(row?.fits(Self.text) == true && row?.fits("I am Ann, 29, from Derby.") == true)
        #expect(row?.fits("I am Ann, 29, from Leeds") == false && row?.fits("I am Ann") == false)
    }

    @Test("a file of masked texts is gone on with, and refused for other texts, types or rewriting")
    func output() async throws {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("out.jsonl").path
        let records = [TextRecord(id: "a", text: Self.text), TextRecord(id: "b", text: Self.text + " ")]
        let settings = MaskingSettings(types: Self.types)
        func run(_ records: [TextRecord], _ answer: String) async throws -> Int {
            let output = try AnonymizationOutput(path: path, records: records, settings: settings.named(digest: "m"))
            let masking = TextMasking(RecordingModel("#\n" + answer), settings: settings)
            try await AnonymizationRun(masking).anonymize(records, to: output)
            return output.done
        }
        #expect(try await run([records[0]], Self.whole) == 0)
        #expect(try await run(records, Self.whole) == 1)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(try await run(records, "never asked") == 2)
        await #expect(throws: InputError.self) {
            try await run([TextRecord(id: "a", text: "I am Ann, 29, in Leeds."), records[1]], Self.whole)
        }
        for other in [
            MaskingSettings(types: ["AGE"]).named(digest: "m"), settings.named(digest: "n"),
            RefinementSettings().named(digest: "m"),
        ] {
            #expect(throws: InputError.self) {
                _ = try AnonymizationOutput(path: path, records: records, settings: other)
            }
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
    }

    @Test("types are named as masks name them; what cannot stand in a mask is none")
    func types() {
        #expect(MaskingSettings(types: ["phone-number", "Age", "AGE"]).types == ["AGE", "PHONE_NUMBER"])
        #expect(MaskingSettings().types == MaskingRows.types)
        for name in ["", "  ", "人", "3", String(repeating: "A", count: 60)] {
            #expect(MaskingSettings.typeName(name) == nil, "\(name)")
        }
    }
}
