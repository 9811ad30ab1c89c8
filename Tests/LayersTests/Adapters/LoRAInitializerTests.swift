import Layers
import Tensors
import Testing

@Suite("LoRA initialisers")
struct LoRAInitializerTests {
    private static let input = 1024
    private static let output = 512
    private static let rank = 64

    private static func adapter(
        _ initializer: LoRAInitializer, index: Int = 0, key: RandomKey = RandomKey(seed: 5)
    ) -> LoRAAdapter {
        LoRAAdapter(
            module: "model.layers.0.self_attn.q_proj", inputSize: input, outputSize: output,
            configuration: LoRAConfiguration(rank: rank, initializer: initializer), index: index, key: key)
    }

    /// Mean, variance and the share of values within one standard deviation.
    private func moments(_ values: [Float]) -> (mean: Double, variance: Double, central: Double) {
        let count = Double(values.count)
        let mean = values.reduce(0) { $0 + Double($1) } / count
        let variance = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
        let deviation = variance.squareRoot()
        return (mean, variance, Double(values.filter { abs(Double($0) - mean) <= deviation }.count) / count)
    }

    private func expectUniform(_ values: [Float], bound: Double) {
        let found = moments(values)
        // Five standard errors of a mean.
        #expect(abs(found.mean) < 5 * bound / (3 * Double(values.count)).squareRoot())
        #expect(abs(found.variance / (bound * bound / 3) - 1) < 0.02)
        #expect(abs(found.central - 1 / 3.0.squareRoot()) < 0.01)
        #expect(values.allSatisfy { abs(Double($0)) <= bound * (1 + 1e-6) })
        #expect(Double(values.max()!) > 0.999 * bound && Double(values.min()!) < -0.999 * bound)
    }

    @Test("Kaiming: A is uniform in ±1/√in, B is zero")
    func kaiming() {
        let adapter = Self.adapter(.kaimingUniform)
        #expect(adapter.a.shape == [Self.rank, Self.input] && adapter.b.shape == [Self.output, Self.rank])
        expectUniform(adapter.a.floats, bound: 1 / Double(Self.input).squareRoot())
        #expect(adapter.b.floats.allSatisfy { $0 == 0 })
    }

    @Test("Gaussian: A is normal with standard deviation 1/r, B is zero")
    func gaussian() {
        let adapter = Self.adapter(.gaussian)
        let found = moments(adapter.a.floats)
        let deviation = 1 / Double(Self.rank)
        #expect(abs(found.mean) < 5 * deviation / Double(adapter.a.count).squareRoot())
        #expect(abs(found.variance / (deviation * deviation) - 1) < 0.03)
        #expect(abs(found.central - 0.6827) < 0.01)
        let beyondThree = adapter.a.floats.filter { abs(Double($0)) > 3 * deviation }.count
        #expect(abs(Double(beyondThree) / Double(adapter.a.count) - 0.0027) < 0.001)
        #expect(adapter.b.floats.allSatisfy { $0 == 0 })
    }

    @Test("random: A is uniform in ±1/√in, B in ±1/√r")
    func random() {
        let adapter = Self.adapter(.random)
        expectUniform(adapter.a.floats, bound: 1 / Double(Self.input).squareRoot())
        expectUniform(adapter.b.floats, bound: 1 / Double(Self.rank).squareRoot())
    }

    @Test("every module, seed and side draws numbers of its own", arguments: [LoRAInitializer.gaussian, .random])
    func independence(initializer: LoRAInitializer) {
        let first = Self.adapter(initializer)
        #expect(first.a.floats == Self.adapter(initializer).a.floats)
        let others = [
            Self.adapter(initializer, index: 1), Self.adapter(initializer, key: RandomKey(seed: 6)),
            Self.adapter(initializer, key: RandomKey(seed: 5).folding(0)),
        ]
        for other in others {
            let same = zip(first.a.floats, other.a.floats).filter { $0 == $1 }.count
            #expect(same < first.a.count / 1000)
            let correlation = zip(first.a.floats, other.a.floats).reduce(0) { $0 + Double($1.0) * Double($1.1) }
            #expect(abs(correlation) < 0.02 * first.a.sumOfSquares)
        }
        guard initializer == .random else { return }
        let ratio = Float(Self.input).squareRoot() / Float(Self.rank).squareRoot()
        let same = zip(first.a.floats, first.b.floats).filter { abs($0 * ratio - $1) < 1e-6 }.count
        #expect(same < first.b.count / 100, "B repeats the numbers of A")
    }

    @Test("numbers do not depend on the number of threads")
    func threads() async {
        // In a process of its own: nobody else may take the pool meanwhile.
        await #expect(processExitsWith: .success) {
            for initializer in [LoRAInitializer.kaimingUniform, .gaussian, .random] {
                let results = [1, 2, 3, 5].map { count in
                    Machine.threadCount = count
                    let adapter = LoRAInitializerTests.adapter(initializer)
                    return adapter.a.floats + adapter.b.floats
                }
                #expect(results.allSatisfy { $0 == results[0] })
            }
        }
    }
}
