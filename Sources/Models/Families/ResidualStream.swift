import Layers
import Tensors

/// The float32 residual stream between the parts of layers, whose last addend is added with the next norm, in one pass
/// over memory.
struct ResidualStream {
    /// [tokens, hidden], without the last addend.
    private var value: Tensor
    private var addend: Tensor?

    init(_ value: Tensor) { self.value = value }

    /// - Parameter x: [tokens, hidden], the type of the products.
    mutating func add(_ x: Tensor) {
        if let addend { value = residualAdd(value, addend) }
        addend = x
    }

    /// The norm of the stream.
    mutating func normalized(by norm: RMSNorm, output: DType) -> Tensor {
        guard let x = addend.take() else { return norm(value, output: output) }
        let (sum, result) = norm(adding: x, to: value, output: output)
        value = sum
        return result
    }
}
