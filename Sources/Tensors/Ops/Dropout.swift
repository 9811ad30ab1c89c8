import CKernels
import Diagnostics

/// Sets elements to zero with a probability and scales the rest by 1 / (1 − probability).
///
/// Which elements are zeroed depends only on the key and the element's index.
public struct Dropout: Sendable {
    /// Between 0 and 1, 1 excluded.
    public let probability: Float
    public let key: RandomKey

    public init(probability: Float, key: RandomKey) {
        require(probability >= 0 && probability < 1, "Dropout: probability \(probability)")
        self.probability = probability
        self.key = key
    }

    func applied(to x: Tensor) -> Tensor {
        let result = Tensor(uninitialized: x.shape, dtype: x.dtype)
        apply(to: x, into: result)
        return result
    }

    /// - Parameter result: of the shape and type of `x`; may be `x` itself.
    func apply(to x: Tensor, into result: Tensor) {
        let kernels = ck_active().pointee
        parallelRanges(x.count, grain: elementGrain) { range in
            let (start, count) = (UInt64(range.lowerBound), Int64(range.count))
            switch x.dtype {
            case .float32:
                kernels.ck_dropout_f32(
                    key.seed, key.stream, start, count, probability, x.float32 + range.lowerBound,
                    result.float32 + range.lowerBound)
            case .bfloat16:
                kernels.ck_dropout_bf16(
                    key.seed, key.stream, start, count, probability, x.half + range.lowerBound,
                    result.half + range.lowerBound)
            default: fatalError("dropout: \(x.shape) \(x.dtype): expected float32 or bfloat16")
            }
        }
    }
}

/// Dropout of `x` (float32 or bfloat16, any shape).
public func dropout(_ x: Tensor, _ dropout: Dropout) -> Tensor {
    Tensor.recording("dropout", dropout.applied(to: x.detached), operands: [x]) { [dropout.applied(to: $0)] }
}
