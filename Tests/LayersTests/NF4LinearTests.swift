import Layers
import Tensors
import TestSupport
import Testing

@Suite("4-bit projections")
struct NF4LinearTests {
    struct Case: CustomTestStringConvertible {
        var shape: [Int]
        var type = QuantizationType.nf4
        var blockSize = 64
        var doubleQuantized = true

        var testDescription: String {
            "\(shape) \(type) blocks of \(blockSize)\(doubleQuantized ? ", double-quantized" : "")"
        }
    }

    static let cases = [
        Case(shape: [96, 128]), Case(shape: [96, 128], doubleQuantized: false), Case(shape: [96, 128], type: .fp4),
        Case(shape: [257, 320], blockSize: 32), Case(shape: [64, 192], blockSize: 4096), Case(shape: [17, 40]),
        Case(shape: [7, 33], doubleQuantized: false), Case(shape: [1, 64]), Case(shape: [300, 2]),
    ]

    private func outputs(_ linear: Linear, _ x: Tensor, _ upstream: Tensor) -> [[Float]] {
        let x = x.trackingGradient
        let y = linear(x, ForwardContext(plan: SegmentPlan(lengths: [x.shape[0]])))
        let gradient = y.gradients(of: [x], upstream: upstream)[0]
        return [y, gradient].map { $0.detached.converted(to: .float32).floats }
    }

    @Test(
        "product and input gradient are those of the dequantized weight",
        arguments: cases, [DType.float32, .bfloat16])
    func dense(_ test: Case, type: DType) {
        let key = RandomKey(seed: 11)
        let weight = Tensor.normal(test.shape, standardDeviation: 0.1, key: key.folding(0))
        let quantized = NF4Linear(
            name: "linear", quantizing: weight, type: test.type, blockSize: test.blockSize,
            doubleQuantized: test.doubleQuantized)
        #expect(quantized.outputSize == test.shape[0] && quantized.inputSize == test.shape[1])
        let dense = Linear(name: "linear", weight: .dense(quantized.matrix.dequantized(as: type)))
        for tokens in [1, 5, 67] {
            let x = Tensor.normal([tokens, test.shape[1]], key: key.folding(1)).converted(to: type)
            let upstream = Tensor.normal([tokens, test.shape[0]], key: key.folding(2)).converted(to: type)
            let (found, expected) = (outputs(quantized, x, upstream), outputs(dense, x, upstream))
            #expect(found == expected, "\(tokens) tokens")
        }
    }

    @Test("an adapter on a 4-bit weight adds what it adds to the dequantized one")
    func adapted() {
        let key = RandomKey(seed: 12)
        let quantized = NF4Linear(name: "linear", quantizing: .normal([48, 80], key: key.folding(0)))
        let dense = Linear(name: "linear", weight: .dense(quantized.matrix.dequantized()))
        let adapter = LoRAAdapter(
            module: "linear", inputSize: 80, outputSize: 48,
            configuration: LoRAConfiguration(rank: 4, initializer: .random), index: 0, key: key)
        let upstream = Tensor.normal([9, 48], key: key.folding(2))
        let results = [quantized, dense].map { (linear: Linear) -> [[Float]] in
            linear.adapter = adapter
            let x = Tensor.normal([9, 80], key: key.folding(1)).trackingGradient
            let y = linear(x, ForwardContext(plan: SegmentPlan(lengths: [9])))
            return [y.floats] + y.gradients(of: [x, adapter.a, adapter.b], upstream: upstream).map(\.floats)
        }
        for (found, expected) in zip(results[0], results[1]) { #expect(relativeDifference(found, expected) <= 1e-6) }
    }

    @Test("a product holds nothing beyond its operands and its result: the weight is never expanded whole")
    func memory() async {
        await #expect(processExitsWith: .success) {
            let linear = NF4Linear(name: "linear", quantizing: .normal([2048, 2048], key: RandomKey(seed: 1)))
            let x = Tensor.normal([16, 2048], key: RandomKey(seed: 2)).trackingGradient
            let context = ForwardContext(plan: SegmentPlan(lengths: [16]))
            TensorMemory.resetPeak()
            let before = TensorMemory.liveBytes
            let gradient = linear(x, context).gradients(of: [x], upstream: .ones([16, 2048]))[0]
            #expect(gradient.sumOfSquares > 0)
            #expect(TensorMemory.peakBytes - before < 8 * 16 * 2048 * 4)
        }
    }
}
