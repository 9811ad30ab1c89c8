import Tensors
import TestSupport

/// A call that has to stop the program, and what the message has to name: the operation and both shapes.
struct Misuse: Sendable {
    let expected: [String]
    let call: @Sendable () -> Void

    init(_ expected: String..., call: @escaping @Sendable () -> Void) {
        self.expected = expected
        self.call = call
    }

    private static func zeros(_ shape: Int..., of dtype: DType = .float32) -> Tensor { .zeros(shape, dtype: dtype) }
    private static let frozen = FrozenWeight.dense(.zeros([4, 3]))
    private static let plan = SegmentPlan(lengths: [2])

    static let all: [Misuse] = elementwise + shapes + indices + layers + borrowed

    /// A tensor over memory that is not to be written.
    private static func foreign() -> Tensor {
        let memory = GuardedMemory(capacity: 8)
        return Tensor(
            borrowing: memory.hold([UInt8](repeating: 0, count: 8)), owner: memory, shape: [2], dtype: .float32)
    }

    private static let borrowed: [Misuse] = [
        Misuse("[2]", "borrowed") { foreign().assign(zeros(2)) },
        Misuse("[2]", "borrowed") { foreign().overwrite(with: [1, 2]) },
        Misuse("adamW", "[2]", "borrowed") {
            adamWUpdate(
                foreign(), gradient: zeros(2), firstMoment: zeros(2), secondMoment: zeros(2), learningRate: 1,
                beta1: 0.9, beta2: 0.9, epsilon: 1, weightDecay: 0, gradientScale: 1, step: 1)
        },
        Misuse("float32", "address") {
            let memory = GuardedMemory(capacity: 9)
            let bytes = memory.hold([UInt8](repeating: 0, count: 9))
            _ = Tensor(borrowing: .init(rebasing: bytes[..<8]), owner: memory, shape: [2], dtype: .float32)
        },
    ]

    private static let elementwise: [Misuse] = [
        Misuse("+", "[2, 3]", "[2, 4]") { _ = zeros(2, 3) + zeros(2, 4) },
        Misuse("-", "[2, 3]", "[3, 3]") { _ = zeros(2, 3) - zeros(3, 3) },
        Misuse("*", "[2, 3]", "[4]") { _ = zeros(2, 3) * zeros(4) },
        Misuse("/", "[2, 3]", "[4]") { _ = zeros(2, 3) / zeros(4) },
        Misuse("+", "[2] float32", "[2] bfloat16") { _ = zeros(2) + zeros(2, of: .bfloat16) },
        Misuse("*", "[2] int32", "[2] int32") { _ = zeros(2, of: .int32) * zeros(2, of: .int32) },
        Misuse("maximum", "[2]", "[3]") { _ = maximum(zeros(2), zeros(3)) },
        Misuse("minimum", "[2]", "[3]") { _ = minimum(zeros(2), zeros(3)) },
        Misuse("exp", "[2] int32") { _ = exp(zeros(2, of: .int32)) },
        Misuse("pow", "[2] uint8") { _ = pow(zeros(2, of: .uint8), 2) },
        Misuse(".==", "[2]", "[3]") { print(zeros(2) .== zeros(3)) },
        Misuse(".<", "float32", "int32") { print(zeros(2) .< zeros(2, of: .int32)) },
        Misuse("which", "[2] float32", "[3]") { _ = which(zeros(2), zeros(3), zeros(3)) },
        Misuse("which", "[2]", "[3]") { _ = which(zeros(2, of: .uint8), zeros(3), zeros(3)) },
        Misuse("sum", "2", "[2, 3]") { _ = zeros(2, 3).sum(along: 2) },
        Misuse("mean", "[0, 0]", "[2, 3]") { _ = zeros(2, 3).mean(along: [0, 0]) },
        Misuse("max", "[0, 3]") { _ = zeros(0, 3).max() },
        Misuse("softmax", "-3", "[2, 3]") { _ = softmax(zeros(2, 3), along: -3) },
    ]

    private static let shapes: [Misuse] = [
        Misuse("reshaped", "[2, 3]", "[4, 2]") { _ = zeros(2, 3).reshaped(4, 2) },
        Misuse("reshaped", "[2, 3]", "-1") { _ = zeros(2, 3).reshaped(4, -1) },
        Misuse("permuted", "[0, 0]", "[2, 3]") { _ = zeros(2, 3).permuted([0, 0]) },
        Misuse("squeezed", "1", "[2, 3]") { _ = zeros(2, 3).squeezed(at: 1) },
        Misuse("expanded", "4", "[2, 3]") { _ = zeros(2, 3).expanded(at: 4) },
        Misuse("broadcast(to:)", "[2, 3]", "[2, 4]") { _ = zeros(2, 3).broadcast(to: [2, 4]) },
        Misuse("concatenated", "[2, 3]", "[2, 4]") { _ = concatenated([zeros(2, 3), zeros(2, 4)]) },
        Misuse("stacked", "[2, 3]", "[2, 4]") { _ = stacked([zeros(2, 3), zeros(2, 4)]) },
        Misuse("split", "[1, 2]", "[2, 3]") { _ = zeros(2, 3).split(sizes: [1, 2]) },
        Misuse("split", "2", "[2, 3]") { _ = zeros(2, 3).split(into: 2, along: 1) },
    ]

