import CKernels
import Tensors
import Testing

/// One operation on certain inputs, and what it has to give.
struct OpCase: Sendable, CustomTestStringConvertible {
    let name: String
    let inputs: [Tensor]
    /// Which inputs have a gradient.
    var differentiable: [Int] = []
    /// float32 roundings between inputs and value, each at most 2⁻²⁴ of the largest value; twice as many are allowed for
    /// gradients, which come of products of such values.
    var roundings = 8.0
    /// Whether the value is rounded element by element alone, so that errors are relative to each of them.
    var isPointwise = false
    /// bfloat16 roundings between inputs and value, each at most 2⁻⁸ of the largest value.
    var narrowings = 0.0
    /// Inputs large enough to be divided among threads.
    var threadInputs: [Tensor] = []
    let apply: @Sendable ([Tensor]) -> Tensor
    /// The value in double precision.
    let reference: @Sendable ([Grid]) -> [Double]

    var testDescription: String { name }

    /// The value and the gradients of Σ upstream · value, the weights being fixed random numbers.
    func run(_ inputs: [Tensor]) -> (value: Tensor, upstream: Tensor, gradients: [Tensor]) {
        var inputs = inputs
        for i in differentiable { inputs[i] = inputs[i].trackingGradient }
        let value = apply(inputs)
        let upstream = Tensor.uniform(value.shape, in: -1..<1, key: RandomKey(seed: 99)).converted(to: value.dtype)
        guard !differentiable.isEmpty else { return (value, upstream, []) }
        return (value, upstream, value.gradients(of: differentiable.map { inputs[$0] }, upstream: upstream))
    }

    /// How far `value` may be from a reference of magnitude `size`, where the largest has magnitude `largest`.
    func tolerance(_ size: Double, largest: Double, factor: Double = 1) -> Double {
        let relative = factor * (roundings * 0x1p-24 + narrowings * 0x1p-8)
        return relative * (isPointwise && factor == 1 ? size : largest) + 1e-30
    }
}

extension Tensor {
    /// Numbers between −1 and 1, or in `range`, that depend on `seed` alone; exact in bfloat16 where it is the type.
    static func random(
        _ shape: [Int], _ seed: UInt64, in range: Range<Float> = -1..<1, _ dtype: DType = .float32
    ) -> Tensor {
        uniform(shape, in: range, key: RandomKey(seed: seed)).converted(to: dtype)
    }
}

/// Every instruction set the processor has, one after the other; the one in use before is in use after.
func withEveryInstructionSet(_ body: (String) throws -> Void) rethrows {
    let before = ck_active_isa()
    defer { _ = ck_use_isa(before) }
    for isa in 0...ck_best_isa().rawValue {
        _ = ck_use_isa(ck_isa(rawValue: isa))
        try body(Machine.instructionSet)
    }
}
