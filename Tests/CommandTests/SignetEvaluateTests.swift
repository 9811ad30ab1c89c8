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
            let models = try self.models(server, folder)
            for paid in [8, 0] {
                let run = try ProgramRun.of("signet", ["evaluate", results, "--models", models, "--json"])
                #expect(run.status == 0)
                // Progress and costs are beside the report, which is alone.
                let usage = try #require(run.errors.split(separator: "\n").last)
                #expect(usage.contains("(model m): \(paid) requests, 0 of them again, \(paid) replies"), "\(usage)")
                #expect(usage.contains(paid > 0 ? "cost 0.1600" : "cost 0.0000 now, 0.1600 in all"), "\(usage)")
                #expect(run.errors.contains("4/4  inferences") && run.errors.contains("4/4  judgements"))
                let quiet = try ProgramRun.of("signet", ["evaluate", results, "--models", models, "--json", "--quiet"])
                #expect(quiet.output == run.output && quiet.errors.split(separator: "\n").count == 1)
                let methods = try #require(try run.json()[0]["methods"]?.array)
                #expect(methods.map { $0["privacy"]?["value"]?.double } == [1, 1, 0])
                #expect(methods.map { $0["utility"]?["value"]?.double } == [1, 2 / 3.0, 2 / 3.0])
            }
        }
        await server.stop()
        try result.get()
        // Four texts, and four pairs of an original with itself or its version.
        #expect(asked.withLock(\.count) == 8 && Set(asked.withLock { $0 }).count == 8)
    }

    /// A file of models that one endpoint plays.
    private func models(_ server: EndpointTestServer, _ folder: URL) throws -> String {
        let role = """
            {"endpoint": {"base_url": "\(server.baseURL)", "model": "m", "max_concurrent_requests": 2,
             "price_per_million_prompt_tokens": 1000, "price_per_million_completion_tokens": 2000}}
            """
        return try folder.file("models.json", #"{"adversary": \#(role), "judge": \#(role)}"#)
    }

    @Test("asked to stop, it keeps what was answered, says how to go on, and goes on", arguments: [SIGINT, SIGTERM])
    func stopped(signal: Int32) async throws {
        let victim = Mutex<TrainProcess?>(nil)
        let isSlow = Mutex(true)
        let server = try await EndpointTestServer { request in
            if request.index == 9 { victim.withLock { $0?.send(signal) } }
            // No process does all the rest before it sees the signal.
            if request.index > 9, isSlow.withLock({ $0 }) { try? await Task.sleep(for: .seconds(1)) }
            return .completion(
                request.contents.last?.hasPrefix("Original:") == true
                    ? #"{"readability": 5, "meaning": 5, "hallucination": 1}"# : "None")
        }
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = Result {
            let results = folder.appendingPathComponent("r.jsonl")
            let lines = (0..<40).map { trajectory("\($0)", guess: "30") + "\n" }
            try Data(lines.joined().utf8).write(to: results)
            let arguments = ["evaluate", results.path, "--models", try models(server, folder), "--bootstrap", "10"]
            let process = try victim.withLock { process in
                let started = try TrainProcess(arguments, program: "signet")
                process = started
                return started
            }
            let outcome = try process.wait()
            #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.output)")
            #expect(outcome.errorLines.last == "stopped; the same command goes on from here", "\(outcome.errors)")
            #expect(outcome.errorLines.contains { $0.contains("(model m): \(server.requests.count) requests") })
            #expect(server.requests.count < 160)
            isSlow.withLock { $0 = false }
            let rest = try ProgramRun.of("signet", arguments)
            #expect(rest.status == 0 && rest.lines[0].hasPrefix("40 texts"))
            // Eighty texts and as many pairs, each asked about once.
            #expect(server.requests.count == 160 && Set(server.requests.map(\.identifier)).count == 160)
        }
        await server.stop()
        try result.get()
    }

    @Test("wrong usage, missing files and bad data end with their status and one line")
    func errors() throws {
        try withFolder { folder in
            let results = try folder.file("r.jsonl", trajectory("a", guess: "60"))
            try signetFails(["evaluate"], 64, "results")
            try signetFails(["evaluate", results, "--baseline", "x"], 64, "NAME=FILE")
            try signetFails(["evaluate", results, "--certainty", "6"], 64, "--certainty")
            try signetFails(["evaluate", results, "--bootstrap", "-1"], 64, "bootstrap")
            try signetFails(["evaluate", results, "--bootstrap", "100001"], 64, "from 0 to 100000, found 100001")
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
