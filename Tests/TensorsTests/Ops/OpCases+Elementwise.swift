import Foundation
import Tensors

extension OpCases {
    static let arithmetic: [OpCase] =
        binary("+", { $0 + $1 }, reference: { $0 + $1 })
        + binary("-", { $0 - $1 }, reference: { $0 - $1 })
        + binary("*", { $0 * $1 }, reference: { $0 * $1 })
        + binary("/", { $0 / $1 }, right: 0.5..<2, reference: { $0 / $1 })
        + binary("maximum", { maximum($0, $1) }, reference: { max($0, $1) })
        + binary("minimum", { minimum($0, $1) }, reference: { min($0, $1) })
        + [
            pointwise("negation", { -$0 }, reference: { -$0 }),
            pointwise("tensor + scalar", { $0 + 0.75 }, reference: { $0 + 0.75 }),
            pointwise("scalar + tensor", { 0.75 + $0 }, reference: { $0 + 0.75 }),
            pointwise("tensor - scalar", { $0 - 0.75 }, reference: { $0 - 0.75 }),
            pointwise("scalar - tensor", { 0.75 - $0 }, reference: { 0.75 - $0 }),
            pointwise("tensor * scalar", { $0 * 1.5 }, reference: { $0 * 1.5 }),
            pointwise("scalar * tensor", { 1.5 * $0 }, reference: { $0 * 1.5 }),
            pointwise("tensor / scalar", { $0 / 3 }, reference: { $0 / 3 }),
            pointwise("scalar / tensor", { 3 / $0 }, in: 0.5..<2, reference: { 3 / $0 }),
            pointwise("pow 3", { pow($0, 3) }, reference: { $0 * $0 * $0 }),
            pointwise("pow -1/2", { pow($0, -0.5) }, in: 0.5..<2, reference: { 1 / $0.squareRoot() }),
            pointwise("abs", { abs($0) }, reference: { abs($0) }),
            pointwise("clamp", { clamp($0, to: -0.5...0.25) }, reference: { min(max($0, -0.5), 0.25) }),
            broadcastComparison(".==", { $0 .== $1 }, reference: { $0 == $1 }),
            broadcastComparison(".!=", { $0 .!= $1 }, reference: { $0 != $1 }),
            broadcastComparison(".<", { $0 .< $1 }, reference: { $0 < $1 }),
            broadcastComparison(".<=", { $0 .<= $1 }, reference: { $0 <= $1 }),
            broadcastComparison(".>", { $0 .> $1 }, reference: { $0 > $1 }),
            broadcastComparison(".>=", { $0 .>= $1 }, reference: { $0 >= $1 }),
            scalarComparison(".== scalar", { $0 .== 2 }, reference: { $0 == 2 }),
            scalarComparison(".!= scalar", { $0 .!= 2 }, reference: { $0 != 2 }),
            scalarComparison(".< scalar", { $0 .< 2 }, reference: { $0 < 2 }),
            scalarComparison(".<= scalar", { $0 .<= 2 }, reference: { $0 <= 2 }),
            scalarComparison(".> scalar", { $0 .> 2 }, reference: { $0 > 2 }),
            scalarComparison(".>= scalar", { $0 .>= 2 }, reference: { $0 >= 2 }),
            which(.float32), which(.bfloat16),
        ]

