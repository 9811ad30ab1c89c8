import Signet

/// The head with its cross-entropy, forward and the gradient of its input, over chunks of rows: whole logits never exist.
enum HeadCases {
    static var all: [BenchmarkCase] {
        [("Llama-3.1-8B", 128_256, 4096), ("SmolLM2-135M", 49_152, 576)].map { model, vocabulary, hidden in
            let rows = 512
            let name = "head/\(model) \(rows) rows"
            return BenchmarkCase(name: name) { context in
                let weight = FrozenWeight.dense(RandomBits.tensor([vocabulary, hidden], .bfloat16))
                let states = RandomBits.tensor([rows, hidden], .bfloat16).trackingGradient
                let places = Tensor((0..<rows).map { Int32($0) })
                let targets = Tensor(RandomBits.tokens(rows, vocabulary: vocabulary))
                let timing = Timing.of(context.repeats) {
                    let losses = linearCrossEntropy(
                        hiddenStates: states, weight: weight, rows: places, targets: targets)
                    _ = losses.gradients(of: [states], upstream: .ones([rows]))
                }
                let shape = ProductShape(rows: rows, output: vocabulary, input: hidden)
                return [
                    Measurement(
                        "\(name) cross-entropy forward and backward", timing, .operations(2 * shape.operations),
                        limit: .products([shape, shape.mirrored], .bfloat16))
                ]
            }
        }
    }
}
