import Diagnostics
import ModelFiles
import Synchronization
import Tensors

/// Brings stored weights into tensors, one at a time.
struct WeightReader {
    let source: any WeightSource
    let file: String

    /// A weight widened to float32.
    func float32(_ name: String, shape: [Int]) throws -> Tensor {
        let result = Tensor(uninitialized: try checked(name, shape))
        try byRows(name) { rows in
            let length = result.count / max(1, result.shape[0])
            try source.readFloat32(
                name, rows: rows,
                into: UnsafeMutableBufferPointer(
                    start: result.float32 + rows.lowerBound * length, count: rows.count * length))
        }
        source.release(name)
        return result
    }

    /// A vector, float32.
    func vector(_ name: String, count: Int) throws -> Tensor {
        let result = Tensor(uninitialized: try checked(name, [count]))
        try source.readFloat32(name, into: UnsafeMutableBufferPointer(start: result.float32, count: count))
        return result
    }

    /// A matrix in the precision it is stored in; packed blocks become `blockType`.
    func dense(_ name: String, shape: [Int], blockType: DType) throws -> Tensor {
        let stored = try source.entry(name).encoding.dtype ?? blockType
        guard stored == .bfloat16 else { return try float32(name, shape: shape).converted(to: stored) }
        let result = Tensor(uninitialized: try checked(name, shape), dtype: .bfloat16)
        try byRows(name) { rows in
            try source.readBFloat16(
                name, rows: rows,
                into: UnsafeMutableBufferPointer(
                    start: result.half + rows.lowerBound * shape[1], count: rows.count * shape[1]))
        }
        source.release(name)
        return result
    }

    /// A matrix stored in bitsandbytes' 4-bit form; nil where it is not.
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
        let codes = stored.codes.withUnsafeBytes { Tensor(copying: $0, shape: [$0.count], dtype: .uint8) }
        let scales: BlockScales =
            switch stored.absmax {
            case .float32(let absmax): .plain(Tensor(absmax))
            case .nested(let codes, let absmax, let map, let blockSize, let offset):
                .nested(
                    codes: codes.withUnsafeBytes { Tensor(copying: $0, shape: [$0.count], dtype: .uint8) },
                    map: Tensor(map), nested: Tensor(absmax), offset: offset, nestedBlockSize: blockSize)
            }
        return QuantizedMatrix(shape: shape, type: type, blockSize: stored.blockSize, codes: codes, scales: scales)
    }

    /// The shape, where the stored weight has it.
    func checked(_ name: String, _ shape: [Int]) throws -> [Int] {
        let stored = try source.entry(name).shape
        guard stored == shape else {
            throw InputError(.data, at: "\(file): \(name)", "expected shape \(shape), found \(stored)")
        }
        return shape
    }

    /// Reads runs of rows on the pool.
    private func byRows(_ name: String, _ read: (Range<Int>) throws -> Void) throws {
        let rows = try source.entry(name).rowCount
        let failure = Mutex<(any Error)?>(nil)
        parallelRanges(rows, grain: max(1, rows / 32)) { range in
            do { try read(range) } catch { failure.withLock { $0 = $0 ?? error } }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
