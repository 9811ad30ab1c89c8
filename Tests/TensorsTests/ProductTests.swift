import CKernels
import Testing

@testable import Tensors

extension TensorTests {
    @Suite struct ProductTests {
        /// One, primes, below and above a tile, a panel and a block along k.
        static let sizes = [1, 2, 3, 13, 15, 31, 33, 97, 130, 513]

        /// Integers whose products and sums float32 holds exactly, so that only the right result is right.
        private func integers(_ count: Int, _ seed: Int) -> [Float] {
            var state = UInt32(truncatingIfNeeded: seed &* 2_654_435_761 | 1)
            return (0..<count).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return Float(Int(state >> 28) - 8)
            }
        }

        @Test("Products of every odd shape are exact where the numbers allow it", arguments: sizes)
        func exact(_ m: Int) {
            let before = Machine.threadCount
            Machine.threadCount = 1
            defer { Machine.threadCount = before }
            for n in Self.sizes {
                for k in Self.sizes {
                    let a = Tensor(integers(m * k, m + k), shape: [m, k])
                    let b = Tensor(integers(n * k, n + 3 * k), shape: [n, k])
                    let expected = plainProduct(a, b).bytes
                    for compute in [DType.float32, .bfloat16] {
                        let (x, y) = (a.converted(to: compute), b.converted(to: compute))
                        withEveryInstructionSet { isa in
                            let found = Tensor(uninitialized: [m, n])
                            product(
                                [ProductTerm(a: x.matrix, b: y.matrix, k: k)], m: m, n: n, compute: compute, into: found
                            )
                            let isExact = found.bytes == expected
                            #expect(isExact, "\(isa) \(compute) [\(m), \(k)] · [\(n), \(k)]ᵀ")
                        }
                    }
                }
            }
        }

        /// a·bᵀ, one product and one sum after the other.
        private func plainProduct(_ a: Tensor, _ b: Tensor) -> Tensor {
            let (m, n, k) = (a.shape[0], b.shape[0], a.shape[1])
            let result = Tensor.zeros([m, n])
            let columns = b.transposed()
            for i in 0..<m {
                for l in 0..<k {
                    ck_kernels_of(CK_ISA_SCALAR).pointee.ck_axpy_f32(
                        Int64(n), a.float32[i * k + l], columns.float32 + l * n, result.float32 + i * n)
                }
            }
            return result
        }

        @Test("Sums of real numbers err by at most k roundings of their terms' magnitudes", arguments: sizes)
        func rounding(_ k: Int) {
            let (m, n) = (15, 33)
            for compute in [DType.float32, .bfloat16] {
                let a = Tensor.random([m, k], 201, compute)
                let b = Tensor.random([n, k], 202, compute)
                let (x, y) = (a.grid, b.grid)
                withEveryInstructionSet { isa in
                    let found = Tensor(uninitialized: [m, n])
                    product([ProductTerm(a: a.matrix, b: b.matrix, k: k)], m: m, n: n, compute: compute, into: found)
                    for i in 0..<m {
                        let row = x.row(i)
                        for j in stride(from: i % 3, to: n, by: 3) {
                            let column = y.row(j)
                            let magnitudes = zip(row, column).reduce(0) { $0 + abs($1.0 * $1.1) }
                            let difference = abs(Double(found.float32[i * n + j]) - Grid.dot(row, column))
                            // Each term is rounded at most k + 1 times; dpbf16 takes subnormal sums for zero.
                            #expect(difference <= Double(k + 1) * 0x1p-24 * magnitudes + 1e-37, "\(isa) \(compute)")
                        }
                    }
                }
            }
        }

        @Test("A row of a product does not depend on the other rows", arguments: [DType.float32, .bfloat16])
        func rowInvariance(_ compute: DType) {
            let (m, n, k) = (61, 131, 517)
            let a = Tensor.random([m, k], 203, compute)
            let b = Tensor.random([n, k], 204, compute)
            withEveryInstructionSet { isa in
                let whole = matmul(a, b, transposeB: true)
                for rows in [0..<1, 5..<6, 3..<20, 40..<61] {
                    let part = matmul(a[rows], b, transposeB: true)
                    #expect(part.bytes == whole[rows].bytes, "\(isa) rows \(rows)")
                }
            }
        }

        @Test(
            "Transposed operands give the bits of operands that are stored the other way",
            arguments: [DType.float32, .bfloat16])
        func transposed(_ compute: DType) {
            for (m, n, k) in [(1, 17, 5), (29, 37, 1031), (16, 130, 300)] {
                let a = Tensor.random([m, k], 205, compute)
                let b = Tensor.random([n, k], 206, compute)
                let (turnedA, turnedB) = (
                    Tensor(transposing: a), Tensor(transposing: b)
                )
                withEveryInstructionSet { isa in
                    let expected = Tensor(uninitialized: [m, n])
                    product([ProductTerm(a: a.matrix, b: b.matrix, k: k)], m: m, n: n, compute: compute, into: expected)
                    for (aIsTransposed, bIsTransposed) in [(true, false), (false, true), (true, true)] {
                        let found = Tensor(uninitialized: [m, n])
                        let term = ProductTerm(
                            a: (aIsTransposed ? turnedA : a).matrix, aIsTransposed: aIsTransposed,
                            b: (bIsTransposed ? turnedB : b).matrix, bIsTransposed: bIsTransposed, k: k)
                        product([term], m: m, n: n, compute: compute, into: found)
                        let isSame = found.bytes == expected.bytes
                        #expect(isSame, "\(isa) \(aIsTransposed) \(bIsTransposed) \(m) \(n) \(k)")
                    }
                }
            }
        }

        @Test(
            "Outputs made together have the bits of outputs made one by one, on any number of threads",
            arguments: [DType.float32, .bfloat16])
        func together(_ compute: DType) {
            // More rows than a task takes, and several blocks of k.
            let (m, k, rank) = (2100, 1100, 3)
            let x = Tensor.random([m, k], 207, compute)
            let narrow = Tensor.random([m, rank], 208, compute)
            let weights = [130, 7].map { Tensor.random([$0, k], UInt64(209 + $0), compute) }
            let thin = [130, 7].map { Tensor.random([$0, rank], UInt64(309 + $0), compute) }
            func outputs(_ indices: [Int]) -> [ProductOutput] {
                indices.map { i in
                    let n = weights[i].shape[0]
                    return ProductOutput(
                        terms: [
                            ProductTerm(a: x.matrix, b: weights[i].matrix, k: k),
                            ProductTerm(a: narrow.matrix, b: thin[i].matrix, k: rank),
                        ], result: Tensor(uninitialized: [m, n], dtype: compute))
                }
            }
            let before = Machine.threadCount
            defer { Machine.threadCount = before }
            withEveryInstructionSet { isa in
                Machine.threadCount = 1
                let apart = [outputs([0]), outputs([1])]
                for single in apart { products(single, m: m, compute: compute) }
                for threads in [1, 2, 5] {
                    Machine.threadCount = threads
                    let both = outputs([0, 1])
                    products(both, m: m, compute: compute)
                    for i in 0..<2 {
                        let isSame = both[i].result.bytes == apart[i][0].result.bytes
                        #expect(isSame, "\(isa), \(threads) threads, output \(i)")
                    }
                }
            }
        }
    }
}

extension Tensor {
    /// [columns, rows] in the type of `matrix`, laid out anew.
    fileprivate init(transposing matrix: Tensor) {
        let turned = transposedMatrix(matrix.converted(to: .float32))
        self = turned.converted(to: matrix.dtype)
    }
}
