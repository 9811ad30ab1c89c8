/// Runs `body` and keeps only its inputs; the backward pass runs it again to get the intermediate values back.
///
/// - Parameters:
///   - inputs: tensors `body` computes on. Gradients flow to them.
///   - parameters: leaves that `body` uses besides its inputs and that want gradients.
///   - body: has to give the same values every time it runs: random numbers in it come from a key, not from a state.
/// - Returns: what `body` gives, exactly as without recomputation.
public func recomputed(_ inputs: [Tensor], parameters: [Tensor] = [], _ body: @escaping ([Tensor]) -> Tensor) -> Tensor
{
    let saved = inputs.map(\.detached)
    let wantsGradient = inputs.map(\.requiresGradient)
    return Tensor.recording("recomputed", noGradient { body(saved) }, operands: inputs + parameters) { upstream in
        GradientMode.$isOn.withValue(true) {
            let leaves = zip(saved, wantsGradient).map { $1 ? $0.trackingGradient : $0 }
            let wanted = leaves.filter(\.requiresGradient)
            var gradients = body(leaves).gradients(of: wanted + parameters, upstream: upstream)[...]
            return leaves.map { $0.requiresGradient ? gradients.removeFirst() : nil } + Array(gradients)
        }
    }
}
