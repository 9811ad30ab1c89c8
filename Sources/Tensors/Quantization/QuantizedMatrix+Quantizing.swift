import CKernels
import Diagnostics

extension QuantizedMatrix {
    /// Quantizes a float32 matrix by the rule of bitsandbytes: scale = largest magnitude of the block,
    /// code = nearest table value to x · (1 / scale), the lower one on a tie.
    ///
    /// - Parameters:
    ///   - values: float32 [rows, columns].
    ///   - doubleQuantized: whether the scales are quantized to bytes too (QLoRA, section 3).
    public init(
        quantizing values: Tensor, type: QuantizationType = .nf4, blockSize: Int = 64, doubleQuantized: Bool = true
    ) {
        let unscaled = UnscaledCodes(values.shape, type, blockSize)
        parallelRanges(values.count, grain: elementGrain) { range in
            unscaled.quantize(UnsafePointer(values.float32 + range.lowerBound), range)
        }
        self = unscaled.matrix(doubleQuantized: doubleQuantized)
    }

    /// Quantizes a matrix that is never whole in memory: runs of rows are read into a buffer each and quantized from
    /// there, on the pool. The result is the same to the bit as that of the whole matrix.
    ///
    /// - Parameters:
    ///   - shape: [rows, columns].
    ///   - read: fills a buffer with the float32 elements of some rows, row-major. Several threads call it at once, each
    ///     with other rows; together the calls ask for every row once, roughly in order.
    /// - Throws: what `read` throws.
    public init(
        quantizing shape: [Int], type: QuantizationType = .nf4, blockSize: Int = 64, doubleQuantized: Bool = true,
        read: (_ rows: Range<Int>, _ out: UnsafeMutableBufferPointer<Float>) throws -> Void
    ) throws {
        let unscaled = UnscaledCodes(shape, type, blockSize)
        let columns = shape[1]
        // A run of rows has to end where a block ends, as the next one begins with its own block.
        let rows = Self.leastRows(of: columns, blockSize: blockSize, elements: elementGrain)
        try tryParallelRanges(shape[0], grain: rows) { run in
            try withUnsafeTemporaryAllocation(of: Float.self, capacity: run.count * columns) { buffer in
                try read(run, buffer)
                unscaled.quantize(
                    UnsafePointer(buffer.baseAddress!), run.lowerBound * columns..<run.upperBound * columns)
            }
        }
        self = unscaled.matrix(doubleQuantized: doubleQuantized)
    }

    /// The fewest rows that hold whole blocks and at least `elements` elements.
    private static func leastRows(of columns: Int, blockSize: Int, elements: Int) -> Int {
        // Block sizes are powers of two: what they share with the columns is the columns' lowest bits.
        let whole = columns == 0 ? 1 : blockSize / min(blockSize, 1 << columns.trailingZeroBitCount)
        let wanted = max(1, elements / max(1, columns))
        return (wanted + whole - 1) / whole * whole
    }

    /// The values the codes stand for, [rows, columns]: table value × scale in float32, then rounded to `dtype`.
    public func dequantized(as dtype: DType = .float32) -> Tensor {
        let result = Tensor(uninitialized: shape, dtype: dtype)
        let kernels = ck_active().pointee
        var blocks = matrix.blocks
        withUnsafePointer(to: &blocks) { blocks in
            nonisolated(unsafe) let blocks = blocks
            parallelRanges(result.count, grain: elementGrain) { range in
                let (start, count) = (Int64(range.lowerBound), Int64(range.count))
                switch dtype {
                case .float32:
                    kernels.ck_dequantize4_f32(type.code, blocks, start, count, result.float32 + range.lowerBound)
                case .bfloat16:
                    kernels.ck_dequantize4_bf16(type.code, blocks, start, count, result.half + range.lowerBound)
                case .float16:
                    kernels.ck_dequantize4_f16(type.code, blocks, start, count, result.half + range.lowerBound)
                case .int32, .int64, .uint8:
                    fatalError("dequantized(as:): \(dtype) is not a floating-point type")
                }
            }
        }
        return result
    }
}

/// The codes of a matrix that is being quantized, and its scales in float32.
private struct UnscaledCodes {
    private let shape: [Int]
    private let type: QuantizationType
    private let blockSize: Int
    private let codes: Tensor
    private let absmax: Tensor

    init(_ shape: [Int], _ type: QuantizationType, _ blockSize: Int) {
        require(shape.count == 2, "QuantizedMatrix: expected [rows, columns], found \(shape)")
        require(QuantizedMatrix.blockSizes.contains(blockSize), "QuantizedMatrix: block size \(blockSize)")
        let count = shape[0] * shape[1]
        self.shape = shape
        self.type = type
        self.blockSize = blockSize
        codes = Tensor(uninitialized: [(count + 1) / 2], dtype: .uint8)
        absmax = Tensor(uninitialized: [(count + blockSize - 1) / blockSize])
    }

    /// Quantizes the elements of `range`, which begins with a block and ends with one or with the matrix.
    func quantize(_ values: UnsafePointer<Float>, _ range: Range<Int>) {
        ck_active().pointee.ck_quantize4(
            type.code, Int64(blockSize), Int64(range.count), values,
            codes.pointer(as: UInt8.self) + range.lowerBound / 2, absmax.float32 + range.lowerBound / blockSize)
    }

    /// The matrix, once all of it is quantized.
    func matrix(doubleQuantized: Bool) -> QuantizedMatrix {
        QuantizedMatrix(
            shape: shape, type: type, blockSize: blockSize, codes: codes,
            scales: doubleQuantized ? nestedScales() : .plain(absmax))
    }

    /// Double quantization: scales minus their mean, in runs of 256, against the signed dynamic map.
    private func nestedScales() -> BlockScales {
        let kernels = ck_active().pointee
        let run = QuantizedMatrix.nestedBlockSize
        let map = Tensor(uninitialized: [256])
        ck_dynamic_map(map.float32)
        let offset = ck_mean(Int64(absmax.count), absmax.float32)
        let codes = Tensor(uninitialized: [absmax.count], dtype: .uint8)
        let nested = Tensor(uninitialized: [(absmax.count + run - 1) / run])
        parallelRanges(absmax.count, grain: elementGrain) { range in
            kernels.ck_quantize8_nested(
                Int64(range.count), Int64(run), absmax.float32 + range.lowerBound, offset, map.float32,
                codes.pointer(as: UInt8.self) + range.lowerBound, nested.float32 + range.lowerBound / run)
        }
        return .nested(codes: codes, map: map, nested: nested, offset: offset, nestedBlockSize: run)
    }
}
