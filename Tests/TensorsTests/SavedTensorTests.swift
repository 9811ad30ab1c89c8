import Tensors
import TestSupport
import Testing

extension TensorTests {
    @Suite struct SavedTensorTests {
        /// An operation that holds its operand for the backward pass, and counts how often it is run.
        private final class Counter {
            var forward = 0
            var backward = 0

            func square(_ x: Tensor) -> Tensor {
                forward += 1
                let saved = x.saved
                return Tensor.recording("square", x.detached * x.detached, operands: [x]) { [self] gradient in
                    backward += 1
                    return [gradient * saved.value * 2]
                }
            }
        }

        private let x = Tensor.random([5, 7], 331)

        @Test("Only what some backward function asks for is computed again, and once")
        func onDemand() {
            let (inner, outer, last) = (Counter(), Counter(), Counter())
            func gradient(_ mark: ([Tensor], @escaping ([Tensor]) -> [Tensor]) -> [Tensor]) -> [Float] {
                let leaf = x.trackingGradient
                let a = mark([leaf]) { [inner.square($0[0])] }[0]
                // Two consumers of a, one of b; the last result is nobody's to hold.
                let b = mark([a]) { [outer.square($0[0])] }[0]
                let sum = (last.square(b) + outer.square(a)).sum()
                return sum.gradients(of: [leaf])[0].floats
            }
            let kept = gradient { inputs, body in body(inputs) }
            #expect((inner.forward, inner.backward, outer.forward, last.forward) == (1, 1, 2, 1))
            let again = gradient(recomputable)
            #expect(again == kept)
            // One more of the inner, for a, and one more of the outer, for b.
            #expect((inner.forward, inner.backward, outer.forward, last.forward) == (3, 2, 5, 2))
        }

        @Test("A value that is computed again is not held between the passes")
        func memory() {
            let big = Tensor.random([1000], 332)
            func held(_ mark: ([Tensor], @escaping ([Tensor]) -> [Tensor]) -> [Tensor]) -> Int {
                let leaf = big.trackingGradient
                let before = TensorMemory.liveBytes
                let counter = Counter()
                let end = counter.square(mark([leaf]) { [counter.square($0[0])] }[0])
                return withExtendedLifetime(end) { TensorMemory.liveBytes - before }
            }
            #expect(held { inputs, body in body(inputs) } == 8000)
            #expect(held(recomputable) == 4000)
        }

        @Test("Results of one operation bring their gradients together, and one that nobody uses brings none")
        func severalResults() {
            func halves(_ x: Tensor, _ seen: @escaping ([Bool]) -> Void) -> [Tensor] {
                Tensor.recording("halves", [x.detached * 2, x.detached * 3], operands: [x]) { gradients in
                    seen(gradients.map { $0 != nil })
                    let parts = zip(gradients, [2, 3] as [Float]).compactMap { g, factor in g.map { $0 * factor } }
                    return [parts.dropFirst().reduce(parts[0]) { $0 + $1 }]
                }
            }
            let leaf = x.trackingGradient
            var seen: [[Bool]] = []
            let both = halves(leaf) { seen.append($0) }
            let found = (both[0] + both[1] * both[1]).sum().gradients(of: [leaf])[0].floats
            #expect(relativeDifference(found, x.floats.map { 2 + 18 * $0 }) <= 0x1p-20)
            let second = halves(leaf) { seen.append($0) }[1]
            #expect(second.sum().gradients(of: [leaf])[0].floats == x.floats.map { _ in 3 })
            #expect(seen == [[true, true], [false, true]])
        }
    }
}
