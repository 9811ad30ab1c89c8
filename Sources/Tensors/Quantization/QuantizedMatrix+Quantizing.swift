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
        require(values.rank == 2, "QuantizedMatrix: expected [rows, columns], found \(values.shape)")
        require(Self.blockSizes.contains(blockSize), "QuantizedMatrix: block size \(blockSize)")
        let count = values.count
        let blocks = (count + blockSize - 1) / blockSize
        let codes = Tensor(uninitialized: [(count + 1) / 2], dtype: .uint8)
        let absmax = Tensor(uninitialized: [blocks])
        let kernels = ck_active().pointee
        parallelRanges(blocks, grain: max(1, elementGrain / blockSize)) { range in
            let first = range.lowerBound * blockSize
            kernels.ck_quantize4(
                type.code, Int64(blockSize), Int64(min(range.upperBound * blockSize, count) - first),
                values.float32 + first, codes.pointer(as: UInt8.self) + first / 2, absmax.float32 + range.lowerBound)
        }
        self.init(
            shape: values.shape, type: type, blockSize: blockSize, codes: codes,
            scales: doubleQuantized ? Self.nested(absmax) : .plain(absmax))
    }

    /// Double quantization: scales minus their mean, in runs of 256, against the signed dynamic map.
    private static func nested(_ absmax: Tensor) -> BlockScales {
        let kernels = ck_active().pointee
        let map = Tensor(uninitialized: [256])
        ck_dynamic_map(map.float32)
        let offset = ck_mean(Int64(absmax.count), absmax.float32)
        let codes = Tensor(uninitialized: [absmax.count], dtype: .uint8)
        let nested = Tensor(uninitialized: [(absmax.count + nestedBlockSize - 1) / nestedBlockSize])
        kernels.ck_quantize8_nested(
            Int64(absmax.count), Int64(nestedBlockSize), absmax.float32, offset, map.float32,
            codes.pointer(as: UInt8.self), nested.float32)
        return .nested(codes: codes, map: map, nested: nested, offset: offset, nestedBlockSize: nestedBlockSize)
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