    static let unary: [OpCase] =
        inBothTypes("exp", { exp($0) }, in: -5..<5, reference: { Foundation.exp($0) })
        + inBothTypes("log", { log($0) }, in: 0.1..<4, reference: { Foundation.log($0) })
        + inBothTypes("sqrt", { sqrt($0) }, in: 0.1..<4, reference: { $0.squareRoot() })
        + inBothTypes("tanh", { tanh($0) }, in: -3..<3, reference: { Foundation.tanh($0) })
        + inBothTypes("sigmoid", { sigmoid($0) }, in: -6..<6, reference: { 1 / (1 + Foundation.exp(-$0)) })
        + inBothTypes("logSigmoid", { logSigmoid($0) }, in: -6..<6, reference: { -log1p(Foundation.exp(-$0)) })
        + inBothTypes("silu", { silu($0) }, in: -6..<6, reference: { $0 / (1 + Foundation.exp(-$0)) })
        + inBothTypes("relu", { relu($0) }, in: -1..<1, reference: { max($0, 0) })
        + inBothTypes("gelu erf", { gelu($0) }, in: -4..<4, reference: { 0.5 * $0 * erfc(-$0 / 2.0.squareRoot()) })
        + inBothTypes(
            "gelu tanh", { gelu($0, form: .tanh) }, in: -4..<4,
            reference: {
                0.5 * $0 * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0)))
            })

    /// Two operands of one shape, rows with columns, and a scalar with a cube, in both types.
    private static func binary(
        _ name: String, _ apply: @escaping @Sendable (Tensor, Tensor) -> Tensor, right: Range<Float> = -1..<1,
        reference f: @escaping @Sendable (Double, Double) -> Double
    ) -> [OpCase] {
        let shapes: [(String, [Int], [Int], [Int])] = [
            ("same shape", [3, 5], [3, 5], [3, 5]), ("row and column", [4, 1], [1, 3], [4, 3]),
            ("missing and inner", [2, 3, 4], [3, 1], [2, 3, 4]), ("scalar left", [], [2, 3], [2, 3]),
            ("scalar right", [2, 3], [1], [2, 3]), ("outer and inner", [2, 1, 3], [4, 1], [2, 4, 3]),
        ]
        return shapes.flatMap { label, a, b, result in
            [DType.float32, .bfloat16].map { dtype in
                OpCase(
                    name: "\(name), \(label), \(dtype)",
                    inputs: [.random(a, 1, dtype), .random(b, 2, in: right, dtype)], differentiable: [0, 1],
                    narrowings: dtype == .bfloat16 ? 2 : 0,
                    threadInputs: label == "same shape"
                        ? [.random([211, 301], 3, dtype), .random([301], 4, in: right, dtype)] : [],
                    apply: { apply($0[0], $0[1]) },
                    reference: { grids in Grid.map(grids, to: result) { f($0[0], $0[1]) } })
            }
        }
    }

    private static func pointwise(
        _ name: String, _ apply: @escaping @Sendable (Tensor) -> Tensor, in range: Range<Float> = -1..<1,
        _ dtype: DType = .float32, reference f: @escaping @Sendable (Double) -> Double
    ) -> OpCase {
        OpCase(
            name: "\(name), \(dtype)", inputs: [.random([3, 7], 5, in: range, dtype)], differentiable: [0],
            narrowings: dtype == .bfloat16 ? 2 : 0, threadInputs: [.random([3, 17_001], 5, in: range, dtype)],
            apply: { apply($0[0]) }, reference: { $0[0].values.map(f) })
    }

    private static func inBothTypes(
        _ name: String, _ apply: @escaping @Sendable (Tensor) -> Tensor, in range: Range<Float>,
        reference f: @escaping @Sendable (Double) -> Double
    ) -> [OpCase] {
        [DType.float32, .bfloat16].map { pointwise(name, apply, in: range, $0, reference: f) }
    }

    private static func broadcastComparison(
        _ name: String, _ apply: @escaping @Sendable (Tensor, Tensor) -> Tensor,
        reference f: @escaping @Sendable (Double, Double) -> Bool
    ) -> OpCase {
        OpCase(
            name: name, inputs: [Tensor([1.0, 2, 3, 2, 2, -1], shape: [2, 3]), Tensor([2.0, 1], shape: [2, 1])],
            apply: { apply($0[0], $0[1]) },
            reference: { grids in Grid.map(grids, to: [2, 3]) { f($0[0], $0[1]) ? 1 : 0 } })
    }

    private static func scalarComparison(
        _ name: String, _ apply: @escaping @Sendable (Tensor) -> Tensor,
        reference f: @escaping @Sendable (Double) -> Bool
    ) -> OpCase {
        OpCase(
            name: name, inputs: [Tensor([1 as Int32, 2, 3, -2])], apply: { apply($0[0]) },
            reference: { $0[0].values.map { f($0) ? 1 : 0 } })
    }

    private static func which(_ dtype: DType) -> OpCase {
        OpCase(
            name: "which, \(dtype)",
            inputs: [Tensor.random([3, 1], 1) .> 0, .random([4], 2, dtype), .random([2, 3, 1], 3, dtype)],
            differentiable: [1, 2], narrowings: dtype == .bfloat16 ? 1 : 0,
            apply: { Tensors.which($0[0], $0[1], $0[2]) },
            reference: { grids in Grid.map(grids, to: [2, 3, 4]) { $0[0] != 0 ? $0[1] : $0[2] } })
    }
}
