import Diagnostics
import Layers
import ModelFiles
import Tensors

/// A decoder of the Llama family (Llama 3.x, SmolLM2, TinyLlama …) with frozen weights and LoRA adapters on its
/// projections.
public final class LlamaModel {
    public let configuration: LlamaConfiguration
    /// [vocabulary, hidden].
    public let embedding: FrozenWeight
    public let layers: [LlamaLayer]
    public let finalNorm: RMSNorm
    /// [vocabulary, hidden]; the embedding itself where the model ties them.
    public let head: FrozenWeight
    /// The type of products and activations; the residual stream, norms, softmax and sums are float32.
    public let computeType: DType

    package init(
        configuration: LlamaConfiguration, embedding: FrozenWeight, layers: [LlamaLayer], finalNorm: RMSNorm,
        head: FrozenWeight, computeType: DType
    ) {
        self.configuration = configuration
        self.embedding = embedding
        self.layers = layers
        self.finalNorm = finalNorm
        self.head = head
        self.computeType = computeType
    }

    /// Every projection of every layer, in the order of the forward pass.
    public var projections: [Linear] { layers.flatMap(\.projections) }

    /// The attached adapters, in the order of the forward pass.
    public var adapters: [LoRAAdapter] { projections.compactMap(\.adapter) }

    /// The trainable tensors: A and B of every adapter, in order.
    public var parameters: [Tensor] { adapters.flatMap { [$0.a, $0.b] } }

    /// What the backward pass computes again instead of keeping it, for each layer.
    public var recomputation: [LayerRecomputation] {
        get { layers.map(\.recomputation) }
        set {
            require(newValue.count == layers.count, "LlamaModel: \(newValue.count) plans for \(layers.count) layers")
            for (layer, parts) in zip(layers, newValue) { layer.recomputation = parts }
        }
    }

    /// Bytes of all frozen weights.
    public var weightBytes: Int {
        projections.reduce(embedding.byteCount) { $0 + $1.weight.byteCount }
            + (configuration.tiesWordEmbeddings ? 0 : head.byteCount)
    }

    /// The features behind the final norm, from which the head predicts the next tokens.
    ///
    /// - Parameters:
    ///   - tokens: a flat stream of token ids, laid out as the context's plan says.
    ///   - cache: of earlier tokens, in generation.
    /// - Returns: [tokens, hidden] in `computeType`.
    public func hiddenStates(tokens: [Int32], context: ForwardContext, cache: KeyValueCache? = nil) -> Tensor {
        require(
            tokens.count == context.plan.queryCount,
            "LlamaModel: \(tokens.count) tokens for a plan of \(context.plan.queryCount)")
        var stream = ResidualStream(embeddingRows(embedding, tokens: tokens))
        for (index, layer) in layers.enumerated() {
            layer(&stream, context, computeType: computeType, cache: cache?.layers[index])
        }
        return stream.normalized(by: finalNorm, output: computeType)
    }

    /// The scores of every next token, for each token of the stream.
    ///
    /// Whole logits take tokens × vocabulary × 4 bytes; a loss wants `tokenLosses` instead.
    ///
    /// - Returns: float32 [tokens, vocabulary].
    public func logits(tokens: [Int32], plan: SegmentPlan) -> Tensor {
        headLogits(hiddenStates(tokens: tokens, context: ForwardContext(plan: plan)), weight: head)
    }

    /// The negative log-likelihood of chosen tokens, in nats.
    ///
    /// - Parameters:
    ///   - rows: the positions in the stream whose next token counts.
    ///   - targets: that next token, for each of `rows`.
    ///   - dropoutKey: of this forward pass; nil switches dropout off.
    ///   - dropoutParts: the parts of the stream that dropout numbers by themselves; nil for the stream as a whole.
    /// - Returns: float32 [rows].
    public func tokenLosses(
        tokens: [Int32], plan: SegmentPlan, rows: [Int32], targets: [Int32], dropoutKey: RandomKey? = nil,
        dropoutParts: [Dropout.Part]? = nil
    ) -> Tensor {
        let context = ForwardContext(plan: plan, dropoutKey: dropoutKey, dropoutParts: dropoutParts)
        return linearCrossEntropy(
            hiddenStates: hiddenStates(tokens: tokens, context: context),
            weight: head, rows: Tensor(rows), targets: Tensor(targets))
    }
}
