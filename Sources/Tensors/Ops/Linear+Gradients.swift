import CKernels

extension AdaptedWeights {
    /// The gradients that come to the layers' results, and what follows from them.
    struct Upstream {
        private let layers: AdaptedWeights
        /// [tokens, out] of every layer; nil where none came.
        private let gradients: [Tensor?]
        /// scale · (g·B)ᵀ of every layer that has an update and a gradient: [r, tokens].
        private let narrow: [Tensor?]

        init(_ layers: AdaptedWeights, _ gradients: inout [Tensor?]) {
            self.layers = layers
            self.gradients = gradients
            gradients = []
            narrow = zip(layers.layers, self.gradients).map { layer, gradient in
                guard let gradient, let update = layer.update else { return nil }
                let rows = thinProduct(transposedMatrix(update.b), gradient, compute: layers.compute)
                return layers.scaled(rows, by: update.scale)
            }
        }

        /// The gradients of A and B of every layer that has an update.
        ///
        /// - Parameters:
        ///   - input: the layers' x.
        ///   - forward: scale · dropout(x)·Aᵀ of every layer.
        func parameterGradients(input: Tensor, _ forward: [Tensor?]) -> [Tensor?] {
            var ofA = [Tensor?](repeating: nil, count: layers.layers.count)
            layers.forEachInput(input) { seen, indices in
                let wanted = indices.filter { narrow[$0] != nil }
                if wanted.isEmpty { return }
                // All together, so that the input, the larger side, is read once.
                let rows = AdaptedWeights.joined(wanted.map { narrow[$0]! })
                let result = Tensor(uninitialized: [rows.shape[0], layers.input])
                product(
                    [ProductTerm(a: rows.matrix, b: seen.matrix, bIsTransposed: true, k: layers.tokens)],
                    m: rows.shape[0], n: layers.input, compute: layers.compute, into: result)
                for (i, part) in zip(wanted, result.split(sizes: wanted.map { narrow[$0]!.shape[0] })) { ofA[i] = part }
            }
            return layers.layers.indices.filter { layers.layers[$0].update != nil }.flatMap { i in
                [ofA[i], gradients[i].map { ofB(forward[i]!, $0) }]
            }
        }

        /// (narrowᵀ·g)ᵀ: [out, r].
        private func ofB(_ narrow: Tensor, _ gradient: Tensor) -> Tensor {
            let result = Tensor(uninitialized: [narrow.shape[1], gradient.shape[1]])
            product(
                [
                    ProductTerm(
                        a: narrow.matrix, aIsTransposed: true, b: gradient.matrix, bIsTransposed: true,
                        k: layers.tokens)
                ], m: result.shape[0], n: result.shape[1], compute: layers.compute, into: result)
            return transposedMatrix(result)
        }

        /// Σ g·W + Σ dropout(narrow·A) over all layers, summed in float32 and rounded once.
        func inputGradient() -> Tensor {
            var pairs: [GradientPair] = []
            var dropped: [(part: GradientPair, dropout: Dropout)] = []
            for (i, layer) in layers.layers.enumerated() {
                guard let gradient = gradients[i] else { continue }
                pairs.append(GradientPair(gradient: gradient, weight: layer.weight))
                guard let update = layer.update, let narrow = narrow[i] else { continue }
                let part = GradientPair(gradient: narrow, isTransposed: true, weight: .dense(update.a))
                if let dropout = update.dropout { dropped.append((part, dropout)) } else { pairs.append(part) }
            }
            let shape = [layers.tokens, layers.input]
            if dropped.isEmpty { return Tensors.inputGradient(pairs, like: shape) }
            var sum = Tensors.inputGradient(pairs, like: shape, as: .float32)
            for (part, dropout) in dropped {
                let addend = Tensors.inputGradient([part], like: shape, as: .float32)
                dropout.apply(to: addend, into: addend)
                sum.accumulate(addend)
            }
            return sum.converted(to: layers.compute)
        }
    }
}

/// An output gradient [tokens, out], or [out, tokens] where it is transposed, and the weight [out, in] it came through.
struct GradientPair {
    var gradient: Tensor
    var isTransposed = false
    var weight: FrozenWeight
}

/// Σ g·W over pairs: the gradient of the input.
///
/// - Parameter dtype: of the result, whose sums are float32; the gradients' own where nil.
func inputGradient(_ pairs: [GradientPair], like shape: [Int], as dtype: DType? = nil) -> Tensor {
    let compute = pairs[0].gradient.dtype
    let result = Tensor(uninitialized: shape, dtype: dtype ?? compute)
    let terms = pairs.map {
        ProductTerm(
            a: $0.gradient.matrix, aIsTransposed: $0.isTransposed, b: $0.weight.matrix, bIsTransposed: true,
            k: $0.weight.shape[0])
    }
    withExtendedLifetime(pairs) { product(terms, m: shape[0], n: shape[1], compute: compute, into: result) }
    return result
}

/// [rows, columns] → [columns, rows], float32.
func transposedMatrix(_ matrix: Tensor) -> Tensor {
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    let result = Tensor(uninitialized: [columns, rows])
    withExtendedLifetime(matrix) {
        ck_active().pointee.ck_transpose_words(
            Int64(rows), Int64(columns), matrix.pointer(as: UInt32.self), Int64(columns),
            result.pointer(as: UInt32.self), Int64(rows))
    }
    return result
}
