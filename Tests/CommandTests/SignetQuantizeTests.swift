import Files
import Foundation
import Signet
import TestSupport
import Testing

@Suite("signet quantize")
struct SignetQuantizeTests {
    @Test(
        "writes a copy that scores bit for bit as the model quantized while loading",
        arguments: [("plain", "nf4", "64", true), ("rslora", "fp4", "128", true), ("plain", "nf4", "32", false)])
    func sameScores(name: String, type: String, blockSize: String, double: Bool) throws {
        let model = Golden.path("\(name)/model")
        try withFolder { folder in
            let copy = folder.appendingPathComponent("deep/copy").path
            let form = ["--block-size", blockSize] + (double ? [] : ["--no-double-quant"])
            let written = try ProgramRun.of("signet", ["quantize", model, copy, "--quant-type", type] + form)
            #expect(written.status == 0 && written.output == "4-bit copy: \(copy)\n" && written.errors == "")
            let names = try FileManager.default.contentsOfDirectory(atPath: copy).sorted()
            #expect(
                names == [
                    "chat_template.jinja", "config.json", "generation_config.json", "model.safetensors",
                    "tokenizer.json", "tokenizer_config.json",
                ])
            let score = ["score", "--data", Golden.rows, "--json", "--model"]
            let onLoad = try ProgramRun.of("signet", score + [model, "--quantize", type] + form)
            #expect(onLoad.status == 0 && onLoad.lines.count == 4)
            #expect(try ProgramRun.of("signet", score + [copy]).output == onLoad.output)
            #expect(try ProgramRun.of("signet", score + [model]).output != onLoad.output)
        }
    }

    @Test("training on the copy takes the same steps as quantizing while loading")
    func training() throws {
        try withFolder { folder in
            let copy = folder.appendingPathComponent("copy").path
            _ = try signet("quantize", Golden.model, copy, "--no-double-quant")
            func steps(_ output: String, _ overrides: [String]) throws -> [String] {
                let output = folder.appendingPathComponent(output)
                let settings = ["training.max_steps=2", "data.eval=null", "output_dir=\"\(output.path)\""] + overrides
                let run = try ProgramRun.of(
                    "train",
                    ["--config", Golden.path("nf4/config.json"), "--quiet"] + settings.flatMap { ["--set", $0] })
                #expect(run.status == 0, "\(run.errors)")
                let metrics = try String(contentsOf: output.appendingPathComponent("metrics.jsonl"), encoding: .utf8)
                return try metrics.split(separator: "\n").map {
                    let record = try JSONValue(text: String($0))
                    return "\(record["loss"]?.compactText ?? "-") \(record["grad_norm"]?.compactText ?? "-")"
                }
            }
            let onLoad = try steps("one", [])
            #expect(onLoad.count == 2 && !onLoad[0].contains("-"))
            #expect(try steps("two", ["model.path=\"\(copy)\"", "model.quantization=null"]) == onLoad)
        }
    }

    @Test("a GGUF file becomes a folder with the same tokens and the same scores", .enabled(if: Golden.smolLM2 != nil))
    func gguf() throws {
        let model = try #require(Golden.smolLM2)
        try withFolder { folder in
            let copy = folder.appendingPathComponent("copy").path
            _ = try signet("quantize", model, copy)
            let row = try folder.file("row.jsonl", #"{"prompt": "The capital of France", "completion": " is Paris."}"#)
            let onLoad = try signet("score", "--model", model, "--data", row, "--json", "--quantize", "nf4")
            #expect(try signet("score", "--model", copy, "--data", row, "--json").output == onLoad.output)
            let rows = Golden.path("plain/train.jsonl")
            let expected = try signet("tokenize", "--model", model, rows, "--chat", "--json").output
            #expect(try signet("tokenize", "--model", copy, rows, "--chat", "--json").output == expected)
        }
    }

    @Test("leaves what is there alone, and nothing behind where it fails")
    func refusals() throws {
        try withFolder { folder in
            let file = try folder.file("taken", "mine")
            try signetFails(["quantize", Golden.model, folder.path], 64, "found one with files")
            try signetFails(["quantize", Golden.model, file], 64, "found a file")
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine\n")

            let empty = folder.appendingPathComponent("empty")
            try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: false)
            _ = try signet("quantize", Golden.model, empty.path)
            let again = folder.appendingPathComponent("again").path
            try signetFails(["quantize", empty.path, again], 65, "not yet quantized")

            let broken = folder.appendingPathComponent("broken")
            try FileManager.default.copyItem(atPath: Golden.model, toPath: broken.path)
            let config = broken.appendingPathComponent("config.json")
            let text = try String(contentsOf: config, encoding: .utf8)
            let taller = text.replacingOccurrences(of: "\"num_hidden_layers\": 2", with: "\"num_hidden_layers\": 3")
            try Data(taller.utf8).write(to: config)
            try signetFails(["quantize", broken.path, again], 65, "model.layers.2.")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                    "broken", "empty", "taken",
                ])
        }
    }
}
