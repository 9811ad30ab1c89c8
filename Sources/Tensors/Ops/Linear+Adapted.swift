import CKernels
import Diagnostics

/// Linear layers with one input, outside the record.
struct AdaptedWeights: Sendable {
    let layers: [AdaptedWeight]
    let tokens: Int
    let input: Int
    let compute: DType

    init(_ weights: [AdaptedWeight], _ x: Tensor) {
        // Each brings two matrices to the product that is the gradient of x.
        require(
            (1...Int(CK_GEMM_MATRICES) / 2).contains(weights.count), "linear: \(weights.count) weights for \(x.shape)")
        for layer in weights {
            let (output, input) = (layer.weight.shape[0], layer.weight.shape[1])
            guard x.rank == 2, x.shape[1] == input, x.dtype.isComputeType else {
                fatalError(
                    "linear: \(x.shape) \(x.dtype) and weight \(layer.weight.shape): expected [tokens, \(input)], "
                        + "float32 or bfloat16")
            }
            guard let update = layer.update else { continue }
            let rank = update.a.shape[0]
            guard update.a.shape == [rank, input], update.b.shape == [output, rank] else {
                fatalError("linear: A \(update.a.shape) and B \(update.b.shape) for weight \(layer.weight.shape)")
            }
        }
        layers = weights.map { layer in
            guard let update = layer.update else { return layer }
            return AdaptedWeight(
                layer.weight,
                update: LowRankUpdate(
                    a: update.a.detached, b: update.b.detached, scale: update.scale, dropout: update.dropout))
        }
        (tokens, input, compute) = (x.shape[0], x.shape[1], x.dtype)
    }

    /// scale · dropout(x)·Aᵀ of every layer that has an update: [tokens, r].
    func narrowed(_ x: Tensor) -> [Tensor?] {
        let results = layers.map { $0.update.map { Tensor(uninitialized: [tokens, $0.a.shape[0]]) } }
        if results.allSatisfy({ $0 == nil }) { return results }
        forEachInput(x) { seen, indices in
            products(
                indices.map { i in
                    ProductOutput(
                        terms: [ProductTerm(a: seen.matrix, b: layers[i].update!.a.matrix, k: input)],
                        result: results[i]!)
                }, m: tokens, compute: compute)
        }
        return zip(layers, results).map { layer, result in
            result.map { scaled($0, by: layer.update!.scale) }
        }
    }

    /// x·Wᵀ + narrow·Bᵀ of every layer.
    func values(_ x: Tensor, _ narrow: [Tensor?]) -> [Tensor] {
        let outputs = zip(layers, narrow).map { layer, narrow in
            var terms = [ProductTerm(a: x.matrix, b: layer.weight.matrix, k: input)]
            if let narrow, let update = layer.update {
                terms.append(ProductTerm(a: narrow.matrix, b: update.b.matrix, k: narrow.shape[1]))
            }
            return ProductOutput(
                terms: terms, result: Tensor(uninitialized: [tokens, layer.weight.shape[0]], dtype: compute))
        }
        withExtendedLifetime((x, narrow)) { products(outputs, m: tokens, compute: compute) }
        return outputs.map(\.result)
    }

    /// Calls `body` with each different input of updates and the layers it is the input of: x itself first, then x after
    /// each dropout.
    func forEachInput(_ x: Tensor, _ body: (_ seen: Tensor, _ layers: [Int]) -> Void) {
        let updated = layers.indices.filter { layers[$0].update != nil }
        let plain = updated.filter { layers[$0].update!.dropout == nil }
        withExtendedLifetime(x) {
            if !plain.isEmpty { body(x, plain) }
            for i in updated {
                guard let dropout = layers[i].update!.dropout else { continue }
                let seen = dropout.applied(to: x)
                withExtendedLifetime(seen) { body(seen, [i]) }
            }
        }
    }

    /// scale · value in the type of the arithmetic; `value` is float32 and changed.
    func scaled(_ value: Tensor, by scale: Float) -> Tensor {
        withExtendedLifetime(value) { ck_active().pointee.ck_scale_f32(Int64(value.count), scale, value.float32) }
        return value.converted(to: compute)
    }
}
