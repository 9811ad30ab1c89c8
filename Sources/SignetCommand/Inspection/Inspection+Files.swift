import Files
import Foundation
import Signet

extension Inspection {
    /// A safetensors file.
    static func safetensors(_ url: URL) throws -> Inspection {
        let file = try SafetensorsFile(url)
        var inspection = Inspection(kind: "safetensors file", url: url, tensors: listing(of: file))
        inspection.add("metadata", strings(file.metadata))
        return inspection
    }

    /// A PEFT adapter folder.
    static func adapter(_ url: URL) throws -> Inspection {
        let (lora, baseModel) = try PEFTAdapter.configuration(of: url)
        let tensors = listing(of: try PEFTAdapter.weights(of: url))
        var inspection = Inspection(kind: "LoRA adapter", url: url, tensors: tensors)
        inspection.add("base_model", baseModel.map { .string($0) } ?? .null)
        inspection.add("r", .number(lora.rank))
        inspection.add("lora_alpha", .number(lora.alpha))
        inspection.add("use_rslora", .bool(lora.useRSLoRA))
        inspection.add("rank_pattern", .object(lora.rankPattern.map { .init($0.pattern, .number($0.value)) }))
        inspection.add("alpha_pattern", .object(lora.alphaPattern.map { .init($0.pattern, .number($0.value)) }))
        let targets: JSONValue =
            switch lora.targets {
            case .allLinear: .string("all-linear")
            case .pattern(let pattern): .string(pattern)
            case .modules(let names): .array(names.map { .string($0) })
            }
        inspection.add("target_modules", targets)
        inspection.add("parameters", .number(tensors.reduce(0) { $0 + $1.shape.reduce(1, *) }))
        return inspection
    }

    /// A training checkpoint, every checksum in it checked.
    static func checkpoint(_ url: URL) throws -> Inspection {
        let summary = try CheckpointStore.summary(of: url)
        guard let contents = summary.contents else {
            throw InputError(.data, at: url.path, "the checkpoint is damaged: \(summary.damage ?? "it cannot be read")")
        }
        var inspection = Inspection(
            kind: "training checkpoint", url: url,
            tensors: contents.tensors.map {
                Tensor(
                    name: $0.name, encoding: SafetensorsDType($0.dtype).rawValue, shape: $0.shape,
                    byteCount: $0.shape.reduce($0.dtype.byteCount, *))
            })
        inspection.add("bytes", .number(summary.byteCount))
        inspection.add("schema_version", .number(contents.schemaVersion))
        inspection.add("step", .number(contents.step))
        let identity = contents.identity
        inspection.add(
            "identity",
            strings([
                "model": identity.model, "tokenizer": identity.tokenizer, "adapter": identity.adapter,
                "data": identity.data, "config": identity.config,
            ]))
        inspection.add("counters", .object(sorted(contents.counters) { .number(Int($0)) }))
        let metrics = sorted(contents.metrics) { $0.isFinite ? JSONValue.number($0) : .string("\($0)") }
        inspection.add("metrics", .object(metrics))
        inspection.add("texts", .array(contents.texts.keys.sorted().map { .string($0) }))
        return inspection
    }

    static func listing(of file: SafetensorsFile) -> [Tensor] {
        file.tensors.sorted { $0.key < $1.key }.map {
            Tensor(
                name: $0.key, encoding: $0.value.dtype.rawValue, shape: $0.value.shape,
                byteCount: $0.value.byteRange.count)
        }
    }

    private static func strings(_ texts: [String: String]) -> JSONValue { .object(sorted(texts) { .string($0) }) }

    private static func sorted<Value>(
        _ values: [String: Value], _ json: (Value) -> JSONValue
    ) -> [JSONValue.Member] {
        values.sorted { $0.key < $1.key }.map { .init($0.key, json($0.value)) }
    }
}
