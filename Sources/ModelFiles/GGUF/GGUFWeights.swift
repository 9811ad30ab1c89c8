import Diagnostics
import Tensors

/// The weights of a GGUF file of the Llama architecture, under Hugging Face's names and in Hugging Face's row order.
public final class GGUFWeights: WeightSource {
    public let names: [String]

    private let file: GGUFFile
    private let storedNames: [String: String]
    private let headDimension: Int

    /// - Parameter configuration: the file's own, for the size of a head.
    /// - Throws: `InputError` with `.data` where the file holds a tensor that a Llama model does not have.
    public init(_ file: GGUFFile, configuration: LlamaConfiguration) throws {
        self.file = file
        headDimension = configuration.headDimension
        var storedNames: [String: String] = [:]
        for name in file.tensors.keys.sorted() where name != GGUFTensorNames.ropeFrequencies {
            guard let huggingFaceName = GGUFTensorNames.huggingFaceName(of: name) else {
                throw InputError(
                    .data, at: "\(file.path): tensor \(quoted(name))",
                    "expected the tensors of a Llama model, found one it does not have")
            }
            storedNames[huggingFaceName] = name
        }
        self.storedNames = storedNames
        names = storedNames.keys.sorted()
    }

    public var files: [any TensorFile] { [file] }

    public func entry(_ name: String) throws -> WeightEntry {
        let entry = try file.entry(storedName(name))
        return WeightEntry(encoding: entry.encoding, shape: entry.shape, byteCount: entry.byteRange.count)
    }

    public func bytes(_ name: String) throws -> UnsafeRawBufferPointer { try file.bytes(of: storedName(name)) }

    public func mapped(_ name: String) throws -> Tensor? {
        let stored = try storedName(name)
        let entry = try entry(name)
        guard let dtype = entry.encoding.dtype, !GGUFTensorNames.hasRotaryRowOrder(stored) else { return nil }
        return try file.mapped(stored, shape: entry.shape, dtype: dtype)
    }

    public func readFloat32(_ name: String, rows: Range<Int>, into out: UnsafeMutableBufferPointer<Float>) throws {
        try reader(name).readFloat32(rows: rows, into: out)
    }

    public func readBFloat16(_ name: String, rows: Range<Int>, into out: UnsafeMutableBufferPointer<UInt16>) throws {
        try reader(name).readBFloat16(rows: rows, into: out)
    }

    public func serialized4Bit(_ name: String) throws -> Serialized4Bit? {
        _ = try storedName(name)
        return nil
    }

    public func prefetch(_ name: String) {
        if let stored = storedNames[name] { file.prefetch(stored) }
    }

    public func release(_ name: String) {
        if let stored = storedNames[name] { file.release(stored) }
    }

    private func reader(_ name: String) throws -> RowReader {
        let stored = try storedName(name)
        let place = "\(file.path): tensor \(quoted(stored))"
        let entry = try entry(name)
        var rowOrder: RotaryRowOrder?
        if GGUFTensorNames.hasRotaryRowOrder(stored) {
            guard entry.shape.count == 2, entry.shape[0] % headDimension == 0 else {
                throw InputError(
                    .data, at: place, "expected rows in heads of \(headDimension), found extents \(entry.shape)")
            }
            rowOrder = RotaryRowOrder(headDimension: headDimension)
        }
        return try RowReader(entry, bytes: bytes(name), rowOrder: rowOrder, place: place)
    }

    private func storedName(_ name: String) throws -> String {
        guard let stored = storedNames[name] else {
            throw InputError(.data, at: file.path, "expected a tensor for \(quoted(name)), found none")
        }
        return stored
    }
}
