import Files
import Foundation
import Signet
import TestSupport
import Testing

@Suite("signet score")
struct SignetScoreTests {
    @Test(
        "scores held-out rows under a trained adapter as PyTorch and PEFT do",
        arguments: [
            ("plain", "plain", []), ("rslora", "rslora", []),
            ("nf4", "plain", ["--quantize", "nf4", "--no-double-quant"]),
        ] as [(String, String, [String])])
    func matchesGoldens(name: String, model: String, options: [String]) throws {
        let run = try ProgramRun.of(
            "signet",
            [
                "score", "--model", Golden.path("\(model)/model"), "--adapter", Golden.path("\(name)/final_adapter"),
                "--data", Golden.rows, "--json",
            ] + options)
        #expect(run.status == 0 && run.errors == "")
        let found = try run.json()
        let expected = try #require(try Golden.json("\(name)/eval.json")["rows"]?.array)
        #expect(found.count == expected.count)
        for (found, expected) in zip(found, expected) {
            #expect(found.members?.map(\.key) == ["num_tokens", "num_loss_tokens", "logp"])
            #expect(found["num_loss_tokens"]?.integer == expected["num_loss_tokens"]?.integer)
            let (one, other) = (try #require(found["logp"]?.double), try #require(expected["logp"]?.double))
            #expect(abs(one / other - 1) < 1e-5, "\(one) and \(other)")
        }
    }

    @Test("scores rows of every form, computed together, as the model's logits give each alone")
    func everyForm() throws {
        try withFolder { folder in
            let data = try folder.file(
                "rows.jsonl",
                #"{"messages": [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "Nobody."}]}"#,
                #"{"prompt": [{"role": "user", "content": "Who?"}], "#
                    + #""completion": [{"role": "assistant", "content": "Nobody."}]}"#,
                "", #"{"prompt": "I drive ", "completion": "a tram."}"#, #"{"text": "I drive a tram."}"#,
                #"{"text": ""}"#)
            let found = try signet("score", "--model", Golden.model, "--data", data, "--json").json()
            let location = try ModelLocation.open(URL(fileURLWithPath: Golden.model))
            let model = try LlamaModel(location, computeType: .float32)
            let encoder = RowEncoder(tokenizer: try Tokenizer(of: location))
            let rows = try DatasetReader(path: data).rows()
            #expect(found.count == rows.count && rows.count == 5)
            for (found, row) in zip(found, rows) {
                let row = try encoder.encode(row.row, line: row.line, path: data)
                #expect(found["num_tokens"]?.integer == row.tokens.count)
                #expect(found["num_loss_tokens"]?.integer == row.lossTokenCount)
                let logits = model.logits(tokens: row.tokens, plan: SegmentPlan(lengths: [row.tokens.count]))
                let expected = (row.lossStart..<max(row.lossStart, row.tokens.count)).reduce(0.0) { sum, position in
                    sum + logProbability(of: row.tokens[position], in: logits, row: position - 1)
                }
                let logp = try #require(found["logp"]?.double)
                #expect(abs(logp - expected) <= 1e-5 * max(1, abs(expected)), "\(logp) and \(expected)")
            }
            #expect(found[0].compactText == found[1].compactText)
            #expect(found[4]["num_loss_tokens"]?.integer == 0 && found[4]["logp"]?.double == 0)
        }
    }

    private func logProbability(of token: Int32, in logits: Tensor, row: Int) -> Double {
        let width = logits.shape[1]
        let scores = logits.floats[row * width..<(row + 1) * width].map(Double.init)
        let largest = scores.max()!
        return scores[Int(token)] - largest - log(scores.reduce(0) { $0 + exp($1 - largest) })
    }

    @Test("in bfloat16 gives nearly the same, and not exactly the same")
    func bfloat16() throws {
        func scores(_ type: String) throws -> [Double] {
            let run = try signet(
                "score", "--model", Golden.model, "--data", Golden.rows, "--json", "--compute-dtype", type)
            return try run.json().compactMap { $0["logp"]?.double }
        }
        let (exact, rounded) = (try scores("float32"), try scores("bfloat16"))
        #expect(exact.count == 4 && rounded.count == 4 && exact != rounded)
        for (one, other) in zip(exact, rounded) { #expect(abs(one / other - 1) < 0.02) }
    }

    @Test("without --json prints a line a row that names the row's line")
    func readable() throws {
        let lines = try signet("score", "--model", Golden.model, "--data", Golden.rows).lines
        #expect(lines.count == 4)
        #expect(lines[2].hasPrefix("line 3: 137 tokens, 30 with loss, logp -"))
    }

    @Test("refuses preference rows by file and line, before any row is scored")
    func preferences() throws {
        try withFolder { folder in
            let data = try folder.file(
                "rows.jsonl", #"{"text": "a"}"#, #"{"prompt": "a", "chosen": "b", "rejected": "c"}"#)
            let arguments = ["score", "--model", Golden.model, "--data", data, "--json"]
            try signetFails(arguments, 65, "rows.jsonl:2: ")
            #expect(try ProgramRun.of("signet", arguments).output == "")
        }
    }
}
