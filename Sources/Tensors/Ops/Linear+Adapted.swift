import CKernels
import Diagnostics

/// Linear layers with one input, outside the record.
struct AdaptedWeights: Sendable {
    let layers: [AdaptedWeight]
    let tokens: Int
    let input: Int
    let compute: DType

    /// Stops where the weights do not fit each other or `x`.
    static func check(_ weights: [AdaptedWeight], _ x: Tensor) {
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
    }

    /// - Parameter weights: that have been checked.
    init(_ weights: [AdaptedWeight], _ x: Tensor) {
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
        var results = [Tensor?](repeating: nil, count: layers.count)
        if layers.allSatisfy({ $0.update == nil }) { return results }
        forEachInput(x) { seen, indices in
            let updates = indices.map { layers[$0].update! }
            for (i, narrow) in zip(indices, narrowed(seen, by: updates)) { results[i] = narrow }
        }
        return results
    }

    /// scale · x·Aᵀ of several updates.
    private func narrowed(_ x: Tensor, by updates: [LowRankUpdate]) -> [Tensor] {
        if FewRowsMode.isOn, tokens <= fewRows {
            let results = updates.map { Tensor(uninitialized: [tokens, $0.a.shape[0]]) }
            products(
                zip(updates, results).map { update, result in
                    ProductOutput(terms: [ProductTerm(a: x.matrix, b: update.a.matrix, k: input)], result: result)
                }, m: tokens, compute: compute)
            return zip(updates, results).map { update, result in scaled(result, by: update.scale) }
        }
        // All together, so that x is read once.
        let rows = thinProduct(Self.joined(updates.map(\.a)), x, compute: compute)
        return zip(updates, rows.split(sizes: updates.map { $0.a.shape[0] })).map { update, part in
            scaled(transposedMatrix(part), by: update.scale)
        }
    }

    /// Matrices of as many columns one below the other.
    static func joined(_ matrices: [Tensor]) -> Tensor {
        matrices.count == 1 ? matrices[0] : concatenated(matrices)
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
