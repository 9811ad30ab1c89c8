import Foundation
import Signet

/// A Hugging Face folder of sharded bfloat16 safetensors with random weights.
enum ShardedModelFolder {
    private static let layersOfShard = 2

    /// Bytes that the weights of a model of this shape take.
    static func byteCount(_ shape: LlamaConfiguration) -> Int {
        tensors(shape).joined().reduce(0) { $0 + $1.byteCount }
    }

    /// Writes the folder's files.
    ///
    /// - Returns: the weight files.
    /// - Throws: `InputError` with `.tryAgain` where the disk refuses.
    static func write(_ shape: LlamaConfiguration, to folder: URL) throws -> [URL] {
        let shards = tensors(shape)
        // All tensors repeat the same elements: what they are does not matter to a reader.
        let elements = RandomBits.tensor([8 << 20], .bfloat16)
        var places: [String: String] = [:]
        var files: [URL] = []
        for (index, entries) in shards.enumerated() {
            let name = String(format: "model-%05d-of-%05d.safetensors", index + 1, shards.count)
            let file = folder.appendingPathComponent(name)
            var writer = try SafetensorsWriter(file, entries: entries)
            for entry in entries {
                var left = entry.byteCount
                while left > 0 {
                    let count = min(left, elements.byteCount)
                    try elements.withUnsafeBytes {
                        try writer.append(UnsafeRawBufferPointer(rebasing: $0[..<count]), to: entry.name)
                    }
                    left -= count
                }
                places[entry.name] = name
            }
            try writer.finish()
            files.append(file)
        }
        let index = try JSONSerialization.data(withJSONObject: [
            "metadata": ["total_size": byteCount(shape)], "weight_map": places,
        ])
        let texts = [
            ("model.safetensors.index.json", index),
            ("config.json", Data(try shape.huggingFaceJSON(dtype: .bfloat16).utf8)),
        ]
        for (name, text) in texts {
            do {
                try text.write(to: folder.appendingPathComponent(name))
            } catch {
                throw InputError(.tryAgain, at: folder.path, "\(name) cannot be written: \(error.localizedDescription)")
            }
        }
        return files
    }

    /// The tensors of each shard.
    private static func tensors(_ shape: LlamaConfiguration) -> [[SafetensorsWriter.Entry]] {
        func entry(_ name: String, _ size: [Int]) -> SafetensorsWriter.Entry {
            SafetensorsWriter.Entry(name: "\(name).weight", dtype: .bfloat16, shape: size)
        }
        let hidden = [shape.hiddenSize]
        var shards = stride(from: 0, to: shape.layerCount, by: layersOfShard).map { first in
            (first..<min(first + layersOfShard, shape.layerCount)).flatMap { layer in
                shape.projectionShapes.map { entry("model.layers.\(layer).\($0.name)", $0.shape) } + [
                    entry("model.layers.\(layer).input_layernorm", hidden),
                    entry("model.layers.\(layer).post_attention_layernorm", hidden),
                ]
            }
        }
        let table = [shape.vocabularySize, shape.hiddenSize]
        shards.append([entry("model.embed_tokens", table), entry("model.norm", hidden)])
        if !shape.tiesWordEmbeddings { shards.append([entry("lm_head", table)]) }
        return shards
    }
}
