import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

@testable import Anonymization

@Suite("Files of an evaluation")
struct EvaluationFilesTests {
    private let folder: URL

    init() throws { folder = try Fixtures.temporaryFolder() }

    private func file(_ name: String, _ lines: String...) throws -> String {
        let url = folder.appendingPathComponent(name)
        try Data(lines.joined(separator: "\n").utf8).write(to: url)
        return url.path
    }

    private func line(_ id: String, _ texts: [String], truth: String = #""age": 30"#) -> String {
        let states = texts.map {
            #"{"text": "\#($0)", "privacy": [{"type": "age", "guess": ["30"], "certainty": 5}], "#
                + #""utility": {"readability": 9, "meaning": 9, "hallucinations": 1}}"#
        }
        return
            #"{"id": "\#(id)", "author": "p\#(id)", "truth": {\#(truth)}, "texts": [\#(states.joined(separator: ", "))]}"#
    }

    private func names(_ set: EvaluationSet) -> [String] { set.methods.map(\.name) }

    @Test("texts that finish early keep their last version, and only texts that all files have are compared")
    func join() throws {
        let run = try file(
            "a.jsonl", line("1", ["a", "a1", "a2"]), line("2", ["b", "b1"]), line("3", ["c"]), line("4", ["d"]))
        let second = try file("b.jsonl", line("2", ["b"]), line("1", ["a", "a3"]), line("3", ["c", "c3"]))
        let baseline = try file("c.csv", "id,text", "1,x", "2,y", "9,z")
        let (set, report) = try EvaluationSet.read(
            EvaluationFiles(results: [run, second], baselines: [("Other", baseline)]))
        #expect(set.texts.map(\.id) == ["1", "2"] && set.texts.map(\.profile) == ["p1", "p2"])
        #expect(names(set) == ["Original", "Identity", "Other", "Iteration 1", "Iteration 2"])
        #expect(set.methods[2].runs.map { $0.map(\.text) } == [["x", "y"]])
        #expect(set.methods[2].runs[0][0].inferences == nil && set.methods[2].runs[0][0].judgement == nil)
        #expect(set.methods[3].runs.map { $0.map(\.text) } == [["a1", "b1"], ["a3", "b"]])
        #expect(set.methods[4].runs.map { $0.map(\.text) } == [["a2", "b1"], ["a3", "b"]])
        #expect(report.counts.map(\.count) == [1, 1])
    }

