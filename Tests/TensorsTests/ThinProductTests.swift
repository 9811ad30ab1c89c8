import CKernels
import Testing

@testable import Tensors

/// Products with a matrix of few rows that read the other one once, and products with rows of codes in pairs.
extension TensorTests {
    @Suite struct ThinProductTests {
        /// Integers whose products and sums float32 holds exactly, so that only the right result is right.
        private func integers(_ shape: [Int], _ seed: UInt64) -> Tensor {
            Tensor(Tensor.random(shape, seed, in: -8..<8).floats.map { $0.rounded() }, shape: shape)
        }

        @Test(
            "A thin product is exact where the numbers allow it, and has the same bits on any number of threads",
            arguments: [DType.float32, .bfloat16])
        func exact(_ compute: DType) {
            let before = Machine.threadCount
            defer { Machine.threadCount = before }
            for (rows, columns, k) in [(1, 1, 1), (5, 7, 64), (16, 130, 100), (48, 37, 576), (64, 3, 1), (65, 20, 67)] {
                let (thin, wide) = (integers([rows, k], 651), integers([columns, k], 652).converted(to: compute))
                let (a, b) = (thin.grid, wide.grid)
                let expected = (0..<rows).flatMap { i in (0..<columns).map { Float(Grid.dot(a.row(i), b.row($0))) } }
                withEveryInstructionSet { isa in
                    for threads in [1, 2, 5] {
                        Machine.threadCount = threads
                        let found = thinProduct(thin, wide, compute: compute).floats
                        #expect(found == expected, "\(isa) [\(rows), \(k)] · [\(columns), \(k)]ᵀ")
                    }
                }
            }
        }

        @Test("A column of a thin product does not depend on the others", arguments: [DType.float32, .bfloat16])
        func invariance(_ compute: DType) {
            let (thin, wide) = (Tensor.random([19, 700], 653), Tensor.random([61, 700], 654, compute))
            withEveryInstructionSet { isa in
                let whole = transposedMatrix(thinProduct(thin, wide, compute: compute))
                for part in [0..<1, 5..<6, 3..<20, 40..<61] {
                    let found = transposedMatrix(thinProduct(thin, wide[part], compute: compute))
                    #expect(found.bytes == whole[part].bytes, "\(isa) columns \(part)")
                }
            }
        }

        @Test(
            "A product with a weight in codes has the bits of one with the expanded weight",
            arguments: [QuantizationType.nf4, .fp4], [true, false])
        func codes(_ type: QuantizationType, _ isNested: Bool) {
            // Rows that begin inside of blocks, that end inside of them, that are no whole vectors; odd numbers of rows.
            for (rows, columns, blockSize) in [
                (2, 32, 32), (64, 64, 64), (37, 176, 64), (130, 208, 128), (33, 144, 32), (16, 130, 64), (5, 7, 64),
                (1030, 160, 64),
            ] {
                let weight = QuantizedMatrix(
                    quantizing: Tensor.random([rows, columns], 655), type: type, blockSize: blockSize,
                    doubleQuantized: isNested)
                for compute in [DType.float32, .bfloat16] {
                    let expanded = weight.dequantized(as: compute)
                    for (isTransposed, k, n) in [(true, rows, columns), (false, columns, rows)] {
                        let x = Tensor.random([3, k], 656, compute)
                        withEveryInstructionSet { isa in
                            let results = [FrozenWeight.quantized(weight), .dense(expanded)].map { stored in
                                let result = Tensor(uninitialized: [3, n])
                                product(
                                    [
                                        ProductTerm(
                                            a: x.matrix, b: stored.matrix, bIsTransposed: isTransposed, k: k)
                                    ], m: 3, n: n, compute: compute, into: result)
                                return result
                            }
                            let isSame = results[0].bytes == results[1].bytes
                            #expect(isSame, "\(isa) \(compute) [\(rows), \(columns)] \(blockSize) \(isTransposed)")
                        }
                    }
                }
            }
        }
    }
}
