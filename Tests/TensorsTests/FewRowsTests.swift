import CKernels
import Testing

@testable import Tensors

/// A weight in one of the precisions products take.
struct StoredWeight: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let store: @Sendable (Tensor) -> FrozenWeight

    /// The weight as a product of the given type multiplies it.
    func seen(_ weight: FrozenWeight, by compute: DType) -> Grid {
        switch weight {
        case .dense(let tensor): tensor.converted(to: .float32).converted(to: compute).grid
        case .quantized(let matrix): matrix.dequantized(as: compute).grid
        }
    }

    static let all =
        [DType.float32, .bfloat16, .float16].map { dtype in
            StoredWeight(testDescription: "\(dtype)") { .dense($0.converted(to: dtype)) }
        }
        + [(QuantizationType.nf4, 64, true), (.nf4, 32, true), (.nf4, 128, false), (.fp4, 64, false), (.fp4, 256, true)]
        .map { type, blockSize, doubleQuantized in
            StoredWeight(testDescription: "\(type) in \(doubleQuantized ? "nested " : "")blocks of \(blockSize)") {
                .quantized(
                    QuantizedMatrix(quantizing: $0, type: type, blockSize: blockSize, doubleQuantized: doubleQuantized))
            }
        }
}

extension TensorTests {
    @Suite("Products of few rows") struct FewRowsTests {
        /// [out, in]: one element, rows that are no whole blocks, steps or bytes, and rows longer than any piece.
        static let shapes = [(1, 1), (3, 7), (37, 64), (17, 100), (33, 67), (40, 192), (19, 576), (5, 1024), (2, 4352)]

        private func product(
            _ x: Tensor, _ weight: FrozenWeight, accumulatingOnto base: Tensor? = nil, into dtype: DType = .float32
        ) -> Tensor {
            let (m, n, k) = (x.shape[0], weight.shape[0], weight.shape[1])
            let result = base?.copied() ?? Tensor(uninitialized: [m, n], dtype: dtype)
            Tensors.product(
                [ProductTerm(a: x.matrix, b: weight.matrix, k: k)], m: m, n: n, compute: x.dtype, into: result,
                accumulating: base != nil)
            return result
        }

        @Test(
            "err by at most k roundings of their terms' magnitudes, for every weight and shape", arguments: StoredWeight.all)
        func exact(_ stored: StoredWeight) {
            for (n, k) in Self.shapes {
                let weight = stored.store(Tensor.random([n, k], UInt64(300 + k)))
                for compute in [DType.float32, .bfloat16] {
                    let w = stored.seen(weight, by: compute)
                    for m in [1, 2, 3, 5, 8, 13, fewRows] {
                        let x = Tensor.random([m, k], UInt64(400 + m), compute)
                        let (rows, columns) = ((0..<m).map(x.grid.row), (0..<n).map(w.row))
                        let base = Tensor.random([m, n], 500)
                        withEveryInstructionSet { isa in
                            let found = product(x, weight)
                            let added = product(x, weight, accumulatingOnto: base)
                            for i in 0..<m {
                                for j in 0..<n {
                                    let magnitudes = zip(rows[i], columns[j]).reduce(0) { $0 + abs($1.0 * $1.1) }
                                    let place = i * n + j
                                    let difference = abs(Double(found.float32[place]) - Grid.dot(rows[i], columns[j]))
                                    #expect(
                                        difference <= Double(k + 1) * 0x1p-24 * magnitudes + 1e-37,
                                        "\(isa) \(compute) \(m) rows, weight [\(n), \(k)]")
                                    #expect(added.float32[place] == base.float32[place] + found.float32[place])
                                }
                            }
                        }
                    }
                }
            }
        }

        @Test("A row keeps its bits alone, among others and with any number of threads", arguments: StoredWeight.all)
        func invariance(_ stored: StoredWeight) {
            let before = Machine.threadCount
            defer { Machine.threadCount = before }
            for (n, k) in [(300, 576), (131, 517)] {
                let weight = stored.store(Tensor.random([n, k], 600))
                for compute in [DType.float32, .bfloat16] {
                    let x = Tensor.random([fewRows, k], 601, compute)
                    withEveryInstructionSet { isa in
                        Machine.threadCount = 1
                        let whole = product(x, weight, into: compute)
                        Machine.threadCount = 3
                        #expect(product(x, weight, into: compute).bytes == whole.bytes, "\(isa) \(compute)")
                        for rows in [0..<1, 5..<6, 3..<5, 4..<7, 8..<12, 9..<22] {
                            #expect(
                                product(x[rows], weight, into: compute).bytes == whole[rows].bytes,
                                "\(isa) \(compute) rows \(rows)")
                        }
                    }
                }
            }
        }

        @Test("Few rows and many differ by rounding of the sums alone", arguments: StoredWeight.all)
        func agreesWithManyRows(_ stored: StoredWeight) {
            let (n, k) = (45, 1000)
            let weight = stored.store(Tensor.random([n, k], 700))
            for compute in [DType.float32, .bfloat16] {
                let w = stored.seen(weight, by: compute)
                let x = Tensor.random([fewRows + 1, k], 701, compute)
                withEveryInstructionSet { isa in
                    let (few, many) = (product(x[0..<fewRows], weight), product(x, weight))
                    for i in 0..<fewRows {
                        for j in 0..<n {
                            let magnitudes = zip(x.grid.row(i), w.row(j)).reduce(0) { $0 + abs($1.0 * $1.1) }
                            let difference = abs(Double(few.float32[i * n + j]) - Double(many.float32[i * n + j]))
                            #expect(difference <= 2 * Double(k + 1) * 0x1p-24 * magnitudes, "\(isa) \(compute)")
                        }
                    }
                }
            }
        }

        @Test("A second, narrow term rides along: the sum is rounded once", arguments: [DType.float32, .bfloat16])
        func terms(_ compute: DType) {
            let (n, k) = (45, 192)
            let weight = QuantizedMatrix(quantizing: Tensor.random([n, k], 800))
            let w = weight.dequantized(as: compute).grid
            for (m, rank) in [(1, 1), (1, 16), (7, 8), (fewRows, 5)] {
                let x = Tensor.random([m, k], 801, compute)
                let narrow = Tensor.random([m, rank], 802, compute)
                let up = Tensor.random([n, rank], 803)
                let b = up.converted(to: compute).grid
                withEveryInstructionSet { isa in
                    let found = Tensor(uninitialized: [m, n])
                    Tensors.product(
                        [
                            ProductTerm(a: x.matrix, b: weight.matrix, k: k),
                            ProductTerm(a: narrow.matrix, b: up.matrix, k: rank),
                        ], m: m, n: n, compute: compute, into: found)
                    for i in 0..<m {
                        for j in 0..<n {
                            let (row, column) = (x.grid.row(i) + narrow.grid.row(i), w.row(j) + b.row(j))
                            let magnitudes = zip(row, column).reduce(0) { $0 + abs($1.0 * $1.1) }
                            let difference = abs(Double(found.float32[i * n + j]) - Grid.dot(row, column))
                            #expect(difference <= Double(k + rank + 2) * 0x1p-24 * magnitudes, "\(isa) \(m) rows")
                        }
                    }
                }
            }
        }
    }
}
