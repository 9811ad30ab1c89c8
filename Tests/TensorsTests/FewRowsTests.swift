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
        case .eightBit(let matrix): matrix.dequantized().converted(to: compute).grid
        }
    }

    static let all = [
        dense(.float32), dense(.bfloat16), dense(.float16),
        fourBit(.nf4, blockSize: 64), fourBit(.nf4, blockSize: 32), fourBit(.nf4, blockSize: 128, isNested: false),
        fourBit(.fp4, blockSize: 64, isNested: false), fourBit(.fp4, blockSize: 256),
    ]

    private static func dense(_ dtype: DType) -> StoredWeight {
        StoredWeight(testDescription: "\(dtype)") { .dense($0.converted(to: dtype)) }
    }

    private static func fourBit(_ type: QuantizationType, blockSize: Int, isNested: Bool = true) -> StoredWeight {
        StoredWeight(testDescription: "\(type) in \(isNested ? "nested " : "")blocks of \(blockSize)") {
            .quantized(
                QuantizedMatrix(quantizing: $0, type: type, blockSize: blockSize, doubleQuantized: isNested))
        }
    }
}

extension TensorTests {
    @Suite("Products of few rows") struct FewRowsTests {
        /// [out, in]: one element, rows that are no whole blocks, steps or bytes, and rows longer than any piece.
        static let shapes = [
            (1, 1), (3, 7), (37, 64), (17, 100), (33, 67), (40, 192), (19, 576), (5, 1024), (18, 4352),
        ]

        private func product(
            _ x: Tensor, _ weight: FrozenWeight, accumulatingOnto base: Tensor? = nil, into dtype: DType = .float32
        ) -> Tensor {
            let (m, n, k) = (x.shape[0], weight.shape[0], weight.shape[1])
            let result = base?.copied() ?? Tensor(uninitialized: [m, n], dtype: dtype)
            generating {
                Tensors.product(
                    [ProductTerm(a: x.matrix, b: weight.matrix, k: k)], m: m, n: n, compute: x.dtype, into: result,
                    accumulating: base != nil)
            }
            return result
        }

        /// Sums in double precision, and the magnitudes their rounding errors are measured by.
        private func sums(_ x: Grid, _ w: Grid) -> (exact: [Double], magnitudes: [Double]) {
            var (exact, magnitudes) = ([Double](), [Double]())
            let columns = (0..<w.shape[0]).map(w.row)
            for row in (0..<x.shape[0]).map(x.row) {
                for column in columns {
                    var (sum, magnitude) = (0.0, 0.0)
                    for k in 0..<row.count {
                        let term = row[k] * column[k]
                        sum += term
                        magnitude += abs(term)
                    }
                    exact.append(sum)
                    magnitudes.append(magnitude)
                }
            }
            return (exact, magnitudes)
        }

        /// The largest difference of results from sums, in roundings of the terms' magnitudes.
        private func error(_ found: Tensor, _ exact: [Double], _ magnitudes: [Double]) -> Double {
            var worst = 0.0
            for place in exact.indices {
                let difference = abs(Double(found.float32[place]) - exact[place])
                let roundings = difference / (0x1p-24 * magnitudes[place] + 1e-37)
                worst = roundings <= worst ? worst : roundings
            }
            return worst
        }

        @Test("err by at most k roundings of their terms' magnitudes", arguments: StoredWeight.all)
        func exact(_ stored: StoredWeight) {
            for (n, k) in Self.shapes {
                let weight = stored.store(Tensor.random([n, k], UInt64(300 + k)))
                for compute in [DType.float32, .bfloat16] {
                    let x = Tensor.random([fewRows, k], 400, compute)
                    let (exact, magnitudes) = sums(x[0..<13].grid, stored.seen(weight, by: compute))
                    for m in [1, 2, 3, 5, 6, 8, 13, 16, fewRows] {
                        let base = Tensor.random([m, n], 500)
                        let checked = min(m, 13) * n
                        withEveryInstructionSet { isa in
                            let place = Comment("\(isa) \(compute) \(m) rows, weight [\(n), \(k)]")
                            let found = product(x[0..<m], weight)
                            let worst = error(found, Array(exact[..<checked]), Array(magnitudes[..<checked]))
                            #expect(worst <= Double(k + 1), place)
                            let added = zip(base.floats, found.floats).map { $0 + $1 }
                            #expect(product(x[0..<m], weight, accumulatingOnto: base).floats == added, place)
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
                let x = Tensor.random([fewRows + 1, k], 701, compute)
                let (_, magnitudes) = sums(x[0..<fewRows].grid, stored.seen(weight, by: compute))
                withEveryInstructionSet { isa in
                    let (few, many) = (product(x[0..<fewRows], weight), product(x, weight))
                    let worst = error(few, many[0..<fewRows].doubles, magnitudes)
                    #expect(worst <= 2 * Double(k + 1), "\(isa) \(compute)")
                }
            }
        }

        @Test("Outside generation a row keeps its bits among any number of others")
        func otherwise() {
            let (n, k) = (45, 576)
            let weight = FrozenWeight.quantized(QuantizedMatrix(quantizing: Tensor.random([n, k], 900)))
            let x = Tensor.random([fewRows + 8, k], 901, .bfloat16)
            let whole = linear(x, weight: weight)
            for rows in [1, 7, fewRows] { #expect(linear(x[0..<rows], weight: weight).bytes == whole[0..<rows].bytes) }
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
                let rows = Grid(values: (0..<m).flatMap { x.grid.row($0) + narrow.grid.row($0) }, shape: [m, k + rank])
                let columns = Grid(values: (0..<n).flatMap { w.row($0) + b.row($0) }, shape: [n, k + rank])
                let (exact, magnitudes) = sums(rows, columns)
                withEveryInstructionSet { isa in
                    let found = Tensor(uninitialized: [m, n])
                    let terms = [
                        ProductTerm(a: x.matrix, b: weight.matrix, k: k),
                        ProductTerm(a: narrow.matrix, b: up.matrix, k: rank),
                    ]
                    generating { Tensors.product(terms, m: m, n: n, compute: compute, into: found) }
                    #expect(error(found, exact, magnitudes) <= Double(k + rank + 2), "\(isa) \(m) rows")
                }
            }
        }
    }
}
