/// What a recorded operation holds of a tensor until the backward pass asks for it: the value, or the way to compute it
/// again.
///
/// So every operation runs once in the forward pass and once in the backward pass whatever is kept, and of what is not
/// kept only that is computed again which some backward function asks for.
package enum SavedTensor: Sendable {
    case kept(Tensor)
    case recomputed(RecomputedValue)

    package var value: Tensor {
        switch self {
        case .kept(let tensor): tensor
        case .recomputed(let result): result.recomputation.values[result.index]
        }
    }
}

/// One of the values of a recomputation.
package struct RecomputedValue: Sendable {
    let recomputation: Recomputation
    let index: Int
}

/// Values that are computed when they are first asked for, and freed when nothing can ask for them any more.
package final class Recomputation: @unchecked Sendable {
    private var inputs: [SavedTensor]
    private var body: (([Tensor]) -> [Tensor])?
    private var results: [Tensor] = []

    init(_ inputs: [SavedTensor], _ body: @escaping ([Tensor]) -> [Tensor]) {
        self.inputs = inputs
        self.body = body
    }

    var values: [Tensor] {
        if let body {
            results = noGradient { body(inputs.map(\.value)) }.map(\.detached)
            // What the inputs hold may be freed now.
            self.body = nil
            inputs = []
        }
        return results
    }
}

extension Tensor {
    /// What a backward function should hold of this tensor.
    package var saved: SavedTensor { recipe.map(SavedTensor.recomputed) ?? .kept(detached) }

    /// The same tensor as one that operations do not keep: `body` gives its value again from `inputs`.
    func recomputable(from inputs: [SavedTensor], _ body: @escaping ([Tensor]) -> Tensor) -> Tensor {
        guard GradientMode.isOn else { return self }
        var result = self
        result.recipe = RecomputedValue(recomputation: Recomputation(inputs) { [body($0)] }, index: 0)
        return result
    }
}

/// Runs `body`, whose results the backward pass computes again where it needs them instead of keeping them.
///
/// Unlike `recomputed`, this concerns the results alone: what the operations in `body` hold of each other, they hold.
///
/// - Parameters:
///   - inputs: what `body` computes on; these are kept, where they are not to be computed again themselves.
///   - body: has to give the same values every time it runs: random numbers in it come from a key, not from a state.
package func recomputable(_ inputs: [Tensor], _ body: @escaping ([Tensor]) -> [Tensor]) -> [Tensor] {
    let results = body(inputs)
    guard GradientMode.isOn else { return results }
    let recomputation = Recomputation(inputs.map(\.saved), body)
    return results.enumerated().map { index, value in
        var result = value
        result.recipe = RecomputedValue(recomputation: recomputation, index: index)
        return result
    }
}
