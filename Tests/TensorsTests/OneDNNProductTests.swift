import CKernels
import Testing

@testable import Tensors

/// The products that processors with matrix tiles get, on whatever this processor has.
extension TensorTests {
    @Suite(.enabled(if: ck_onednn_implementation() != nil)) struct OneDNNProductTests {
        /// Below and above the rows, columns and depth of a block, and primes.
        static let sizes = [32, 33, 97, 513, 1030]

        /// What `body` gives with oneDNN's products and without.
        private func both<Result>(_ body: () -> Result) -> (oneDNN: Result, own: Result) {
            let own = body()
            #expect(ck_use_onednn_products(true))
            defer { _ = ck_use_onednn_products(false) }
            return (body(), own)
        }

        /// Integers whose products and sums float32 holds exactly, so that only the right result is right.
        private func integers(_ shape: [Int], _ seed: UInt64) -> Tensor {
            let values = Tensor.random(shape, seed, in: -8..<8).floats.map { $0.rounded() }
            return Tensor(values, shape: shape)
        }

        @Test(
            "Every form of operands gives exactly what own kernels give where numbers allow it, at every odd size",
            arguments: sizes, [DType.float32, .bfloat16, .float16])
        func forms(_ m: Int, _ dtype: DType) {
            for (n, k) in [(1, 1), (31, 513), (129, 2), (33, 97), (130, 1025), (256, 512)] {
                for transposed in 0..<4 {
                    let (aIsTransposed, bIsTransposed) = (transposed & 1 == 1, transposed & 2 == 2)
                    let a = integers(aIsTransposed ? [k, m] : [m, k], 601).converted(to: dtype)
                    let b = integers(bIsTransposed ? [k, n] : [n, k], 602).converted(to: dtype)
                    let term = ProductTerm(
                        a: a.matrix, aIsTransposed: aIsTransposed, b: b.matrix, bIsTransposed: bIsTransposed, k: k)
                    for (result, accumulating) in [(DType.float32, false), (.float32, true), (.bfloat16, false)] {
                        let (oneDNN, own) = both {
                            let c = integers([m, n], 603).converted(to: result)
                            product([term], m: m, n: n, compute: .bfloat16, into: c, accumulating: accumulating)
                            return c.bytes
                        }
                        #expect(oneDNN == own, "[\(m), \(k)] · [\(n), \(k)]ᵀ \(transposed) \(result) \(accumulating)")
                    }
                }
            }
        }

        @Test("Quantized weights and several terms are summed in float32 and rounded once", arguments: sizes)
        func terms(_ m: Int) {
            let (n, k, rank) = (192, 640, 5)
            let weight = FrozenWeight.quantized(QuantizedMatrix(quantizing: Tensor.random([n, k], 611)))
            let x = Tensor.random([m, k], 612, .bfloat16)
            let (down, up) = (Tensor.random([m, rank], 613, .bfloat16), Tensor.random([n, rank], 614, .bfloat16))
            let dy = Tensor.random([m, n], 615, .bfloat16)
            let cases: [([ProductTerm], Int)] = [
                (
                    [
                        ProductTerm(a: x.matrix, b: weight.matrix, k: k),
                        ProductTerm(a: down.matrix, b: up.matrix, k: rank),
                    ], n
                ),
                ([ProductTerm(a: dy.matrix, b: weight.matrix, bIsTransposed: true, k: n)], k),
            ]
            for (terms, columns) in cases {
                for dtype in [DType.float32, .bfloat16] {
                    let (oneDNN, own) = both {
                        let c = Tensor(uninitialized: [m, columns], dtype: dtype)
                        product(terms, m: m, n: columns, compute: .bfloat16, into: c)
                        return c.doubles
                    }
                    let largest = own.reduce(0) { max($0, abs($1)) }
                    // Sums of k products in another order; a bfloat16 result may fall on the other side of a tie.
                    let bound = (Double(k) * 0x1p-24 + (dtype == .bfloat16 ? 0x1p-8 : 0)) * largest
                    #expect(zip(oneDNN, own).allSatisfy { abs($0 - $1) <= bound })
                    #expect(zip(oneDNN, own).filter { $0 == $1 }.count > (dtype == .bfloat16 ? own.count * 9 / 10 : 0))
                }
            }
        }

        @Test("A product has the same bits on 1, 2 and 5 threads, and a row of it whichever rows it is computed with")
        func invariance() {
            let before = Machine.threadCount
            defer { Machine.threadCount = before }
            let a = Tensor.random([1100, 1300], 621, .bfloat16)
            let b = Tensor.random([300, 1300], 622, .bfloat16)
            #expect(ck_use_onednn_products(true))
            defer { _ = ck_use_onednn_products(false) }
            let results = [1, 2, 5].map { count in
                Machine.threadCount = count
                return matmul(a, b, transposeB: true)
            }
            #expect(results[1].bytes == results[0].bytes && results[2].bytes == results[0].bytes)
            for rows in [0..<32, 3..<40, 500..<1013, 70..<1100] {
                #expect(matmul(a[rows], b, transposeB: true).bytes == results[0][rows].bytes, "rows \(rows)")
            }
        }

        @Test("Products of few rows stay with the own kernels")
        func fewRows() {
            let a = Tensor.random([31, 1300], 631, .bfloat16)
            let b = Tensor.random([300, 1300], 632, .bfloat16)
            let (oneDNN, own) = both { matmul(a, b, transposeB: true).bytes }
            #expect(oneDNN == own)
        }

        @Test("Many threads may ask for the same and for new shapes at once")
        func concurrency() {
            let before = Machine.threadCount
            Machine.threadCount = 8
            defer { Machine.threadCount = before }
            let b = integers([200, 700], 641)
            for m in stride(from: 40, to: 400, by: 37) {
                let a = integers([m, 700], 642)
                let (oneDNN, own) = both {
                    matmul(a.converted(to: .bfloat16), b.converted(to: .bfloat16), transposeB: true).bytes
                }
                #expect(oneDNN == own)
            }
        }
    }
}