    @Test("every run is held against its own inferences of the originals, in whatever order the files come")
    func ownOriginals() throws {
        let blind = line("1", ["a", "a1"]).replacing(#""guess": ["30"]"#, with: #""guess": ["80"]"#)
        let files = [try file("a.jsonl", line("1", ["a", "a1"])), try file("b.jsonl", blind)]
        let reports = try [files, files.reversed()].map { files in
            EvaluationReport(
                EvaluationScores(try EvaluationSet.read(EvaluationFiles(results: files)).set),
                bootstrap: Bootstrap(replicates: 0))
        }
        for report in reports {
            #expect(report.rows.map { $0.privacy?.value } == [0.5, 0.5, 0.5])
        }
        #expect(reports[0].rows.map { $0.overall?.value } == reports[1].rows.map { $0.overall?.value })
    }

    @Test("gold texts say what is given away and what has to be masked")
    func gold() throws {
        let run = try file("a.jsonl", line("c", ["I am Ann", "I am <X>"]), line("d", ["e"]))
        let labels = try file(
            "gold.jsonl",
            #"{"id": "c", "author": "q", "profile": {"age": 44, "sex": "male"}, "text": "I am Ann", "guesses": [{"feature": "sex", "hardness": 1, "certainty": 3}, {"feature": "age", "hardness": 1, "certainty": 2}]}"#,
            #"{"id": "d", "author": "q", "profile": {}, "text": "e", "guesses": null}"#)
        let labelled = try EvaluationSet.read(EvaluationFiles(results: [run], gold: labels)).set
        #expect(labelled.texts[0].truth == [.gender: "male"] && labelled.texts[0].profile == "q")
        #expect(!names(labelled).contains("Gold spans masked"))
        let all = try EvaluationSet.read(EvaluationFiles(results: [run], gold: labels, certainty: 0)).set
        #expect(all.texts[0].truth == [.gender: "male", .age: "44"])
        let spans = try file(
            "spans.jsonl", #"{"id": "c", "text": "I am Ann", "spans": [{"label": "name", "start": 5, "end": 8}]}"#)
        let marked = try EvaluationSet.read(EvaluationFiles(results: [run], gold: spans)).set
        #expect(marked.texts.map(\.id) == ["c"] && marked.texts[0].truth == [.age: "30"])
        #expect(names(marked) == ["Original", "Identity", "Gold spans masked", "Iteration 1"])
        #expect(marked.methods[2].runs[0][0].text == "I am <NAME>")
        #expect(marked.methods[2].runs[0][0].masks == [EntitySpan(type: "name", range: 5..<8)])
    }

    @Test("true values that no guess can be compared with are left out and counted")
    func incomparable() throws {
        let run = try file(
            "a.jsonl", line("1", ["a"], truth: #""age": "old", "income": "middle", "education": "life""#))
        let (set, report) = try EvaluationSet.read(EvaluationFiles(results: [run]))
        #expect(set.texts[0].truth == [.income: "middle"] && report.counts.map(\.count) == [1, 1])
    }

    @Test("other originals under an id, ids that come twice and files without a common text are errors")
    func errors() throws {
        let run = try file("a.jsonl", line("1", ["a"]))
        for (other, word) in [
            (line("1", ["b"]), "original"), (line("2", ["a"]), "none"),
            (line("1", ["a"]) + "\n" + line("1", ["a"]), "again"),
        ] {
            let second = try file("b.jsonl", other)
            let error = #expect(throws: InputError.self) {
                try EvaluationSet.read(EvaluationFiles(results: [run, second]))
            }
            #expect(error?.exitCode == .data && error?.message.contains(word) == true, "\(word)")
        }
        let gold = try file("gold.jsonl", #"{"id": "1", "text": "z", "spans": []}"#)
        #expect(throws: InputError.self) { try EvaluationSet.read(EvaluationFiles(results: [run], gold: gold)) }
    }

    @Test("what refinement writes is read back, with its truth and profile")
    func refined() throws {
        func state(_ text: String, _ judgement: UtilityJudgement) -> AnonymizationState {
            AnonymizationState(text: text, inferences: [.guess(.age, "30")], judgement: judgement)
        }
        let judgement = UtilityJudgement(
            readability: .init(score: 3), meaning: .init(score: 4), hallucination: .init(score: 0))
        let record = TextRecord(
            id: "7", text: "a",
            fields: [
                .init("author", .string("p")), .init("truth", .object([.init("age", .number(31))])),
                .init("text", .string("a")),
            ])
        let refined = RefinedText(
            rounds: [.init(state("a", .original)), .init(state("b", judgement))], reviewReasons: [.invention])
        let path = try file("r.jsonl", refined.json(of: record, protected: [.age]).compactText)
        let set = try EvaluationSet.read(EvaluationFiles(results: [path])).set
        #expect(set.texts == [.init(id: "7", profile: "p", original: "a", truth: [.age: "31"])])
        #expect(set.methods.last?.runs == [[.init(state("b", judgement))]])
        #expect(try SourceFormat(of: path) == .trajectories)
    }

    @Test("a text whose inferences could not be read is left out and counted, not taken as private")
    func notExamined() async throws {
        let settings = RefinementSettings(retries: 0)
        var lines: [String] = []
        for (number, text) in ["I am 29.", "I am 29 and shy."].enumerated() {
            let model = ScriptedChatModel { role, request in
                role == .adversary && text.hasSuffix("shy.") ? "no idea" : diligentAnswer(role, request)
            }
            let record = TextRecord(
                id: "\(number)", text: text, fields: [.init("truth", .object([.init("age", .number(29))]))])
            let refined = try await SelfRefinement(model, settings: settings).refine(text)
            lines.append(refined.json(of: record, protected: settings.protected).compactText)
        }
        let path = try file("r.jsonl", lines.joined(separator: "\n"))
        let report = try await Evaluation(EvaluationFiles(results: [path]), models: nil).report()
        #expect(report.textCount == 1 && report.rows[0].privacy?.value == 1)
        #expect(report.notes.contains { $0.contains("its original is not known") })
    }

    @Test(
        "the real trajectories give every attribute's accuracy and an overall score for each round",
        .enabled(if: FileManager.default.fileExists(atPath: Fixtures.sharedData("trajectories.jsonl").path)))
    func real() async throws {
        let path = Fixtures.sharedData("trajectories.jsonl").path
        let report = try await Evaluation(EvaluationFiles(results: [path]), models: nil).report()
        #expect(report.textCount == 77 && report.profileCount == 9 && report.rows[0].tally.labelCount == 77)
        #expect(report.rows.map(\.name).suffix(5) == (1...5).map { "Iteration \($0)" })
        #expect(report.rows[0].overall?.value == 0)
        for row in report.rows {
            let overall = try #require(row.overall)
            let (privacy, utility) = (try #require(row.privacy), try #require(row.utility))
            let before = try #require(report.rows[0].privacy?.value)
            #expect(overall.value == utility.value - privacy.value / before)
            #expect(privacy.interval?.contains(privacy.value) == true)
        }
    }
}
