import Diagnostics
import Foundation
import ModelFiles
import Tensors

/// Brings stored weights into tensors, one at a time.
struct WeightReader {
    let source: any WeightSource
    let file: String
    /// The weight that is read after each, so that the disk need not wait for the processor.
    private let successors: [String: String]
    /// Weights that are converted already.
    private let shared: SharedWeights?

    /// - Parameters:
    ///   - order: the weights that may have to be read whole, in their order.
    ///   - shared: weights that are converted already.
    init(_ location: ModelLocation, order: [String], shared: SharedWeights? = nil) {
        self.shared = shared
        source = location.weights
        file = location.url.path
        successors = Dictionary(zip(order, order.dropFirst())) { first, _ in first }
    }

    /// A matrix quantized as it is read, in pieces of some rows.
    func quantized(_ name: String, shape: [Int], _ settings: QuantizationSettings) throws -> QuantizedMatrix {
        if let matrix = shared?.quantized(name) { return matrix }
        return try reading(name, shape) {
            try QuantizedMatrix(
                quantizing: shape, type: settings.type, blockSize: settings.blockSize,
                doubleQuantized: settings.doubleQuantized
            ) { rows, out in try source.readFloat32(name, rows: rows, into: out) }
        }
    }

    /// A vector, float32.
    func vector(_ name: String, count: Int) throws -> Tensor {
        let result = Tensor(uninitialized: try checked(name, [count]))
        try source.readFloat32(name, into: UnsafeMutableBufferPointer(start: result.float32, count: count))
        return result
    }

    /// The embedding or the head, in the precision it is stored in: Q8_0 blocks stay where they lie in the mapped file,
    /// other packed blocks become `blockType`.
    func table(_ name: String, shape: [Int], blockType: DType) throws -> FrozenWeight {
        guard try keepsBlocks(name) else {
            return .dense(try dense(name, shape: shape, blockType: blockType))
        }
        _ = try checked(name, shape)
        let bytes = try source.bytes(name)
        // The source keeps the mapping alive.
        let blocks = Tensor(borrowing: bytes, owner: source as AnyObject, shape: [bytes.count], dtype: .uint8)
        return .eightBit(EightBitMatrix(shape: shape, blocks: blocks))
    }

    /// Whether the embedding or the head is used in the blocks it is stored in.
    func keepsBlocks(_ name: String) throws -> Bool { try source.entry(name).encoding == .q80 }

    /// A matrix in the precision it is stored in, where it lies in the mapped file unless that is impossible; packed
    /// blocks become `blockType`.
    func dense(_ name: String, shape: [Int], blockType: DType) throws -> Tensor {
        guard case .dense(let dtype) = try denseForm(name, shape: shape, blockType: blockType) else {
            return try source.mapped(name)!
        }
        if let tensor = shared?.dense(name) { return tensor }
        let result = Tensor(uninitialized: shape, dtype: dtype)
        try result.withUnsafeMutableBytes { try readDense(name, shape, dtype, into: $0) }
        return result
    }

    /// What `dense` makes of a matrix; nil where it is used where it lies in the mapped file.
    func denseForm(_ name: String, shape: [Int], blockType: DType) throws -> ConversionPlan.Form? {
        _ = try checked(name, shape)
        let encoding = try source.entry(name).encoding
        guard encoding.isFloatingPoint else {
            throw InputError(
                .data, at: "\(file): \(name)", "expected floating-point elements, found \(encoding.rawValue)")
        }
        return try source.mapped(name) == nil ? .dense(encoding.dtype ?? blockType) : nil
    }

    /// Reads a whole matrix as elements of a floating-point type.
    func readDense(_ name: String, _ shape: [Int], _ dtype: DType, into bytes: UnsafeMutableRawBufferPointer) throws {
        try reading(name, shape) {
            let row = shape[1] * dtype.byteCount
            try tryParallelRanges(shape[0], grain: max(1, elementGrain / max(1, shape[1]))) { rows in
                let out = bytes[rows.lowerBound * row..<rows.upperBound * row]
                try read(name, rows: rows, as: dtype, into: .init(rebasing: out))
            }
        }
    }

    /// A matrix stored in bitsandbytes' 4-bit form, its codes and scales where they lie in the mapped file; nil where it
    /// is not stored so.
    func serialized4Bit(_ name: String, shape: [Int]) throws -> QuantizedMatrix? {
        guard let stored = try source.serialized4Bit(name) else { return nil }
        guard stored.shape == shape else {
            throw InputError(.data, at: "\(file): \(name)", "expected shape \(shape), found \(stored.shape)")
        }
        let type = stored.quantType
        guard stored.quantMap == type.values else {
            throw InputError(
                .data, at: "\(file): \(name).quant_map", "expected the \(type.rawValue) table, found other values")
        }
        return QuantizedMatrix(
            shape: shape, type: type, blockSize: stored.blockSize, codes: stored.codes, scales: stored.scales)
    }

    /// The shape, where the stored weight has it.
    func checked(_ name: String, _ shape: [Int]) throws -> [Int] {
        let stored = try source.entry(name).shape
        guard stored == shape else {
            throw InputError(.data, at: "\(file): \(name)", "expected shape \(shape), found \(stored)")
        }
        return shape
    }

    /// Reads rows of a weight as elements of a floating-point type.
    func read(_ name: String, rows: Range<Int>, as dtype: DType, into out: UnsafeMutableRawBufferPointer) throws {
        switch dtype {
        case .float32: try source.readFloat32(name, rows: rows, into: out.bindMemory(to: Float.self))
        case .bfloat16: try source.readBFloat16(name, rows: rows, into: out.bindMemory(to: UInt16.self))
        default:
            let wide = Tensor(uninitialized: [out.count / dtype.byteCount])
            try source.readFloat32(name, rows: rows, into: .init(start: wide.float32, count: wide.count))
            wide.converted(to: dtype).withUnsafeBytes { out.copyMemory(from: $0) }
        }
    }

    /// Has the next weight come from the disk meanwhile, and lets go of this one's pages.
    private func reading<Result>(_ name: String, _ shape: [Int], _ body: () throws -> Result) throws -> Result {
        _ = try checked(name, shape)
        source.prefetch(name)
        if let next = successors[name] { source.prefetch(next) }
        defer { source.release(name) }
        return try body()
    }
}
