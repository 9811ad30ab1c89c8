import Tensors
import TestSupport
import Testing

extension TensorTests {
    @Suite("Operations computed together") struct FusionTests {
        @Test("An addition with its norm gives the bits of both alone, and their gradients", arguments: [DType.float32, .bfloat16])
        func residualNorm(type: DType) {
            let (a, b) = (Tensor.random([37, 129], 341), Tensor.random([37, 129], 342, type))
            let weight = Tensor.random([129], 343, in: 0.5..<1.5)
            let upstream = [Tensor.random([37, 129], 344), Tensor.random([37, 129], 345, type)]
            func results(_ body: (Tensor, Tensor) -> (Tensor, Tensor)) -> (values: [Tensor], gradients: [Tensor]) {
                let (x, y) = (a.trackingGradient, b.trackingGradient)
                let (sum, norm) = body(x, y)
                let loss = (sum * upstream[0]).sum() + (norm * upstream[1]).converted(to: .float32).sum()
                return ([sum, norm], loss.gradients(of: [x, y]))
            }
            let fused = results { residualAddNorm($0, $1, weight: weight, epsilon: 1e-5, output: type) }
            let plain = results {
                let sum = residualAdd($0, $1)
                return (sum, rmsNorm(sum, weight: weight, epsilon: 1e-5, output: type))
            }
            #expect(fused.values.map(\.bytes) == plain.values.map(\.bytes))
            // The stream's gradient is added to in one rounding less.
            for (found, expected) in zip(fused.gradients, plain.gradients) {
                let allowed = found.dtype == .bfloat16 ? 0x1p-8 : 0x1p-22
                #expect(relativeDifference(found.converted(to: .float32).floats, expected.converted(to: .float32).floats) <= allowed)
            }
        }

        @Test("A gradient that something else still holds is not changed by the backward pass")
        func upstreamIsKept() {
            let (a, b) = (Tensor.random([3, 8], 346).trackingGradient, Tensor.random([3, 8], 347).trackingGradient)
            let (sum, norm) = residualAddNorm(a, b, weight: .ones([8]), epsilon: 1e-5, output: .float32)
            let both = concatenated([sum, norm])
            let upstream = Tensor.random([6, 8], 348)
            let before = upstream.floats
            let first = both.gradients(of: [a, b], upstream: upstream)
            #expect(upstream.floats == before)
            #expect(first[0].floats == first[1].floats)
        }

        @Test("Layers of one input give the bits of each alone", arguments: [DType.float32, .bfloat16], [nil, 0.3 as Float])
        func linears(type: DType, probability: Float?) {
            let x = Tensor.random([70, 96], 351, type)
            let weights = [64, 24, 33].enumerated().map { index, output in
                let seed = UInt64(352 + 3 * index)
                return AdaptedWeight(
                    .dense(.random([output, 96], seed)),
                    update: LowRankUpdate(
                        a: Tensor.random([4, 96], seed + 1).trackingGradient,
                        b: Tensor.random([output, 4], seed + 2).trackingGradient, scale: Float(index) + 0.5,
                        dropout: probability.map { Dropout(probability: $0, key: RandomKey(seed: seed)) }))
            }
            let upstream = weights.map { Tensor.random([70, $0.weight.shape[0]], 370, type) }
            let parameters = weights.flatMap { [$0.update!.a, $0.update!.b] }
            func gradients(_ results: [Tensor], of leaves: [Tensor]) -> [Tensor] {
                zip(results, upstream).map { ($0 * $1).converted(to: .float32).sum() }.reduce(Tensor(0.0 as Float), +)
                    .gradients(of: leaves)
            }
            let leaf = x.trackingGradient
            let together = linear(leaf, weights: weights)
            let alone = weights.map { linear(leaf, weight: $0.weight, update: $0.update) }
            #expect(together.map(\.bytes) == alone.map(\.bytes))
            let found = gradients(together, of: [leaf] + parameters)
            let expected = gradients(alone, of: [leaf] + parameters)
            #expect(found.dropFirst().map(\.bytes) == expected.dropFirst().map(\.bytes))
            let ofInput = [found[0], expected[0]].map { $0.converted(to: .float32).floats }
            #expect(relativeDifference(ofInput[0], ofInput[1]) <= (type == .bfloat16 ? 0x1p-6 : 0x1p-20))
        }

        @Test("The gradient of an input of several layers is rounded to bfloat16 once")
        func roundedOnce() {
            let x = Tensor.random([9, 40], 381, .bfloat16)
            let weights = (0..<3).map { Tensor.random([16, 40], UInt64(382 + $0), .bfloat16) }
            let upstream = (0..<3).map { Tensor.random([9, 16], UInt64(385 + $0), .bfloat16) }
            let leaf = x.trackingGradient
            let results = linear(leaf, weights: weights.map { AdaptedWeight(.dense($0)) })
            let found = concatenated(results, along: 1).gradients(
                of: [leaf], upstream: concatenated(upstream, along: 1))[0]
            let wide = zip(upstream, weights).map {
                matmul($0.converted(to: .float32), $1.converted(to: .float32))
            }
            let exact = zip(zip(wide[0].doubles, wide[1].doubles), wide[2].doubles).map { $0.0 + $0.1 + $1 }
            for (value, expected) in zip(found.doubles, exact) {
                #expect(abs(value - expected) <= abs(expected) * 0x1.01p-8 + 1e-5)
            }
        }
    }
}
