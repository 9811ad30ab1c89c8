import Diagnostics

/// An operation of your own: a value and its vector–Jacobian product.
///
/// - Parameters:
///   - name: what messages call it.
///   - operands: the tensors it depends on.
///   - forward: computes the value; nothing in it is recorded.
///   - vjp: from the gradient of the value (same shape and dtype) to the gradients of `operands`, in order, each with its
///     operand's shape and dtype; nil for one that has none.
public func customOperation(
    _ name: String, _ operands: [Tensor], forward: ([Tensor]) -> Tensor,
    vjp: @escaping (_ gradient: Tensor, _ operands: [Tensor], _ value: Tensor) -> [Tensor?]
) -> Tensor {
    let saved = operands.map(\.detached)
    let value = noGradient { forward(saved) }.detached
    return Tensor.recording(name, value, operands: operands) { gradient in
        let results = vjp(gradient, saved, value)
        require(results.count == saved.count, "\(name): \(results.count) gradients for \(saved.count) operands")
        return results
    }
}
