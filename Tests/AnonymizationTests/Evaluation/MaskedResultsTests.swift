import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Anonymization

@Suite("Evaluation of masked texts")
struct MaskedResultsTests {
    private let folder: URL
    private let gold: String

    init() throws {
        folder = try Fixtures.temporaryFolder()
        let url = folder.appendingPathComponent("gold.jsonl")
        let lines = [
            #"{"id": "a", "profile": "p", "truth": {"age": 29}, "text": "我是李娜，29岁。", "spans": [{"label": "PERSON", "start": 2, "end": 4}, {"label": "AGE", "start": 5, "end": 7}]}"#,
            #"{"id": "b", "text": "It rains.", "spans": []}"#,
        ]
        try Data(lines.joined(separator: "\n").utf8).write(to: url)
        gold = url.path
    }

    /// What masking writes for answers of a model.
    private func masked(_ name: String, _ answers: [String], originals: [String]? = nil) async throws -> String {
        let url = folder.appendingPathComponent(name)
        let settings = MaskingSettings(types: ["PERSON", "AGE"])
        var lines: [String] = []
        for (answer, text) in zip(answers, originals ?? ["我是李娜，29岁。", "It rains."]) {
            let masking = TextMasking(RecordingModel("#\n" + answer), settings: settings)
            let result = try await masking.mask(text)
            lines.append(masking.jsonLine(of: result, TextRecord(id: lines.isEmpty ? "a" : "b", text: text)))
        }
        try Data(lines.joined(separator: "\n").utf8).write(to: url)
        return url.path
    }

    private func report(_ results: [String], baselines: [(String, String)] = []) async throws -> EvaluationReport {
        let files = EvaluationFiles(
            results: results, baselines: baselines.map { (name: $0.0, path: $0.1) }, gold: gold)
        return try await Evaluation(files, models: nil, bootstrap: Bootstrap(replicates: 10)).report()
    }

    @Test("masks are scored where the file says they are, in scripts without blanks too")
    func scores() async throws {
        let whole = try await masked("whole", ["我是<PERSON>，<AGE>岁。", "It rains."])
        let rows = try await report([whole]).rows
        #expect(rows.map(\.name) == ["Original", "Identity", "Gold spans masked", "Masked"])
        #expect(rows[3].spans == rows[2].spans && rows[3].spans?.total.exactMeasure.f1 == 1)
        #expect(rows.allSatisfy { $0.privacy == nil } && rows[0].utility?.value == 1 && rows[3].utility == nil)
        let part = try await masked("part", ["我是<PERSON>，29岁。", "It <AGE>."])
        let measure = try #require(try await report([part]).rows[3].spans?.total.exactMeasure)
        #expect(measure.precision == 0.5 && measure.recall == 0.5)
    }

    @Test("several files are runs, and masked texts may be a baseline of rewritten ones")
    func runs() async throws {
        let whole = try await masked("whole.jsonl", ["我是<PERSON>，<AGE>岁。", "It rains."])
        let part = try await masked("part.jsonl", ["我是<PERSON>，29岁。", "It rains."])
        let both = try await report([whole, part])
        #expect(both.runCount == 2 && both.rows[3].spans?.total.exact == 3)
        #expect(both.rows[3].consistency?.identicalTexts == 0.5)
        let url = folder.appendingPathComponent("rewritten.jsonl")
        let trajectories = [("a", "我是李娜，29岁。"), ("b", "It rains.")].map { id, text in
            Trajectory(
                id: id, profile: "p", truth: [:],
                states: [AnonymizationState(text: text, inferences: [], judgement: .original)]
            ).jsonLine
        }
        try Data(trajectories.joined(separator: "\n").utf8).write(to: url)
        let rows = try await report([url.path], baselines: [("Masks", part)]).rows
        #expect(rows.map(\.name) == ["Original", "Identity", "Gold spans masked", "Masks"])
        #expect(rows[3].spans?.total.exact == 1)
        await #expect(throws: InputError.self) { try await report([url.path, part]) }
    }

    @Test("masked texts without their originals, or of others, are refused with the file's name")
    func errors() async throws {
        let whole = try await masked("whole.jsonl", ["我是<PERSON>，<AGE>岁。", "It rains."])
        let alone = #expect(throws: InputError.self) { try EvaluationSet.read(EvaluationFiles(results: [whole])) }
        #expect(alone?.description.contains("--gold") == true)
        let other = try await masked(
            "other.jsonl", ["I am <PERSON>.", "It rains."], originals: ["I am Ann.", "It rains."])
        let foreign = #expect(throws: InputError.self) {
            try EvaluationSet.read(EvaluationFiles(results: [other], gold: gold))
        }
        #expect(foreign?.description.contains("other.jsonl") == true)
        #expect(try SourceFormat(of: whole) == .masked)
        #expect(try SourceReader(path: whole).texts().texts.map(\.text) == ["我是<PERSON>，<AGE>岁。", "It rains."])
    }
}
