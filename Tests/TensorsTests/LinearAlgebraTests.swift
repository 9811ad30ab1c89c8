import Tensors
import Testing

/// Differences are counted in units of 2⁻²⁴ of the largest element, times √(sizes): backward stable factorizations stay
/// within a small multiple of it.
private func units(_ found: Tensor, _ expected: Tensor) -> Double {
    let (a, b) = (found.doubles, expected.doubles)
    let largest = b.reduce(0) { max($0, abs($1)) }
    let difference = zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
    return difference / (largest * 0x1p-24 * Double(expected.shape.max() ?? 1).squareRoot())
}

private func identity(_ n: Int) -> Tensor {
    Tensor((0..<n * n).map { $0 % (n + 1) == 0 ? 1 : 0 } as [Float], shape: [n, n])
}

extension TensorTests {
    @Suite struct LinearAlgebraTests {
        static let shapes = [[1, 1], [1, 5], [5, 1], [7, 7], [20, 6], [6, 20], [97, 64]]

        @Test("U · diag(S) · Vᵀ gives the matrix back, with orthonormal U and V and S in order", arguments: shapes)
        func singularValues(_ shape: [Int]) throws {
            let a = Tensor.random(shape, 101)
            let parts = try singularValueDecomposition(a)
            let k = shape.min()!
            #expect(parts.u.shape == [shape[0], k])
            #expect(parts.vTransposed.shape == [k, shape[1]])
            #expect(units(matmul(parts.u * parts.singularValues, parts.vTransposed), a) < 16)
            #expect(units(matmul(parts.u, parts.u, transposeA: true), identity(k)) < 16)
            #expect(units(matmul(parts.vTransposed, parts.vTransposed, transposeB: true), identity(k)) < 16)
            let values = parts.singularValues.floats
            #expect(values == values.sorted(by: >) && values.allSatisfy { $0 >= 0 })
        }

        @Test("The singular values of a known matrix")
        func knownSingularValues() throws {
            // [[3, 0], [4, 5]] has AᵀA with trace 50 and determinant 225: the squares are 45 and 5.
            let parts = try singularValueDecomposition(Tensor([3.0, 0, 4, 5], shape: [2, 2]))
            #expect(units(parts.singularValues, Tensor([Float(45).squareRoot(), Float(5).squareRoot()])) < 4)
        }

        @Test("Q · R gives the matrix back, with orthonormal Q and upper triangular R", arguments: shapes)
        func qr(_ shape: [Int]) throws {
            let a = Tensor.random(shape, 102)
            let parts = try qrDecomposition(a)
            let k = shape.min()!
            #expect(parts.q.shape == [shape[0], k])
            #expect(parts.r.shape == [k, shape[1]])
            #expect(units(matmul(parts.q, parts.r), a) < 16)
            #expect(units(matmul(parts.q, parts.q, transposeA: true), identity(k)) < 16)
            let r = parts.r.grid
            #expect((0..<k).allSatisfy { i in (0..<min(i, shape[1])).allSatisfy { r[i, $0] == 0 } })
        }

        @Test("L · Lᵀ gives the matrix back, with lower triangular L", arguments: [1, 2, 13, 64])
        func positiveDefinite(_ n: Int) throws {
            let x = Tensor.random([n, n + 3], 103)
            let a = matmul(x, x, transposeB: true) + identity(n)
            let l = try cholesky(a)
            #expect(units(matmul(l, l, transposeB: true), a) < 16)
            let elements = l.grid
            #expect((0..<n).allSatisfy { i in (i + 1..<max(n, i + 1)).allSatisfy { elements[i, $0] == 0 } })
            #expect((0..<n).allSatisfy { elements[$0, $0] > 0 })
        }

        @Test("A matrix that is not positive definite is refused with the order of the block that is not")
        func indefinite() throws {
            let a = Tensor([4.0, 2, 0, 2, 1, 0, 0, 0, 1], shape: [3, 3])
            let error = #expect(throws: LinearAlgebraError.self) { try cholesky(a) }
            guard case .notPositiveDefinite(order: 2, shape: [3, 3]) = error else {
                Issue.record("found \(String(describing: error))")
                return
            }
        }

        @Test("A NaN is refused by name instead of factored", arguments: ["svd", "qr", "cholesky"])
        func notFinite(_ operation: String) {
            let a = Tensor([1.0, Float.nan, 0, 1], shape: [2, 2])
            let error = #expect(throws: LinearAlgebraError.self) {
                switch operation {
                case "svd": _ = try singularValueDecomposition(a)
                case "qr": _ = try qrDecomposition(a)
                default: _ = try cholesky(a)
                }
            }
            #expect("\(error!)".contains("[2, 2]") && "\(error!)".contains("NaN"))
        }

        @Test("The matrix itself is left as it was")
        func inputIsKept() throws {
            let a = Tensor.random([9, 9], 104)
            let before = a.bytes
            _ = try singularValueDecomposition(a)
            _ = try qrDecomposition(a)
            _ = try cholesky(matmul(a, a, transposeB: true) + identity(9))
            #expect(a.bytes == before)
        }
    }
}
