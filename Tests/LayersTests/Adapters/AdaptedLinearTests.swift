import Tensors
import TestSupport
import Testing

@testable import Layers

@Suite("A projection with an adapter")
struct AdaptedLinearTests {
    @Test("value and gradients are those of PEFT to 1e-6", arguments: ["plain", "rslora"])
    func golden(name: String) throws {
        let golden = try Golden("lora_linear.safetensors")
        func tensor(_ part: String) throws -> Tensor { try golden.tensor("\(name).\(part)") }
        let configuration = LoRAConfiguration(rank: 3, alpha: 5, useRSLoRA: name == "rslora")
        let scale = configuration.scale(of: "linear")
        #expect(abs(scale / (try tensor("scaling").item) - 1) < 1e-6)
        let linear = Linear(name: "linear", weight: .dense(try tensor("weight")))
        let adapter = LoRAAdapter(
            module: "linear", a: try tensor("lora_A"), b: try tensor("lora_B"), scale: scale, dropout: 0, index: 0)
        linear.adapter = adapter
        let x = try tensor("input").trackingGradient
        let y = linear(x, ForwardContext(plan: SegmentPlan(lengths: [x.shape[0]])))
        #expect(relativeDifference(y.floats, try tensor("output").floats) <= 1e-6)
        let gradients = y.gradients(of: [x, adapter.a, adapter.b], upstream: try tensor("output_gradient"))
        for (gradient, part) in zip(gradients, ["input", "lora_A", "lora_B"]) {
            let expected = try tensor("\(part)_gradient")
            #expect(gradient.shape == expected.shape)
            #expect(relativeDifference(gradient.floats, expected.floats) <= 1e-6, "\(part)")
        }
    }

    /// A projection that adds nothing to what dropout leaves of its input: the weight is zero, A and B are identities.
    private func mask(features: Int, dropout: Float, index: Int = 0) -> Linear {
        let identity = Tensor(
            (0..<features * features).map { Float($0 % (features + 1) == 0 ? 1 : 0) }, shape: [features, features])
        let linear = Linear(name: "mask", weight: .dense(.zeros([features, features])))
        linear.adapter = LoRAAdapter(
            module: "mask", a: identity, b: identity.copied(), scale: 1, dropout: dropout, index: index)
        return linear
    }

    private func context(tokens: Int, key: RandomKey?) -> ForwardContext {
        ForwardContext(plan: SegmentPlan(lengths: [tokens]), dropoutKey: key)
    }

    @Test("dropout zeroes its share of the features and keeps the expectation", arguments: [Float(0.1), 0.5, 0.9])
    func dropout(probability: Float) {
        let (tokens, features) = (256, 64)
        let y = mask(features: features, dropout: probability)(
            .ones([tokens, features]), context(tokens: tokens, key: RandomKey(seed: 1))
        ).floats
        #expect(y.allSatisfy { $0 == 0 || abs($0 * (1 - probability) - 1) < 1e-6 })
        let count = Double(y.count)
        let (p, kept) = (Double(probability), Double(y.filter { $0 != 0 }.count))
        // Five standard errors of a share.
        #expect(abs(kept / count - (1 - p)) < 5 * (p * (1 - p) / count).squareRoot())
        let mean = y.reduce(0) { $0 + Double($1) } / count
        #expect(abs(mean - 1) < 5 * (p / (1 - p) / count).squareRoot())
    }

    @Test("without a key, or with probability 0, nothing is dropped")
    func noDropout() {
        let x = Tensor.ones([8, 16])
        #expect(mask(features: 16, dropout: 0.5)(x, context(tokens: 8, key: nil)).floats == x.floats)
        #expect(
            mask(features: 16, dropout: 0)(x, context(tokens: 8, key: RandomKey(seed: 1))).floats == x.floats)
    }

    @Test("a mask depends on the key and the adapter alone")
    func masks() {
        let x = Tensor.ones([32, 16])
        func values(_ seed: UInt64, index: Int) -> [Float] {
            mask(features: 16, dropout: 0.5, index: index)(x, context(tokens: 32, key: RandomKey(seed: seed))).floats
        }
        #expect(values(1, index: 0) == values(1, index: 0))
        #expect(values(1, index: 0) != values(2, index: 0))
        #expect(values(1, index: 0) != values(1, index: 1))
    }

    @Test("recomputation draws the same mask: values and gradients are bit-identical", arguments: [Float(0), 0.4])
    func recomputation(probability: Float) {
        let key = RandomKey(seed: 9)
        let linear = Linear(name: "linear", weight: .dense(.normal([24, 16], key: key.folding(0))))
        let adapter = LoRAAdapter(
            module: "linear", inputSize: 16, outputSize: 24,
            configuration: LoRAConfiguration(rank: 4, dropout: Double(probability), initializer: .random), index: 3,
            key: key)
        linear.adapter = adapter
        let context = context(tokens: 12, key: key.folding(7))
        let upstream = Tensor.normal([12, 24], key: key.folding(1))
        func results(_ forward: (Tensor) -> Tensor) -> [[Float]] {
            let x = Tensor.normal([12, 16], key: key.folding(2)).trackingGradient
            let y = forward(x)
            return [y.floats] + y.gradients(of: [x, adapter.a, adapter.b], upstream: upstream).map(\.floats)
        }
        let kept = results { linear($0, context) }
        let again = results { x in recomputed([x], parameters: [adapter.a, adapter.b]) { linear($0[0], context) } }
        #expect(kept == again)
        #expect(kept.allSatisfy { $0.contains { $0 != 0 } })
    }
}
