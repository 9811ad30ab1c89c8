import Diagnostics

/// The shape and the mathematics of a model of the Llama family.
public struct LlamaConfiguration: Sendable, Equatable {
    /// How rotary frequencies are stretched for contexts longer than the model was first trained on.
    public enum RopeScaling: Sendable, Equatable {
        case none
        /// Llama 3.1's rule: wavelengths above `originalContextLength / lowFrequencyFactor` are stretched by `factor`,
        /// those below `originalContextLength / highFrequencyFactor` stay, those between are interpolated.
        case llama3(
            factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalContextLength: Int)
    }

    /// Rows of the embedding.
    public var vocabularySize: Int
    /// Features of a hidden state.
    public var hiddenSize: Int
    /// Features inside the feed-forward network.
    public var intermediateSize: Int
    /// Decoder layers.
    public var layerCount: Int
    /// Heads of queries.
    public var attentionHeadCount: Int
    /// Heads of keys and values; divides `attentionHeadCount`.
    public var keyValueHeadCount: Int
    /// Features of one head, an even number; need not be `hiddenSize / attentionHeadCount`.
    public var headDimension: Int
    /// What is added to the mean square in every norm.
    public var rmsNormEpsilon: Double
    /// The base of the rotary frequencies.
    public var ropeTheta: Double
    /// How the rotary frequencies are stretched.
    public var ropeScaling: RopeScaling
    /// What each of the `headDimension / 2` rotary frequencies is divided by, where a file gives the factors themselves
    /// and they follow no rule of `RopeScaling`.
    public var ropeFrequencyFactors: [Float]?
    /// The longest sequence the model was made for, in tokens.
    public var maxPositionEmbeddings: Int
    /// Whether the head's weight is the embedding's.
    public var tiesWordEmbeddings: Bool
    /// The id of the token that starts a text, where there is one.
    public var beginningOfSequenceToken: Int?
    /// The tokens that may end a sequence.
    public var endOfSequenceTokens: [Int]
    /// The id of the token that fills up short rows, where there is one.
    public var paddingToken: Int?

    /// Refuses sizes that no model has, and that would exhaust memory or overflow before a weight is looked at.
    ///
    /// - Parameter failure: makes the error for a size under its Hugging Face name.
    func refuseExtremes(_ failure: (_ name: String, _ expected: String) -> InputError) throws {
        let sizes = [
            ("hidden_size", hiddenSize, 1 << 20), ("intermediate_size", intermediateSize, 1 << 22),
            ("num_hidden_layers", layerCount, 4096), ("num_attention_heads", attentionHeadCount, 1 << 16),
            ("head_dim", headDimension, 1024), ("vocab_size", vocabularySize, 1 << 24),
            ("max_position_embeddings", maxPositionEmbeddings, 1 << 30),
        ]
        if let (name, _, most) = sizes.first(where: { $0.1 > $0.2 }) { throw failure(name, "at most \(most)") }
    }

    /// - Parameters:
    ///   - keyValueHeadCount: heads of keys and values; divides `attentionHeadCount`.
    ///   - headDimension: features of one head, an even number.
    public init(
        vocabularySize: Int, hiddenSize: Int, intermediateSize: Int, layerCount: Int, attentionHeadCount: Int,
        keyValueHeadCount: Int, headDimension: Int, rmsNormEpsilon: Double = 1e-5, ropeTheta: Double = 10_000,
        ropeScaling: RopeScaling = .none, ropeFrequencyFactors: [Float]? = nil, maxPositionEmbeddings: Int = 2048,
        tiesWordEmbeddings: Bool = false, beginningOfSequenceToken: Int? = nil, endOfSequenceTokens: [Int] = [],
        paddingToken: Int? = nil
    ) {
        require(
            attentionHeadCount % keyValueHeadCount == 0 && headDimension % 2 == 0,
            "LlamaConfiguration: \(attentionHeadCount) heads, \(keyValueHeadCount) of keys and values, "
                + "\(headDimension) features each")
        self.vocabularySize = vocabularySize
        self.hiddenSize = hiddenSize
        self.intermediateSize = intermediateSize
        self.layerCount = layerCount
        self.attentionHeadCount = attentionHeadCount
        self.keyValueHeadCount = keyValueHeadCount
        self.headDimension = headDimension
        self.rmsNormEpsilon = rmsNormEpsilon
        self.ropeTheta = ropeTheta
        self.ropeScaling = ropeScaling
        self.ropeFrequencyFactors = ropeFrequencyFactors
        self.maxPositionEmbeddings = maxPositionEmbeddings
        self.tiesWordEmbeddings = tiesWordEmbeddings
        self.beginningOfSequenceToken = beginningOfSequenceToken
        self.endOfSequenceTokens = endOfSequenceTokens
        self.paddingToken = paddingToken
    }
}
