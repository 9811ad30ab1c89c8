import CKernels
import Testing

@testable import Tensors

extension EightBitMatrix {
    /// Each block by its largest magnitude, which becomes 127 times its scale.
    init(quantizing values: Tensor) {
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: values.count, by: Self.blockSize) {
            let block = (start..<start + Self.blockSize).map { values.float32[$0] }
            let scale = Float16(block.reduce(0) { max($0, abs($1)) } / 127)
            bytes += [UInt8(truncatingIfNeeded: scale.bitPattern), UInt8(scale.bitPattern >> 8)]
            bytes += block.map { UInt8(bitPattern: Int8(max(-127, min(127, ($0 / Float(scale)).rounded())))) }
        }
        let blocks = bytes.withUnsafeBytes { Tensor(copying: $0, shape: [bytes.count], dtype: .uint8) }
        self.init(shape: values.shape, blocks: blocks)
    }
}

extension TensorTests {
    @Suite("Weights in blocks of 8 bits") struct EightBitMatrixTests {
        /// [out, in]: one block, rows that are no whole step of a kernel, more than a panel.
        private static let shapes = [(1, 32), (7, 96), (37, 64), (131, 576), (300, 1056)]

        @Test("give the bits of the same values stored as float32, forward and backward, for few rows and many")
        func products() {
            for (n, k) in Self.shapes {
                let matrix = EightBitMatrix(quantizing: Tensor.random([n, k], UInt64(n + k)))
                let dense = FrozenWeight.dense(matrix.dequantized())
                for compute in [DType.float32, .bfloat16] {
                    for m in [1, 2, 5, 6, 7, 16, 32, 33] {
                        let x = Tensor.random([m, k], UInt64(m), compute)
                        let upstream = Tensor.random([m, n], 77, compute)
                        func results(_ weight: FrozenWeight) -> [[UInt8]] {
                            let leaf = x.trackingGradient
                            let y = linear(leaf, weight: weight)
                            let gradient = y.gradients(of: [leaf], upstream: upstream)[0]
                            return [y.bytes, gradient.bytes, generating { linear(x, weight: weight) }.bytes]
                        }
                        withEveryInstructionSet { isa in
                            let isSame = results(.eightBit(matrix)) == results(dense)
                            #expect(isSame, "\(isa) \(compute) \(m) rows, weight [\(n), \(k)]")
                        }
                    }
                }
            }
        }

        @Test("give a head's losses and gradients, and an embedding's rows, with the bits of float32")
        func headAndEmbedding() {
            let matrix = EightBitMatrix(quantizing: Tensor.random([97, 64], 5))
            let dense = FrozenWeight.dense(matrix.dequantized())
            let (rows, targets): ([Int32], [Int32]) = ([4, 0, 3, 4, 0], [10, 0, 96, 1, 0])
            for compute in [DType.float32, .bfloat16] {
                let states = Tensor.random([5, 64], 6, compute)
                func results(_ weight: FrozenWeight) -> [[UInt8]] {
                    let leaf = states.trackingGradient
                    let losses = linearCrossEntropy(
                        hiddenStates: leaf, weight: weight, rows: Tensor(rows), targets: Tensor(targets))
                    let gradient = losses.gradients(of: [leaf], upstream: .ones([5]))[0]
                    let logits = headLogits(states, weight: weight)
                    return [losses.bytes, gradient.bytes, logits.bytes, embeddingRows(weight, tokens: targets).bytes]
                }
                withEveryInstructionSet { isa in
                    #expect(results(.eightBit(matrix)) == results(dense), "\(isa) \(compute)")
                }
            }
        }
    }
}
