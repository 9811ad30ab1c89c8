import Diagnostics
import Files
import Foundation
import Tensors

/// The weights of a Hugging Face folder: `model.safetensors`, or the shards that `model.safetensors.index.json` names.
public final class SafetensorsWeights: WeightSource {
    public let names: [String]

    private let shards: [SafetensorsFile]
    private let shardOfName: [String: Int]

    static let fileName = "model.safetensors"
    static let indexName = "model.safetensors.index.json"

    /// Maps the folder's weights and checks every header, and that index and shards agree.
    ///
    /// - Throws: `InputError` with `.missingFile` where the folder or a shard is missing, `.data` where one is malformed.
    public init(folder: URL) throws {
        let single = folder.appendingPathComponent(Self.fileName)
        let index = folder.appendingPathComponent(Self.indexName)
        if FileManager.default.fileExists(atPath: single.path) {
            shards = [try SafetensorsFile(single)]
            shardOfName = shards[0].tensors.mapValues { _ in 0 }
        } else if FileManager.default.fileExists(atPath: index.path) {
            (shards, shardOfName) = try Self.open(index: index)
        } else {
            throw InputError(
                .missingFile, at: folder.path, "expected \(Self.fileName) or \(Self.indexName), found neither")
        }
        names = shardOfName.keys.sorted()
    }

    public var files: [any TensorFile] { shards }

    public func entry(_ name: String) throws -> WeightEntry {
        let file = try shard(of: name)
        let entry = try file.entry(name)
        guard let dtype = entry.dtype.dtype else {
            let known = WeightEncoding.allCases.filter { $0.dtype != nil }.map(\.rawValue).joined(separator: ", ")
            throw InputError(
                .data, at: "\(file.path): tensor \(quoted(name))", "expected \(known), found \(entry.dtype.rawValue)")
        }
        return WeightEntry(encoding: WeightEncoding(dtype), shape: entry.shape, byteCount: entry.byteRange.count)
    }

    public func bytes(_ name: String) throws -> UnsafeRawBufferPointer { try shard(of: name).bytes(of: name) }

    public func mapped(_ name: String) throws -> Tensor? {
        let entry = try entry(name)
        guard let dtype = entry.encoding.dtype else { return nil }
        return try shard(of: name).mapped(name, shape: entry.shape, dtype: dtype)
    }

    public func readFloat32(_ name: String, rows: Range<Int>, into out: UnsafeMutableBufferPointer<Float>) throws {
        try reader(name).readFloat32(rows: rows, into: out)
    }

    public func readBFloat16(_ name: String, rows: Range<Int>, into out: UnsafeMutableBufferPointer<UInt16>) throws {
        try reader(name).readBFloat16(rows: rows, into: out)
    }

    public func serialized4Bit(_ name: String) throws -> Serialized4Bit? {
        try Serialized4Bit(reading: name, from: self, place: "\(path(of: name)): tensor \(quoted(name))")
    }

    public func prefetch(_ name: String) {
        if let index = shardOfName[name] { shards[index].prefetch(name) }
    }

    public func release(_ name: String) {
        if let index = shardOfName[name] { shards[index].release(name) }
    }

    /// Whether there is a tensor of that name.
    func contains(_ name: String) -> Bool { shardOfName[name] != nil }

    /// The file that holds a tensor.
    ///
    /// - Throws: `InputError` with `.data` where none does.
    func path(of name: String) throws -> String { try shard(of: name).path }

    private func reader(_ name: String) throws -> RowReader {
        let place = "\(try path(of: name)): tensor \(quoted(name))"
        return try RowReader(entry(name), bytes: bytes(name), place: place)
    }

    private func shard(of name: String) throws -> SafetensorsFile {
        guard let index = shardOfName[name] else {
            throw InputError(.data, at: shards[0].path, "expected a tensor \(quoted(name)), found none")
        }
        return shards[index]
    }

    private static func open(index url: URL) throws -> ([SafetensorsFile], [String: Int]) {
        let index = try JSONNode(contentsOf: url)
        guard let map = try index.member("weight_map")?.members(), !map.isEmpty else {
            throw index.failure("weight_map", "names and their shards")
        }
        var namesOfShard: [String: Set<String>] = [:]
        for (name, node) in map {
            let shard = try node.string
            guard !shard.isEmpty, shard != ".", shard != "..", !shard.contains(where: { "/\\\0".contains($0) }) else {
                throw node.mismatch("expected a file name without folders")
            }
            namesOfShard[shard, default: []].insert(name)
        }
        var shards: [SafetensorsFile] = []
        var shardOfName: [String: Int] = [:]
        for (shardName, declared) in namesOfShard.sorted(by: { $0.key < $1.key }) {
            let shard = try SafetensorsFile(url.deletingLastPathComponent().appendingPathComponent(shardName))
            if let lacking = declared.subtracting(shard.tensors.keys).min() {
                throw InputError(
                    .data, at: shard.path,
                    "expected the tensor \(quoted(lacking)) that \(indexName) places here, found none")
            }
            if let extra = Set(shard.tensors.keys).subtracting(declared).min() {
                throw InputError(
                    .data, at: shard.path,
                    "expected only tensors that \(indexName) places here, found \(quoted(extra))")
            }
            for name in declared { shardOfName[name] = shards.count }
            shards.append(shard)
        }
        return (shards, shardOfName)
    }
}
