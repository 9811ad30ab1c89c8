import Foundation

/// Builds safetensors files by hand, right or wrong.
enum SafetensorsBytes {
    static func make(header: String, data: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + Array(header.utf8) + data
    }

    /// A small file with metadata, four tensors of different types and every layout feature.
    static let sample = make(
        header: #"{"__metadata__":{"format":"pt","\u00e9\ud83d\ude00":"x\n"},"#
            + #""a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"#
            + #""b.weight":{"dtype":"BF16","shape":[5],"data_offsets":[24,34]},"#
            + #""c":{"dtype":"U8","shape":[2,0],"data_offsets":[34,34]},"#
            + #""d":{"dtype":"F16","shape":[1,3],"data_offsets":[34,40]}}  "#,
        data: (0..<40).map { UInt8($0 * 5) })
}

/// Builds GGUF files by hand.
struct GGUFBytes {
    private var pairs: [UInt8] = []
    private var pairCount = 0
    private var infos: [UInt8] = []
    private var infoCount = 0
    private var data: [UInt8] = []

    static func integer<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian, Array.init)
    }

    static func string(_ text: String) -> [UInt8] { integer(UInt64(text.utf8.count)) + Array(text.utf8) }

    /// The content of an array value.
    static func array(type: UInt32, count: Int, _ content: [UInt8]) -> [UInt8] {
        integer(type) + integer(UInt64(count)) + content
    }

    mutating func add(_ key: String, type: UInt32, _ content: [UInt8]) {
        pairs += Self.string(key) + Self.integer(type) + content
        pairCount += 1
    }

    mutating func add(_ key: String, _ value: UInt32) { add(key, type: 4, Self.integer(value)) }
    mutating func add(_ key: String, float value: Float) { add(key, type: 6, Self.integer(value.bitPattern)) }
    mutating func add(_ key: String, _ value: String) { add(key, type: 8, Self.string(value)) }

    mutating func add(_ key: String, _ values: [String]) {
        add(key, type: 9, Self.array(type: 8, count: values.count, values.flatMap(Self.string)))
    }

    /// Adds a tensor; `shape` is row-major.
    mutating func addTensor(_ name: String, type: UInt32, shape: [Int], _ content: [UInt8]) {
        infos += Self.string(name) + Self.integer(UInt32(shape.count))
        for extent in shape.reversed() { infos += Self.integer(UInt64(extent)) }
        infos += Self.integer(type) + Self.integer(UInt64(data.count))
        infoCount += 1
        data += content
        data += repeatElement(0, count: (32 - data.count % 32) % 32)
    }

    mutating func addTensor(_ name: String, shape: [Int], _ values: [Float]) {
        addTensor(name, type: 0, shape: shape, values.flatMap { Self.integer($0.bitPattern) })
    }

    func bytes(version: UInt32 = 3) -> [UInt8] {
        var bytes = Array("GGUF".utf8) + Self.integer(version) + Self.integer(UInt64(infoCount))
        bytes += Self.integer(UInt64(pairCount)) + pairs + infos
        bytes += repeatElement(0, count: (32 - bytes.count % 32) % 32)
        return bytes + data
    }

    /// A Llama model with one layer, 4 features, 2 heads of 4 and 3 tokens, and changes that a test makes.
    static func llama(_ change: (inout GGUFBytes) -> Void = { _ in }) -> GGUFBytes {
        var file = GGUFBytes()
        file.add("general.architecture", "llama")
        file.add("llama.block_count", 1)
        file.add("llama.context_length", 64)
        file.add("llama.embedding_length", 4)
        file.add("llama.feed_forward_length", 6)
        file.add("llama.attention.head_count", 2)
        file.add("llama.attention.head_count_kv", 1)
        file.add("llama.attention.key_length", 4)
        file.add("llama.attention.layer_norm_rms_epsilon", float: 1e-5)
        file.add("tokenizer.ggml.model", "gpt2")
        file.add("tokenizer.ggml.tokens", ["a", "b", "</s>"])
        file.add("tokenizer.ggml.eos_token_id", 2)
        change(&file)
        func values(_ count: Int, _ start: Int) -> [Float] { (0..<count).map { Float($0 + start) } }
        file.addTensor("token_embd.weight", shape: [3, 4], values(12, 0))
        file.addTensor("output_norm.weight", shape: [4], values(4, 100))
        for (name, rows, columns) in [
            ("attn_q", 8, 4), ("attn_k", 4, 4), ("attn_v", 4, 4), ("attn_output", 4, 8), ("ffn_gate", 6, 4),
            ("ffn_up", 6, 4), ("ffn_down", 4, 6),
        ] {
            file.addTensor("blk.0.\(name).weight", shape: [rows, columns], values(rows * columns, 1000))
        }
        file.addTensor("blk.0.attn_norm.weight", shape: [4], values(4, 200))
        file.addTensor("blk.0.ffn_norm.weight", shape: [4], values(4, 300))
        return file
    }
}
