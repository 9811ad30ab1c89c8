import EndpointTestServer
import Files
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("signet evaluate")
struct SignetEvaluateTests {
    private func trajectory(_ id: String, guess: String) -> String {
        let privacy = #"[{"type": "age", "guess": ["\#(guess)"], "certainty": 4}]"#
        return
            #"{"id": "\#(id)", "truth": {"age": 30}, "texts": [{"text": "I am 30 \#(id)", "privacy": [{"type": "age", "guess": ["30"], "certainty": 5}]}, {"text": "I am <AGE> \#(id)", "privacy": \#(privacy), "utility": {"readability": 10, "meaning": 8, "hallucinations": 1}}]}"#
    }

    @Test("the table is printed, and all four files are written beside it")
    func table() throws {
        try withFolder { folder in
            let results = try folder.file("r.jsonl", trajectory("a", guess: "60"), trajectory("b", guess: "33"))
            let gold = try folder.file(
                "gold.jsonl", #"{"id": "a", "text": "I am 30 a", "spans": [{"label": "AGE", "start": 5, "end": 7}]}"#,
                #"{"id": "b", "text": "I am 30 b", "spans": [{"label": "AGE", "start": 5, "end": 7}]}"#)
            let other = try folder.file("other.csv", "id,text", "a,gone", "b,gone")
            let out = folder.appendingPathComponent("report").path
            let run = try signet(
                "evaluate", results, "--gold", gold, "--baseline", "Other=\(other)", "--out", out, "--seed", "3")
            #expect(run.lines[0] == "2 texts of 2 profiles, 2 attributes given away, 1 run")
            #expect(run.lines.contains { $0.hasPrefix("Iteration 1") && $0.hasSuffix("0.433") })
            #expect(run.lines.contains { $0.hasPrefix("Gold spans masked") })
            #expect(run.output == (try String(contentsOfFile: out + "/report.txt", encoding: .utf8)))
            for name in ["report.csv", "report.json", "report.html"] {
                #expect(FileManager.default.fileExists(atPath: "\(out)/\(name)"))
            }
            let json = try signet("evaluate", results, "--json", "--bootstrap", "0").json()[0]
            let last = try #require(json["methods"]?.array?.last)
            #expect(last["privacy"]?["value"]?.double == 0.5 && last["privacy"]?["low"] == nil)
        }
    }

    @Test("models behind endpoints infer, judge and compare anew, and are paid once")
    func models() async throws {
        let asked = Mutex<[String]>([])
        let server = try await EndpointTestServer { request in
            let question = request.contents.last ?? ""
            asked.withLock { $0.append(question) }
            if question.hasPrefix("Original:") {
                return .completion(#"{"readability": 5, "meaning": 5, "hallucination": 1}"#)
            }
            return .completion(question.contains("I am 30") ? "Attribute: age\nGuesses: 31\nCertainty: 4" : "None")
        }
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = Result {
            let results = try folder.file("r.jsonl", trajectory("a", guess: "30"), trajectory("b", guess: "30"))
            let role = #"{"endpoint": {"base_url": "\#(server.baseURL)", "model": "m"}}"#
            let models = try folder.file("models.json", #"{"adversary": \#(role), "judge": \#(role)}"#)
            for _ in 0..<2 {
                let json = try signet("evaluate", results, "--models", models, "--json").json()[0]
                let methods = try #require(json["methods"]?.array)
                #expect(methods.map { $0["privacy"]?["value"]?.double } == [1, 1, 0])
                #expect(methods.map { $0["utility"]?["value"]?.double } == [1, 2 / 3.0, 2 / 3.0])
            }
        }
        await server.stop()
        try result.get()
        // Four texts, and four pairs of an original with itself or its version.
        #expect(asked.withLock(\.count) == 8 && Set(asked.withLock { $0 }).count == 8)
    }

    @Test("wrong usage, missing files and bad data end with their status and one line")
    func errors() throws {
        try withFolder { folder in
            let results = try folder.file("r.jsonl", trajectory("a", guess: "60"))
            try signetFails(["evaluate"], 64, "results")
            try signetFails(["evaluate", results, "--baseline", "x"], 64, "NAME=FILE")
            try signetFails(["evaluate", results, "--certainty", "6"], 64, "--certainty")
            try signetFails(["evaluate", results, "--bootstrap", "-1"], 64, "bootstrap")
            try signetFails(["evaluate", "/nowhere"], 66, "/nowhere")
            try signetFails(["evaluate", results, "--gold", "/nowhere.csv"], 66, "/nowhere.csv")
            try signetFails(["evaluate", results, "--models", "/nowhere.json"], 66, "/nowhere.json")
            for (models, text) in [
                (#"{"adversery": null}"#, "adversary"), (#"{"judge": {}}"#, "judge"), ("[]", "an object"),
                (#"{"adversary": {"model": {"path": "/nowhere"}, "adapter_path": 3}}"#, "adapter_path"),
            ] {
                try signetFails(
                    ["evaluate", results, "--models", try folder.file("m.json", models)], 78, text)
            }
            try signetFails(["evaluate", try folder.file("bad.jsonl", "[1]")], 65, "bad.jsonl:1")
        }
    }
}
