import Foundation
import Tensors
import TestSupport
import Testing

/// An operation whose value and gradients PyTorch computed in double precision (Goldens/make_ops.py).
private struct GoldenCase: Sendable, CustomTestStringConvertible {
    let name: String
    /// The names of the inputs, in the order `apply` takes them.
    let inputs: [String]
    let apply: @Sendable ([Tensor]) -> Tensor

    init(_ name: String, _ inputs: String..., apply: @escaping @Sendable ([Tensor]) -> Tensor) {
        self.name = name
        self.inputs = inputs
        self.apply = apply
    }

    var testDescription: String { name }

    static let all: [GoldenCase] =
        [
            GoldenCase("gelu.erf", "input") { gelu($0[0]) },
            GoldenCase("gelu.tanh", "input") { gelu($0[0], form: .tanh) },
            GoldenCase("silu", "input") { silu($0[0]) },
            GoldenCase("swiglu", "gate", "up") { swiGLU(gate: $0[0], up: $0[1]) },
            GoldenCase("where", "condition", "first", "second") { which($0[0], $0[1], $0[2]) },
            GoldenCase("layer_norm", "input", "weight", "bias") {
                layerNorm($0[0], weight: $0[1], bias: $0[2], epsilon: 1e-5)
            },
            GoldenCase("rms_norm", "input", "weight") { rmsNorm($0[0], weight: $0[1], epsilon: 1e-5) },
            GoldenCase("rms_norm.small", "input", "weight") { rmsNorm($0[0], weight: $0[1], epsilon: 1e-6) },
            GoldenCase("cross_entropy.rows", "logits", "targets") {
                crossEntropy(logits: $0[0], targets: $0[1], reduction: .none)
            },
            GoldenCase("cross_entropy.mean", "logits", "targets") { crossEntropy(logits: $0[0], targets: $0[1]) },
            GoldenCase("cross_entropy.weighted", "logits", "targets", "weights") {
                crossEntropy(logits: $0[0], targets: $0[1], weights: $0[2])
            },
            GoldenCase("linear_cross_entropy", "hidden", "weight", "targets", "weights") {
                let rows = Tensor((0..<7).map { Int32($0) })
                let losses = linearCrossEntropy(hiddenStates: $0[0], weight: $0[1], rows: rows, targets: $0[2])
                return (losses * $0[3]).sum() / $0[3].sum()
            },
            GoldenCase("embedding", "indices", "weight") { embedding($0[0], weight: $0[1]) },
            GoldenCase("gather", "input", "indices") { takeAlong($0[0], $0[1], along: 1) },
            GoldenCase("gather.axis0", "input", "indices") { takeAlong($0[0], $0[1], along: 0) },
            GoldenCase("scatter_add", "input", "indices", "source") { scatterAdd($0[0], $0[1], $0[2], along: 1) },
            GoldenCase("index_add", "input", "indices", "source") {
                scatterAdd(
                    $0[0], concatenated([Tensor](repeating: $0[1].reshaped(4, 1), count: 3), along: 1), $0[2], along: 0)
            },
            GoldenCase("rope", "input", "positions") {
                let table = RotaryTable(
                    inverseFrequencies: (0..<5).map { 1 / pow(10000, Float(2 * $0) / 10) }, positionCount: 1024)
                return rotaryEmbedding($0[0].reshaped(8, 30), heads: 3, table: table, positions: $0[1]).reshaped(
                    8, 3, 10)
            },
            GoldenCase("matmul.nn", "left", "right") { matmul($0[0], $0[1]) },
            GoldenCase("matmul.nt", "left", "right") { matmul($0[0], $0[1], transposeB: true) },
            GoldenCase("matmul.tn", "left", "right") { matmul($0[0], $0[1], transposeA: true) },
            GoldenCase("matmul.tt", "left", "right") { matmul($0[0], $0[1], transposeA: true, transposeB: true) },
            GoldenCase("matmul.plain", "left", "right") { matmul($0[0], $0[1]) },
            GoldenCase("matmul.broadcast", "left", "right") { matmul($0[0], $0[1]) },
            GoldenCase("matmul.broadcast_batch", "left", "right") { matmul($0[0], $0[1]) },
        ] + attentions + ["rows", "middle", "large"].flatMap { rows($0, $0 == "middle" ? 1 : -1) }
        + ["axis0", "axis1", "axis2", "keep", "all"].flatMap { reductions($0) }

    private static let attentions: [GoldenCase] = [
        ("grouped", 4, 2), ("multi_query", 3, 1), ("full_heads", 2, 2),
    ].map { name, heads, keyValueHeads in
        GoldenCase("attention.\(name)", "query", "key", "value", "lengths") { inputs in
            let tokens = inputs[0].shape[0]
            return attention(
                queries: inputs[0].reshaped(tokens, -1), keys: inputs[1].reshaped(tokens, -1),
                values: inputs[2].reshaped(tokens, -1), plan: SegmentPlan(lengths: inputs[3].integers.map { Int($0) }),
                heads: heads, keyValueHeads: keyValueHeads
            ).reshaped(inputs[0].shape)
        }
    }

    private static func rows(_ form: String, _ axis: Int) -> [GoldenCase] {
        [
            GoldenCase("softmax.\(form)", "input") { softmax($0[0], along: axis) },
            GoldenCase("log_softmax.\(form)", "input") { logSoftmax($0[0], along: axis) },
            GoldenCase("logsumexp.\(form)", "input") { logSumExp($0[0], along: axis) },
        ]
    }

    private static func reductions(_ form: String) -> [GoldenCase] {
        let axes: [Int]? = form == "all" ? nil : [Int(form.suffix(1)) ?? 1]
        let keeps = form == "keep"
        return [
            GoldenCase("sum.\(form)", "input") { $0[0].sum(along: axes, keepingDimensions: keeps) },
            GoldenCase("mean.\(form)", "input") { $0[0].mean(along: axes, keepingDimensions: keeps) },
            GoldenCase("max.\(form)", "input") { $0[0].max(along: axes, keepingDimensions: keeps) },
            GoldenCase("min.\(form)", "input") { $0[0].min(along: axes, keepingDimensions: keeps) },
        ]
    }
}

extension TensorTests {
    @Suite struct GoldenTests {
        private let goldens: [String: Tensor]

        init() throws { goldens = try golden("ops.safetensors") }

        @Test("Values and gradients are PyTorch's", arguments: GoldenCase.all)
        private func pytorch(_ operation: GoldenCase) throws {
            func stored(_ key: String) throws -> Tensor { try #require(goldens["\(operation.name).\(key)"]) }
            let wanted = operation.inputs.filter { goldens["\(operation.name).\($0)_gradient"] != nil }
            let inputs = try operation.inputs.map {
                wanted.contains($0) ? try stored($0).trackingGradient : try stored($0)
            }
            let output = operation.apply(inputs)
            #expect(output.shape == (try stored("output")).shape)
            // Sums of up to 14 terms, elementary functions of 2 ulp: 64 roundings are more than there are.
            #expect(relativeDifference(output.floats, try stored("output").floats) < 64 * 0x1p-24)
            let leaves = zip(operation.inputs, inputs).filter { wanted.contains($0.0) }.map(\.1)
            let gradients = output.gradients(of: leaves, upstream: try stored("output_gradient"))
            for (name, gradient) in zip(wanted, gradients) {
                let expected = try stored("\(name)_gradient").floats
                #expect(relativeDifference(gradient.floats, expected) < 128 * 0x1p-24, "\(name)")
            }
        }
    }
}
