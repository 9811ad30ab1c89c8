import CheckpointIO
import Diagnostics
import Files
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Checkpoints of other runs")
struct ForeignCheckpointTests {
    private func configuration(
        _ output: URL, case name: String = "plain", _ change: (inout TrainConfiguration) throws -> Void = { _ in }
    ) throws -> TrainConfiguration {
        try GoldenCase(name: name).configuration(output: output) {
            $0.data.eval = nil
            $0.training.maxSteps = 1
            try change(&$0)
        }
    }

    /// Expects that the folder's checkpoint is refused for each of these reasons and no other, and that it stays.
    private func expectRefusal(of folder: URL, by configuration: TrainConfiguration, naming parts: [String]) throws {
        let setup = try RunSetup(configuration)
        let metrics = try Data(contentsOf: folder.appendingPathComponent("metrics.jsonl"))
        for start in [TrainingRun.Start.latest, .checkpoint(folder.appendingPathComponent("checkpoint-1.h5"))] {
            let error = #expect(throws: InputError.self) { try TrainingRun(setup, start: start, style: .quiet) }
            #expect(error?.exitCode == .data)
            let text = error?.description ?? ""
            #expect(text.contains("checkpoint-1.h5"))
            for part in ["another model", "another tokenizer", "another adapter", "another data", "schema"] {
                #expect(text.contains(part) == parts.contains(part), "\(text)")
            }
        }
        #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent("checkpoint-1.h5").path))
        #expect(try Data(contentsOf: folder.appendingPathComponent("metrics.jsonl")) == metrics)
    }

    @Test(
        "of another model, of the same model in another form, of another adapter or other data are refused, saying which"
    )
    func identity() throws {
        try withFolder { folder in
            try train(configuration(folder))
            let quantized = try configuration(folder) { $0.model.quantization = .init() }
            try expectRefusal(of: folder, by: quantized, naming: ["another model"])
            let narrow = try configuration(folder) { $0.model.computeDtype = .bfloat16 }
            try expectRefusal(of: folder, by: narrow, naming: ["another model"])
            let ranked = try configuration(folder) {
                $0.lora.adapterPath = nil
                $0.lora.r = 8
                $0.lora.loraAlpha = 17
            }
            try expectRefusal(of: folder, by: ranked, naming: ["another adapter"])
            let rows = folder.appendingPathComponent("other.jsonl")
            let otherData = try configuration(folder) { configuration in
                let text = try String(contentsOfFile: configuration.data.train, encoding: .utf8)
                try Data(text.replacingOccurrences(of: "tram", with: "train").utf8).write(to: rows)
                configuration.data.train = rows.path
            }
            try expectRefusal(of: folder, by: otherData, naming: ["another data"])
            let other = try configuration(folder, case: "rslora")
            try expectRefusal(of: folder, by: other, naming: ["another model", "another adapter", "another data"])
            let template = try configuration(folder) { configuration in
                let copy = folder.appendingPathComponent("model")
                try FileManager.default.copyItem(at: URL(fileURLWithPath: configuration.model.path), to: copy)
                let file = copy.appendingPathComponent("chat_template.jinja")
                try (Data(contentsOf: file) + Data("{# changed #}".utf8)).write(to: file)
                configuration.model.path = copy.path
            }
            try expectRefusal(of: folder, by: template, naming: ["another tokenizer"])
        }
    }

    @Test("the same files under another path are the same")
    func moved() throws {
        try withFolder { folder in
            try train(configuration(folder))
            let rows = folder.appendingPathComponent("moved.jsonl")
            let moved = try configuration(folder) {
                try FileManager.default.copyItem(atPath: $0.data.train, toPath: rows.path)
                $0.data.train = rows.path
            }
            #expect(try TrainingRun(RunSetup(moved), start: .latest, style: .quiet).step == 1)
        }
    }

    @Test("of a newer schema is refused, not passed over")
    func schema() throws {
        try withFolder { folder in
            try train(configuration(folder))
            let url = folder.appendingPathComponent("checkpoint-1.h5")
            // The seal's header: eight bytes of mark, the schema, and 32 bytes over all of it at 480.
            var bytes = [UInt8](try Data(contentsOf: url))
            bytes[8] = 200
            bytes.replaceSubrange(480..<512, with: Array(Digest.of(bytes: Array(bytes[..<480])).utf8))
            try Data(bytes).write(to: url)
            try expectRefusal(of: folder, by: configuration(folder), naming: ["schema"])
        }
    }
}
