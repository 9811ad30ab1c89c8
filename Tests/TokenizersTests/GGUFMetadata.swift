import Foundation
import Testing

@testable import Tokenizers

/// Reads the metadata of a well-formed GGUF file, only as far as the tests of its tokenizer need it.
struct GGUFMetadata {
    private let data: Data
    private var offset = 0
    private(set) var values: [String: Any] = [:]

    init(_ url: URL) throws {
        data = try Data(contentsOf: url, options: .alwaysMapped)
        offset = 16
        let count: UInt64 = read()
        for _ in 0..<count {
            let key = string()
            values[key] = value(ofType: read())
        }
    }

    /// The tokenizer in the metadata.
    func vocabulary() throws -> GGUFVocabulary {
        func get<Value>(_ key: String) throws -> Value { try #require(values[key] as? Value) }
        func id(_ key: String) -> Int32? { (values[key] as? UInt32).map(Int32.init) }
        return GGUFVocabulary(
            model: try get("tokenizer.ggml.model"), preTokenizer: try get("tokenizer.ggml.pre"),
            tokens: try get("tokenizer.ggml.tokens"), tokenTypes: try get("tokenizer.ggml.token_type"),
            merges: try get("tokenizer.ggml.merges"), bosToken: id("tokenizer.ggml.bos_token_id"),
            eosToken: id("tokenizer.ggml.eos_token_id"), padToken: id("tokenizer.ggml.padding_token_id"),
            addsBeginToken: values["tokenizer.ggml.add_bos_token"] as? Bool,
            chatTemplate: values["tokenizer.chat_template"] as? String)
    }

    private mutating func value(ofType type: UInt32) -> Any {
        switch type {
        case 0: return read() as UInt8
        case 1: return read() as Int8
        case 2: return read() as UInt16
        case 3: return read() as Int16
        case 4: return read() as UInt32
        case 5: return read() as Int32
        case 6: return Float(bitPattern: read())
        case 7: return (read() as UInt8) != 0
        case 8: return string()
        case 10: return read() as UInt64
        case 11: return read() as Int64
        case 12: return Double(bitPattern: read())
        default:
            let elementType: UInt32 = read()
            let count: UInt64 = read()
            switch elementType {
            case 5: return (0..<count).map { _ in read() as Int32 }
            case 8: return (0..<count).map { _ in string() }
            default: return (0..<count).map { _ in value(ofType: elementType) }
            }
        }
    }

    private mutating func read<Value: FixedWidthInteger>() -> Value {
        defer { offset += MemoryLayout<Value>.size }
        return data.withUnsafeBytes { Value(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Value.self)) }
    }

    private mutating func string() -> String {
        let count = Int(read() as UInt64)
        defer { offset += count }
        return data.withUnsafeBytes { String(decoding: $0[offset..<(offset + count)], as: UTF8.self) }
    }
}