    private static let indices: [Misuse] = [
        Misuse("subscript", "3", "[2, 3]") { _ = zeros(2, 3)[0, 3] },
        Misuse("subscript", "1..<4", "[2, 3]") { _ = zeros(2, 3)[0..., 1..<4] },
        Misuse("subscript", "3 indices", "[2, 3]") { _ = zeros(2, 3)[0, 0, 0] },
        Misuse("take", "[2]", "[3, 2]", "5") { _ = take(zeros(3, 2), Tensor([0 as Int32, 5])) },
        Misuse("take", "float32", "[3, 2]") { _ = take(zeros(3, 2), zeros(2)) },
        Misuse("takeAlong", "[2, 1]", "[3, 2]") { _ = takeAlong(zeros(3, 2), zeros(2, 1, of: .int32), along: 1) },
        Misuse("scatterAdd", "[3, 1]", "[2, 1]") {
            _ = scatterAdd(zeros(3, 2), zeros(3, 1, of: .int32), zeros(2, 1), along: 1)
        },
        Misuse("embedding", "[1]", "[3, 2]", "-1") { _ = embedding(Tensor([-1 as Int32]), weight: zeros(3, 2)) },
    ]

    private static let layers: [Misuse] = [
        Misuse("matmul", "[2, 3]", "[2, 4]") { _ = matmul(zeros(2, 3), zeros(2, 4)) },
        Misuse("matmul", "[3]", "[3, 4]") { _ = matmul(zeros(3), zeros(3, 4)) },
        Misuse("matmul", "[2]", "[3]") { _ = matmul(zeros(2, 4, 5), zeros(3, 5, 4)) },
        Misuse("linear", "[2, 5]", "[4, 3]") { _ = linear(zeros(2, 5), weight: frozen) },
        Misuse("linear", "[2, 5]", "[4, 3]") { _ = linear(zeros(2, 5), weight: zeros(4, 3)) },
        Misuse("linear", "[2, 3]", "[4, 3]", "[5]") { _ = linear(zeros(2, 3), weight: zeros(4, 3), bias: zeros(5)) },
        Misuse("linear", "[2, 5]", "[4, 2]", "[4, 3]") {
            let update = LowRankUpdate(a: zeros(2, 5), b: zeros(4, 2), scale: 1)
            _ = linear(zeros(2, 3), weight: frozen, update: update)
        },
        Misuse("attention", "[3, 4]", "[2, 2]") {
            _ = attention(
                queries: zeros(3, 4), keys: zeros(3, 2), values: zeros(2, 2), plan: plan, heads: 2, keyValueHeads: 1)
        },
        Misuse("attention", "2 queries", "[3, 4]", "[3, 2]") {
            _ = attention(
                queries: zeros(3, 4), keys: zeros(3, 2), values: zeros(3, 2), plan: plan, heads: 2, keyValueHeads: 1)
        },
        Misuse("SegmentPlan", "3 queries", "2 keys") {
            _ = SegmentPlan([.init(queryStart: 0, queryCount: 3, keyStart: 0, keyCount: 2)])
        },
        Misuse("SegmentPlan", "segment 0", "segment 0") {
            _ = SegmentPlan([.init(queryStart: 0, queryCount: 2, keyStart: 0, keyCount: 2, parent: 0)])
        },
        Misuse("SegmentPlan", "queries 1..<2", "2") {
            _ = SegmentPlan([
                .init(queryStart: 0, queryCount: 2, keyStart: 0, keyCount: 2),
                .init(queryStart: 1, queryCount: 1, keyStart: 2, keyCount: 1),
            ])
        },
        Misuse("SegmentPlan", "queries 3..<4", "2") {
            _ = SegmentPlan([
                .init(queryStart: 3, queryCount: 1, keyStart: 2, keyCount: 1),
                .init(queryStart: 0, queryCount: 2, keyStart: 0, keyCount: 2),
            ])
        },
        Misuse("SegmentPlan", "keys 1..<3", "2") {
            _ = SegmentPlan([
                .init(queryStart: 0, queryCount: 2, keyStart: 0, keyCount: 2),
                .init(queryStart: 2, queryCount: 1, keyStart: 1, keyCount: 2),
            ])
        },
        Misuse("rmsNorm", "[2, 3]", "[4]") { _ = rmsNorm(zeros(2, 3), weight: zeros(4), epsilon: 1e-5) },
        Misuse("layerNorm", "[2, 3]", "[3]", "[4]") {
            _ = layerNorm(zeros(2, 3), weight: zeros(3), bias: zeros(4), epsilon: 1e-5)
        },
        Misuse("rotaryEmbedding", "[2, 5]", "2 heads of 4", "[2]") {
            let table = RotaryTable(inverseFrequencies: [1, 0.5], positionCount: 2)
            _ = rotaryEmbedding(zeros(2, 5), heads: 2, table: table, positions: zeros(2, of: .int32))
        },
        Misuse("rotaryEmbedding", "position 2", "[1, 4]") {
            let table = RotaryTable(inverseFrequencies: [1, 0.5], positionCount: 2)
            _ = rotaryEmbedding(zeros(1, 4), heads: 1, table: table, positions: Tensor([2 as Int32]))
        },
        Misuse("matmul", "[2, 3] float16", "[3, 4] float16") {
            _ = matmul(zeros(2, 3, of: .float16), zeros(3, 4, of: .float16))
        },
        Misuse("linear", "[2, 3] float16", "[4, 3]") { _ = linear(zeros(2, 3, of: .float16), weight: frozen) },
        Misuse("attention", "[2, 3]", "2 heads") {
            _ = attention(
                queries: zeros(2, 3), keys: zeros(2, 3), values: zeros(2, 3), plan: plan, heads: 2, keyValueHeads: 1)
        },
        Misuse("swiGLU", "[2] float16") { _ = swiGLU(gate: zeros(2, of: .float16), up: zeros(2, of: .float16)) },
        Misuse("residualAdd", "[2] float32", "[2] float16") { _ = residualAdd(zeros(2), zeros(2, of: .float16)) },
        Misuse("linearCrossEntropy", "[2, 3] float16", "[4, 3]") {
            let none = zeros(0, of: .int32)
            _ = linearCrossEntropy(hiddenStates: zeros(2, 3, of: .float16), weight: frozen, rows: none, targets: none)
        },
        Misuse("swiGLU", "[2, 3]", "[2, 4]") { _ = swiGLU(gate: zeros(2, 3), up: zeros(2, 4)) },
        Misuse("residualAdd", "[2, 3]", "[2, 4]") { _ = residualAdd(zeros(2, 3), zeros(2, 4)) },
        Misuse("crossEntropy", "[2, 3]", "[3]") {
            _ = crossEntropy(logits: zeros(2, 3), targets: zeros(3, of: .int32))
        },
        Misuse("crossEntropy", "7", "[1, 3]") { _ = crossEntropy(logits: zeros(1, 3), targets: Tensor([7 as Int32])) },
        Misuse("linearCrossEntropy", "[2, 5]", "[4, 3]") {
            let none = zeros(0, of: .int32)
            _ = linearCrossEntropy(hiddenStates: zeros(2, 5), weight: frozen, rows: none, targets: none)
        },
        Misuse("linearCrossEntropy", "[2]", "[1]") {
            _ = linearCrossEntropy(
                hiddenStates: zeros(2, 3), weight: zeros(4, 3), rows: zeros(2, of: .int32),
                targets: zeros(1, of: .int32))
        },
        Misuse("linearCrossEntropy", "row 2", "[2, 3]", "[4, 3]") {
            _ = linearCrossEntropy(
                hiddenStates: zeros(2, 3), weight: zeros(4, 3), rows: Tensor([2 as Int32]),
                targets: Tensor([0 as Int32]))
        },
        Misuse("dropout", "[2]", "float16") {
            _ = dropout(zeros(2, of: .float16), Dropout(probability: 0.5, key: RandomKey(seed: 1)))
        },
        Misuse("Tensor", "2 values", "[3]") { _ = Tensor([1.0, 2], shape: [3]) },
        Misuse("QuantizedMatrix", "block size 48") { _ = QuantizedMatrix(quantizing: zeros(2, 64), blockSize: 48) },
        Misuse("gradients(of:)", "[2]") { _ = zeros(2).gradients(of: []) },
        Misuse("not a leaf", "[3]") { _ = Tensor(1.0 as Float).trackingGradient.gradients(of: [zeros(3)]) },
        Misuse("used before", "+") {
            let x = Tensor(1.0 as Float).trackingGradient
            let y = x + 1
            _ = y.gradients(of: [x])
            _ = y.gradients(of: [x])
        },
    ]
}
