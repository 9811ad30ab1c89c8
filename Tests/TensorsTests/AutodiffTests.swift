import Foundation
import Tensors
import Testing

extension TensorTests {
    @Suite struct AutodiffTests {
        private let x = Tensor.random([3, 4], 301)

        @Test("A tensor used more than once has the sum of its gradients")
        func fanOut() {
            let leaf = x.trackingGradient
            let loss = (leaf * leaf + leaf * 3 + leaf).sum()
            let expected = x.doubles.map { 2 * $0 + 4 }
            for (found, wanted) in zip(loss.gradients(of: [leaf])[0].doubles, expected) {
                #expect(abs(found - wanted) < 1e-6)
            }
        }

        @Test("Gradients flow through a chain of a hundred thousand operations, and its record is freed")
        func longChain() {
            let before = TensorMemory.liveBytes
            do {
                let leaf = Tensor(1.0 as Float).trackingGradient
                var y = leaf
                for _ in 0..<100_000 { y = y + 1 }
                #expect(y.gradients(of: [leaf])[0].item == 1)
                var unused = leaf
                for _ in 0..<100_000 { unused = unused + 1 }
            }
            #expect(TensorMemory.liveBytes - before < 1 << 16)
        }

        @Test("A parameter that the loss does not depend on has a gradient of zeros, and detached ones cut the record")
        func independence() {
            let (a, b) = (x.trackingGradient, x.trackingGradient)
            let gradients = (a * b.detached).sum().gradients(of: [a, b])
            #expect(gradients[0].floats == x.floats)
            #expect(gradients[1].floats == [Float](repeating: 0, count: 12))
        }

        @Test("Gradients are handed out once each, as soon as they are complete: those of later operations first")
        func handedOut() {
            let leaves = (0..<4).map { Tensor.random([12], UInt64(60 + $0)).trackingGradient }
            // The second is used twice, first and last; the fourth not at all.
            func value() -> Tensor { (leaves[1] * leaves[0] * leaves[2] + leaves[1]).sum() }
            let expected = value().gradients(of: leaves).map(\.floats)
            var order: [Int] = []
            value().forEachGradient(of: leaves, upstream: Tensor(1)) { index, gradient in
                order.append(index)
                #expect(gradient.floats == expected[index])
            }
            #expect(order.first == 2 && order.last == 3 && order.sorted() == [0, 1, 2, 3])
        }

        @Test("noGradient records nothing and frees intermediate values")
        func noRecord() {
            let leaf = Tensor.random([1000], 302).trackingGradient
            let before = TensorMemory.liveBytes
            let value = noGradient { exp(exp(exp(leaf * 0.1))) }
            #expect(!value.requiresGradient)
            #expect(TensorMemory.liveBytes - before == 4000)
            #expect((leaf * value).sum().gradients(of: [leaf])[0].floats == value.floats)
        }

        @Test("A gradient for an upstream other than ones is the product with the Jacobian")
        func upstream() {
            let leaf = x.trackingGradient
            let weights = Tensor.random([3, 4], 303)
            #expect((leaf * 2).gradients(of: [leaf], upstream: weights)[0].floats == weights.floats.map { $0 * 2 })
        }

        @Test("A custom operation gets its operands, its value and the gradient from above")
        func customOperations() {
            func cube(_ x: Tensor) -> Tensor {
                customOperation(
                    "cube", [x], forward: { $0[0] * $0[0] * $0[0] },
                    vjp: { gradient, operands, value in
                        #expect(value.floats == (operands[0] * operands[0] * operands[0]).floats)
                        #expect(!operands[0].requiresGradient)
                        return [gradient * operands[0] * operands[0] * 3]
                    })
            }
            let leaf = x.trackingGradient
            let found = (cube(leaf) * 0.5).sum().gradients(of: [leaf])[0]
            let reference = (pow(leaf, 3) * 0.5).sum().gradients(of: [leaf])[0]
            for (a, b) in zip(found.floats, reference.floats) { #expect(abs(a - b) < 1e-6) }
        }

        @Test("A custom operation may have operands without a gradient")
        func constantOperands() {
            let leaf = x.trackingGradient
            let value = customOperation(
                "scaled", [leaf, Tensor(2.0 as Float)], forward: { $0[0] * $0[1] },
                vjp: { gradient, operands, _ in [gradient * operands[1], nil] })
            #expect(value.sum().gradients(of: [leaf])[0].floats == [Float](repeating: 2, count: 12))
        }
    }

    @Suite struct RecomputationTests {
        /// A layer with a parameter that is no input, and dropout that has to repeat itself.
        private static func layer(_ x: Tensor, _ weight: Tensor, _ index: Int) -> Tensor {
            let hidden = dropout(
                silu(matmul(x, weight)), Dropout(probability: 0.2, key: RandomKey(seed: 1).folding(index)))
            return x + tanh(hidden * hidden + hidden)
        }

        /// Loss, gradients of input and weights, and the most bytes beyond those live at the start.
        private func run(recomputing: Bool) -> (loss: Tensor, gradients: [Tensor], bytes: Int) {
            let x = Tensor.random([256, 64], 311).trackingGradient
            let weights = (0..<12).map { Tensor.random([64, 64], UInt64(312 + $0)).trackingGradient }
            let before = TensorMemory.liveBytes
            TensorMemory.resetPeak()
            var hidden = x
            for (i, weight) in weights.enumerated() {
                hidden =
                    recomputing
                    ? recomputed([hidden], parameters: [weight]) { Self.layer($0[0], weight, i) }
                    : Self.layer(hidden, weight, i)
            }
            let loss = (hidden * hidden).mean()
            let gradients = loss.gradients(of: [x] + weights)
            return (loss, gradients, TensorMemory.peakBytes - before)
        }

        @Test("Recomputation gives the same bits and needs less than half of the memory")
        func recomputation() {
            let plain = run(recomputing: false)
            let saving = run(recomputing: true)
            #expect(saving.loss.bytes == plain.loss.bytes)
            #expect(saving.gradients.map(\.bytes) == plain.gradients.map(\.bytes))
            #expect(saving.gradients.allSatisfy { $0.floats.contains { $0 != 0 } })
            #expect(saving.bytes * 2 < plain.bytes, "\(saving.bytes) and \(plain.bytes)")
        }

        @Test("Recomputed segments may lie within each other")
        func nested() {
            let x = Tensor.random([4, 64], 321)
            let weight = Tensor.random([64, 64], 322)
            func gradient(_ body: (Tensor, Tensor) -> Tensor) -> [Tensor] {
                let (input, parameter) = (x.trackingGradient, weight.trackingGradient)
                return body(input, parameter).sum().gradients(of: [input, parameter])
            }
            let plain = gradient { Self.layer(Self.layer($0, $1, 0), $1, 1) }
            let saving = gradient { input, parameter in
                recomputed([input], parameters: [parameter]) { outer in
                    let inner = recomputed(outer, parameters: [parameter]) { Self.layer($0[0], parameter, 0) }
                    return Self.layer(inner, parameter, 1)
                }
            }
            // The shared weight's two parts are added in another order.
            for (a, b) in zip(plain, saving) {
                for (found, expected) in zip(a.doubles, b.doubles) {
                    #expect(abs(found - expected) <= 1e-5 * max(1, abs(expected)))
                }
            }
        }
    }
}
