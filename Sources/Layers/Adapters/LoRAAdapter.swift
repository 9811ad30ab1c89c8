import Diagnostics
import Tensors

/// The trainable low-rank update of one projection: scale · B·A.
public final class LoRAAdapter {
    /// The projection's name in Hugging Face's tree.
    public let module: String
    /// [r, in], float32, a leaf.
    public let a: Tensor
    /// [out, r], float32, a leaf.
    public let b: Tensor
    /// alpha / r, or alpha / √r.
    public let scale: Float
    /// The probability that a feature of the input is dropped in training.
    public let dropout: Float
    /// Which sequence of random numbers this adapter's dropout draws from.
    let index: Int

    public var rank: Int { a.shape[0] }

    /// - Parameters:
    ///   - a: [r, in], float32.
    ///   - b: [out, r], float32.
    ///   - index: this adapter's place among the model's.
    public init(module: String, a: Tensor, b: Tensor, scale: Float, dropout: Float, index: Int) {
        require(
            a.rank == 2 && b.rank == 2 && a.shape[0] == b.shape[1], "LoRAAdapter: A \(a.shape) and B \(b.shape)")
        self.module = module
        self.a = a.trackingGradient
        self.b = b.trackingGradient
        self.scale = scale
        self.dropout = dropout
        self.index = index
    }

    /// A fresh adapter for a projection [out, in].
    ///
    /// - Parameter key: of the whole run; each adapter draws its own numbers from it.
    public convenience init(
        module: String, inputSize: Int, outputSize: Int, configuration: LoRAConfiguration, index: Int, key: RandomKey
    ) {
        let rank = configuration.rank(of: module)
        let (keyOfA, keyOfB) = (key.folding(index).folding(0), key.folding(index).folding(1))
        let bound = 1 / Float(inputSize).squareRoot()
        let a: Tensor
        var b = Tensor.zeros([outputSize, rank])
        switch configuration.initializer {
        case .kaimingUniform:
            a = .uniform([rank, inputSize], in: -bound..<bound, key: keyOfA)
        case .gaussian:
            a = .normal([rank, inputSize], standardDeviation: 1 / Float(rank), key: keyOfA)
        case .random:
            a = .uniform([rank, inputSize], in: -bound..<bound, key: keyOfA)
            let bound = 1 / Float(rank).squareRoot()
            b = .uniform([outputSize, rank], in: -bound..<bound, key: keyOfB)
        }
        self.init(
            module: module, a: a, b: b, scale: configuration.scale(of: module), dropout: Float(configuration.dropout),
            index: index)
    }

    /// What the adapted product takes in a forward pass.
    func update(_ context: ForwardContext) -> LowRankUpdate {
        let active = dropout > 0 ? context.dropoutKey : nil
        return LowRankUpdate(
            a: a, b: b, scale: scale,
            dropout: active.map {
                Dropout(probability: dropout, key: $0.folding(index), parts: context.dropoutParts)
            })
    }
}
