import Diagnostics
import Tensors

/// A weight as it is stored.
public struct WeightEntry: Sendable, Equatable {
    /// How the elements are encoded.
    public let encoding: WeightEncoding
    /// The extents, row-major; a projection is `[out, in]`.
    public let shape: [Int]
    /// Bytes it takes in the file.
    public let byteCount: Int

    /// An entry of a weight whose rows hold whole blocks of its encoding.
    public init(encoding: WeightEncoding, shape: [Int], byteCount: Int) {
        self.encoding = encoding
        self.shape = shape
        self.byteCount = byteCount
    }

    /// Rows that can be read apart: the first extent of a matrix, one for a vector.
    public var rowCount: Int { shape.count > 1 ? shape[0] : 1 }
    /// Elements of a row.
    public var rowLength: Int { (shape.count > 1 ? shape[1...] : shape[...]).reduce(1, *) }
    /// Elements in all.
    public var elementCount: Int { shape.reduce(1, *) }
}

/// The weights of a model, under the names Hugging Face gives them, whatever the file.
///
/// Names are `model.embed_tokens.weight`, `model.layers.0.self_attn.q_proj.weight` …, `model.norm.weight` and, where
/// the head is not tied to the embedding, `lm_head.weight`. Rows and their elements come in Hugging Face's order too.
/// Weights are used where they lie in the mapped file or read straight from it into the caller's buffer; nothing is held
/// between calls.
public protocol WeightSource: Sendable {
    /// Every stored name, sorted.
    var names: [String] { get }

    /// The files that the weights are in.
    var files: [any TensorFile] { get }

    /// How a weight is stored.
    ///
    /// - Throws: `InputError` with `.data` where there is none of that name or its encoding cannot be read.
    func entry(_ name: String) throws -> WeightEntry

    /// The bytes as they are stored, rows in the file's own order, valid while the source lives.
    ///
    /// - Throws: `InputError` with `.data`.
    func bytes(_ name: String) throws -> UnsafeRawBufferPointer

    /// The weight as a tensor over the mapped file, which the tensor keeps alive: nothing is read before its elements are,
    /// nothing is copied, and it cannot be written.
    ///
    /// - Returns: Nil where elements have to be dequantized, put in another order, or lie at an address that their type
    ///   does not fit.
    /// - Throws: `InputError` with `.data` where there is none of that name.
    func mapped(_ name: String) throws -> Tensor?

    /// Reads rows, widened or dequantized to f32.
    ///
    /// - Parameters:
    ///   - rows: within `0..<entry(name).rowCount`.
    ///   - out: room for `rows.count * rowLength` elements.
    /// - Throws: `InputError` with `.data`, also where the weight holds integers or serialized 4-bit codes.
    func readFloat32(_ name: String, rows: Range<Int>, into out: UnsafeMutableBufferPointer<Float>) throws

    /// Reads rows as bf16: an exact copy where bf16 is stored, else widened to f32 and rounded to nearest even.
    ///
    /// - Parameters:
    ///   - rows: within `0..<entry(name).rowCount`.
    ///   - out: room for `rows.count * rowLength` elements, each the upper half of an f32.
    /// - Throws: `InputError` with `.data`, as `readFloat32`.
    func readBFloat16(_ name: String, rows: Range<Int>, into out: UnsafeMutableBufferPointer<UInt16>) throws

    /// The weight in bitsandbytes' serialized 4-bit form, or nil where it is not stored so.
    ///
    /// - Throws: `InputError` with `.data` where the parts do not fit each other.
    func serialized4Bit(_ name: String) throws -> Serialized4Bit?

    /// Begins to read the weight's bytes from the disk, without waiting for them.
    func prefetch(_ name: String)

    /// Tells the system that the weight's pages are not needed any more.
    func release(_ name: String)
}

extension WeightSource {
    /// Reads a whole weight, widened or dequantized to f32.
    ///
    /// - Throws: `InputError` with `.data`.
    public func readFloat32(_ name: String, into out: UnsafeMutableBufferPointer<Float>) throws {
        try readFloat32(name, rows: 0..<entry(name).rowCount, into: out)
    }

    /// Reads a whole weight as bf16.
    ///
    /// - Throws: `InputError` with `.data`.
    public func readBFloat16(_ name: String, into out: UnsafeMutableBufferPointer<UInt16>) throws {
        try readBFloat16(name, rows: 0..<entry(name).rowCount, into: out)
    }
}
