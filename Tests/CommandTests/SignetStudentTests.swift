import Files
import Foundation
import Signet
import TestSupport
import Testing

/// `signet anonymize` with a model that knows its roles, by both ways, and `signet evaluate` of what comes out.
@Suite("signet anonymize with a model that can")
struct SignetStudentTests {
    /// A model, and texts with what is to be masked in them.
    private struct Bench {
        let model: AnsweringModel
        let folder: URL
        let input: String

        init(_ folder: URL) throws {
            self.folder = folder
            model = try AnsweringModel.student()
            input = try folder.file(
                "in.jsonl",
                #"{"id": "a", "kept": [1.0], "text": "\#(AnsweringModel.text)", "truth": {"age": 29, "location": "Leeds, England"}, "spans": [{"label": "age", "start": 5, "end": 7}, {"label": "location", "start": 20, "end": 25}]}"#,
                #"{"id": "b", "text": "\#(AnsweringModel.plainText)", "truth": {}, "spans": []}"#)
        }

        func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

        func anonymize(_ out: String, _ more: String...) throws -> (run: ProgramRun, lines: [JSONValue]) {
            let run = try ProgramRun.of(
                "signet", ["anonymize", "--model", model.url.path, input, "--out", path(out)] + more)
            #expect(run.status == 0 && run.errors == "", "\(run.errors)")
            let text = try String(contentsOfFile: path(out), encoding: .utf8)
            return (run, try text.split(separator: "\n").map { try JSONValue(text: String($0)) })
        }
    }

    @Test("a text is rewritten round by round until nothing is inferred, and what comes out is evaluated")
    func rewriting() throws {
        try withFolder { folder in
            let bench = try Bench(folder)
            let (run, lines) = try bench.anonymize("out.jsonl")
            #expect(lines.map { $0["text"]?.string } == [AnsweringModel.rewritten[1], AnsweringModel.plainText])
            #expect(lines.allSatisfy { $0["needs_review"]?.array?.isEmpty == true })
            let rounds = try #require(lines[0]["rounds"]?.array)
            #expect(rounds.map { $0["text"]?.string } == [AnsweringModel.text] + AnsweringModel.rewritten)
            #expect(rounds.map { $0["privacy"]?.array?.count } == [2, 1, 0])
            #expect(rounds[1]["utility"]?["meaning"]?["score"]?.integer == 9)
            #expect(run.lines.contains { $0.hasPrefix("1/2  rounds 2  inferable 2 -> 0  utility 0.97") })
            #expect(run.lines.last == "done: 2 texts; 0 of 2 need a human's eye")
            let report = try signet("evaluate", bench.path("out.jsonl"), "--json", "--bootstrap", "0").json()[0]
            let methods = try #require(report["methods"]?.array)
            #expect(methods.map { $0["privacy"]?["value"]?.double } == [1, 1, 0.5, 0])
            let shown = try signet(
                "anonymize", "--model", bench.model.url.path, bench.input, "--format", "text", "--protect", "age")
            #expect(shown.lines[1] == "I am [-29-]{+an adult+} and live in Leeds.")
        }
    }

    @Test("--mask masks and changes nothing else; evaluate scores the masks against the spans")
    func masking() throws {
        try withFolder { folder in
            let bench = try Bench(folder)
            let (run, lines) = try bench.anonymize("masked.jsonl", "--mask", "location,age")
            #expect(lines.map { $0["text"]?.string } == ["I am <AGE> and live in <LOCATION>.", "It rains."])
            #expect(
                lines[0].members?.map(\.key) == ["id", "kept", "truth", "mask", "spans", "text", "needs_review"])
            #expect(lines[0]["kept"]?.compactText == "[1.0]")
            #expect(lines[0]["mask"]?.compactText == #"["AGE", "LOCATION"]"#)
            #expect(lines.allSatisfy { $0["needs_review"]?.array?.isEmpty == true })
            let masks = try #require(lines[0]["spans"]?.array)
            #expect(masks.map { $0["start_position"]?.integer } == [5, 20])
            #expect(masks.allSatisfy { $0["entity_value"] == nil })
            #expect(run.lines.contains { $0.hasPrefix("1/2  masks 2") } && !run.output.contains("Leeds"))
            // Again: nothing is left to do, and another list of types is another file.
            #expect(try bench.anonymize("masked.jsonl", "--mask", "AGE,LOCATION").run.machineLines.isEmpty)
            let again = [
                "anonymize", "--model", bench.model.url.path, bench.input, "--out", bench.path("masked.jsonl"),
            ]
            try signetFails(again + ["--mask", "AGE"], 78, "mask AGE, found some with AGE,LOCATION")
            try signetFails(again, 78, "protect")

            let report = try signet(
                "evaluate", bench.path("masked.jsonl"), "--gold", bench.input, "--json", "--bootstrap", "0"
            ).json()[0]
            let masked = try #require(report["methods"]?.array?.last)
            #expect(masked["name"]?.string == "Masked")
            let scores = try #require(masked["spans"]?["all"])
            #expect(scores["gold"]?.integer == 2 && scores["masks"]?.integer == 2)
            for measure in ["precision", "recall", "f1"] { #expect(scores["exact"]?[measure]?.double == 1) }
            let text = try signet("evaluate", bench.path("masked.jsonl"), "--gold", bench.input)
            #expect(text.output.contains("Masks against gold spans:"))
            try signetFails(["evaluate", bench.path("masked.jsonl")], 65, "--gold")
        }
    }

    @Test("--mask with options of rewriting, or kinds that are none, is refused")
    func options() throws {
        let common = ["anonymize", "--model", Golden.model, Golden.rows, "--out", "/nowhere/out", "--mask"]
        for option in [["--rounds", "2"], ["--protect", "age"], ["--certainty", "3"], ["--utility-floor", "0.5"]] {
            try signetFails(common + ["AGE"] + option, 64, "\(option[0]): is for rewriting")
        }
        try signetFails(common + ["AGE,,URL"], 64, "--mask: expected kinds such as")
        try signetFails(common + ["氏名"], 64, "--mask")
    }
}
