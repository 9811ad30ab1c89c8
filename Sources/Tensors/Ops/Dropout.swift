import CKernels
import Diagnostics

/// Sets elements to zero with a probability and scales the rest by 1 / (1 − probability).
///
/// Which elements are zeroed depends only on the key and the element's index: of the whole tensor, or of its part where
/// there are parts, so that a sequence loses the same elements wherever it lies in whichever stream.
public struct Dropout: Sendable {
    /// Rows of a tensor that are numbered by themselves.
    public struct Part: Sendable, Equatable {
        /// The rows, along the first dimension.
        public let rows: Range<Int>
        /// Names the part's random numbers.
        public let name: Int

        /// - Parameters:
        ///   - rows: the rows, along the first dimension.
        ///   - name: names the part's random numbers.
        public init(rows: Range<Int>, name: Int) {
            self.rows = rows
            self.name = name
        }
    }

    /// Between 0 and 1, 1 excluded.
    public let probability: Float
    public let key: RandomKey
    /// All rows, in their order; nil for a tensor as a whole.
    public let parts: [Part]?

    public init(probability: Float, key: RandomKey, parts: [Part]? = nil) {
        require(probability >= 0 && probability < 1, "Dropout: probability \(probability)")
        self.probability = probability
        self.key = key
        self.parts = parts
    }

    func applied(to x: Tensor) -> Tensor {
        let result = Tensor(uninitialized: x.shape, dtype: x.dtype)
        apply(to: x, into: result)
        return result
    }

    /// - Parameter result: of the shape and type of `x`; may be `x` itself.
    func apply(to x: Tensor, into result: Tensor) {
        guard let parts else { return apply(key, to: x, into: result, 0..<x.count) }
        require(
            parts.reduce(0) { $1.rows.lowerBound == $0 ? $1.rows.upperBound : -1 } == x.shape[0],
            "dropout: \(x.shape) in parts \(parts.map(\.rows))")
        let width = x.count / max(1, x.shape[0])
        for part in parts {
            apply(
                key.folding(part.name), to: x, into: result,
                part.rows.lowerBound * width..<part.rows.upperBound * width)
        }
    }

    private func apply(_ key: RandomKey, to x: Tensor, into result: Tensor, _ elements: Range<Int>) {
        let kernels = ck_active().pointee
        parallelRanges(elements.count, grain: elementGrain) { range in
            let (start, count) = (UInt64(range.lowerBound), Int64(range.count))
            let first = elements.lowerBound + range.lowerBound
            switch x.dtype {
            case .float32:
                kernels.ck_dropout_f32(
                    key.seed, key.stream, start, count, probability, x.float32 + first, result.float32 + first)
            case .bfloat16:
                kernels.ck_dropout_bf16(
                    key.seed, key.stream, start, count, probability, x.half + first, result.half + first)
            default: fatalError("dropout: \(x.shape) \(x.dtype): expected float32 or bfloat16")
            }
        }
    }
}

/// Dropout of `x` (float32 or bfloat16, any shape).
public func dropout(_ x: Tensor, _ dropout: Dropout) -> Tensor {
    Tensor.recording("dropout", dropout.applied(to: x.detached), operands: [x]) { [dropout.applied(to: $0)] }
}
