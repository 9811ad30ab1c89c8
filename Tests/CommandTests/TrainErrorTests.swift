import Foundation
import TestSupport
import Testing

@Suite("train, told something wrong")
struct TrainErrorTests {
    /// One thing that is wrong, made in a folder, and how it has to end.
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let status: Int32
        /// What the line has to name.
        let naming: String
        /// The arguments that run into it.
        let arguments: @Sendable (TrainFolder) throws -> [String]

        init(
            _ description: String, _ status: Int32, naming: String,
            _ arguments: @escaping @Sendable (TrainFolder) throws -> [String]
        ) {
            testDescription = description
            self.status = status
            self.naming = naming
            self.arguments = arguments
        }
    }

    /// Writes a file into the case's folder.
    private static func file(_ folder: TrainFolder, _ name: String, _ text: String) throws -> String {
        let url = folder.path(name)
        try Data(text.utf8).write(to: url)
        return url.path
    }

    /// A copy of the case's model with one file changed.
    private static func model(_ folder: TrainFolder, _ name: String, _ change: (Data) -> Data) throws -> String {
        let copy = folder.path("model")
        try FileManager.default.copyItem(at: Fixtures.golden("plain/model", target: "TrainingTests"), to: copy)
        let file = copy.appendingPathComponent(name)
        try change(Data(contentsOf: file)).write(to: file)
        return "model.path=\(copy.path)"
    }

    private static let refusedAdapter = Fixtures.golden("refused/use_dora", target: "LayersTests").path

    static let cases: [Case] = [
        Case("no arguments", 64, naming: "--config") { _ in [] },
        Case("no value for --config", 64, naming: "--config") { _ in ["--config"] },
        Case("an unknown option", 64, naming: "--resum3") { $0.arguments([], ["--resum3"]) },
        Case("an argument too many", 64, naming: "surplus") { $0.arguments([], ["surplus"]) },
        Case("a setting without a value", 64, naming: "training.max_steps") { $0.arguments(["training.max_steps"]) },

        Case("no config file", 66, naming: "/nowhere.json") { _ in ["--config", "/nowhere.json"] },
        Case("no model", 66, naming: "/nowhere") { $0.arguments(["model.path=/nowhere"]) },
        Case("no training data", 66, naming: "/nowhere.jsonl") { $0.arguments(["data.train=/nowhere.jsonl"]) },
        Case("no evaluation data", 66, naming: "/nowhere.jsonl") { $0.arguments(["data.eval=/nowhere.jsonl"]) },
        Case("no adapter", 66, naming: "/nowhere") { $0.arguments(["lora.adapter_path=/nowhere"]) },
        Case("no checkpoint of that name", 66, naming: "/nowhere.h5") {
            $0.arguments([], ["--resume", "/nowhere.h5"])
        },

        Case("a config that is no JSON", 78, naming: "config.json:2") {
            ["--config", try file($0, "config.json", "{\"method\": \"sft\",\n oops}")]
        },
        Case("a config that is empty", 78, naming: "config.json") { ["--config", try file($0, "config.json", "")] },
        Case("a config that is a folder", 78, naming: "signet-") { ["--config", $0.url.path] },
        Case("an unknown key in the config", 78, naming: "learning_rate") {
            ["--config", try file($0, "config.json", "{\"training\": {\"learnig_rate\": 1}}")]
        },
        Case("an unknown key in a setting", 78, naming: "max_steps") { $0.arguments(["training.max_step=3"]) },
        Case("a value of another type", 78, naming: "training.max_steps") { $0.arguments(["training.max_steps=many"]) },
        Case("a value out of range", 78, naming: "lora.r") { $0.arguments(["lora.r=0"]) },
        Case("a method that is not there", 78, naming: "method") { $0.arguments(["method=kto"]) },
        Case("rows that are no preferences, for DPO", 65, naming: "train.jsonl:1") { $0.arguments(["method=dpo"]) },
        Case("dropout with DPO", 78, naming: "lora.lora_dropout") {
            $0.arguments(["method=dpo", "lora.lora_dropout=0.1"])
        },
        Case("weights for other losses than there are", 78, naming: "dpo.loss_weights") {
            $0.arguments(["method=dpo", "dpo.loss_weights=[1, 1]"])
        },
        Case("a target that matches nothing", 78, naming: "lora.target_modules") {
            $0.arguments(["lora.adapter_path=null", "lora.target_modules=[\"query\"]"])
        },
        Case("a pattern that is no regular expression", 78, naming: "lora.rank_pattern.q_proj(") {
            $0.arguments(["lora.adapter_path=null", "lora.rank_pattern={\"q_proj(\": 4}"])
        },

        Case("a row that is no JSON", 65, naming: "rows.jsonl:2") {
            $0.arguments(["data.train=\(try file($0, "rows.jsonl", "{\"text\": \"a few words\"}\n{\"text\": \n"))"])
        },
        Case("a row of no known form", 65, naming: "rows.jsonl:1") {
            $0.arguments(["data.train=\(try file($0, "rows.jsonl", "{\"txt\": \"a\"}\n"))"])
        },
        Case("data without rows", 65, naming: "rows.jsonl") {
            $0.arguments(["data.train=\(try file($0, "rows.jsonl", "\n"))"])
        },
        Case("rows that lose their completion", 65, naming: "train.jsonl:1") { $0.arguments(["data.max_length=8"]) },
        Case("weights that are cut short", 65, naming: "model.safetensors") {
            $0.arguments([try model($0, "model.safetensors") { $0.prefix($0.count / 2) }])
        },
        Case("weights that are something else", 65, naming: "model.safetensors") {
            $0.arguments([try model($0, "model.safetensors") { _ in Data(repeating: 255, count: 100) }])
        },
        Case("a model's config of another family", 65, naming: "config.json") {
            $0.arguments([
                try model($0, "config.json") {
                    Data(String(decoding: $0, as: UTF8.self).replacingOccurrences(of: "lama", with: "amma").utf8)
                }
            ])
        },
        Case("a tokenizer that is no JSON", 65, naming: "tokenizer.json") {
            $0.arguments([try model($0, "tokenizer.json") { $0.dropLast(9) }])
        },
        Case("a chat template that is not known", 65, naming: "template") {
            $0.arguments([try model($0, "chat_template.jinja") { _ in Data("{{ messages[0].content }}".utf8) }])
        },
        Case("an adapter with an option that is not implemented", 65, naming: "use_dora") {
            $0.arguments(["lora.adapter_path=\(refusedAdapter)"])
        },
        Case("an adapter of another model", 65, naming: "lora_") {
            $0.arguments(["lora.adapter_path=\(Fixtures.golden("plain", target: "LayersTests").path)"])
        },
        Case("a checkpoint that is none", 65, naming: "some.h5") {
            $0.arguments([], ["--resume", try file($0, "some.h5", "not one")])
        },

        Case("a memory budget that is too small", 75, naming: "training.memory_budget") {
            $0.arguments(["training.memory_budget=1MiB"])
        },
        Case("an output folder that cannot be made", 75, naming: "some-file/out") {
            $0.arguments([], output: URL(fileURLWithPath: try file($0, "some-file", "") + "/out"))
        },
    ]

    @Test("ends with one line that names it, and the status of its class", arguments: cases)
    func fails(test: Case) throws {
        let folder = try TrainFolder()
        let outcome = try TrainProcess.run(test.arguments(folder))
        #expect(outcome.status == test.status, "\(outcome.errors)")
        #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
        #expect(outcome.errors.hasPrefix("error: ") && outcome.errors.contains(test.naming), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.output.appendingPathComponent("metrics.jsonl").path))
    }

    @Test("a loss that is not finite ends with the rows of its step and then one line")
    func notFinite() throws {
        let folder = try TrainFolder()
        let outcome = try TrainProcess.run(
            folder.arguments(["training.learning_rate=1e30", "training.warmup_steps=1", "data.eval=null"]))
        #expect(outcome.status == 65)
        let lines = outcome.errorLines
        #expect(lines.count == 1 + 4 + 1)
        #expect(lines.first?.hasPrefix("warning: loss is ") == true)
        #expect(lines.first?.hasSuffix(" in step 3; the rows of that step:") == true)
        for (index, line) in lines.dropFirst().dropLast().enumerated() {
            #expect(line.contains("micro-batch 1, ") && line.contains("train.jsonl:\(9 + index): "))
        }
        #expect(lines.last?.hasPrefix("error: ") == true && lines.last?.contains("step 3") == true)
    }

    @Test("an adapter without gradient ends with its name")
    func noGradient() throws {
        let folder = try TrainFolder()
        // A of zeros: B cannot change the loss.
        let adapter = folder.path("adapter")
        try FileManager.default.copyItem(
            at: Fixtures.golden("nf4/init_adapter", target: "TrainingTests"), to: adapter)
        let weights = adapter.appendingPathComponent("adapter_model.safetensors")
        var bytes = try Data(contentsOf: weights)
        let headerLength = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        bytes.resetBytes(in: (8 + headerLength)..<bytes.count)
        try bytes.write(to: weights)
        let outcome = try TrainProcess.run(folder.arguments(["lora.adapter_path=\(adapter.path)"]))
        #expect(outcome.status != 0 && outcome.status != nil)
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.errors.hasPrefix("error: model.layers.0.self_attn.q_proj.lora_B: expected a gradient"))
    }
}
