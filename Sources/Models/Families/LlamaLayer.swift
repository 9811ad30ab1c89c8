import Diagnostics
import Layers
import Tensors

/// One decoder layer of the Llama family: attention and a gated feed-forward network, each behind a norm and added to
/// the residual stream.
public final class LlamaLayer {
    public let inputNorm: RMSNorm
    public let queryProjection: Linear
    public let keyProjection: Linear
    public let valueProjection: Linear
    public let outputProjection: Linear
    public let postAttentionNorm: RMSNorm
    public let gateProjection: Linear
    public let upProjection: Linear
    public let downProjection: Linear
    private let heads: Int
    private let keyValueHeads: Int
    private let rotary: RotaryEmbedding

    /// The seven projections, in the order of the forward pass.
    public var projections: [Linear] {
        [
            queryProjection, keyProjection, valueProjection, outputProjection, gateProjection, upProjection,
            downProjection,
        ]
    }

    /// - Parameter projections: query, key, value, output, gate, up, down.
    package init(
        projections: [Linear], inputNorm: RMSNorm, postAttentionNorm: RMSNorm, heads: Int, keyValueHeads: Int,
        rotary: RotaryEmbedding
    ) {
        require(projections.count == 7, "LlamaLayer: \(projections.count) projections")
        queryProjection = projections[0]
        keyProjection = projections[1]
        valueProjection = projections[2]
        outputProjection = projections[3]
        gateProjection = projections[4]
        upProjection = projections[5]
        downProjection = projections[6]
        self.inputNorm = inputNorm
        self.postAttentionNorm = postAttentionNorm
        self.heads = heads
        self.keyValueHeads = keyValueHeads
        self.rotary = rotary
    }

    /// - Parameters:
    ///   - residual: float32 [tokens, hidden].
    ///   - computeType: of the products and of what lies between them.
    ///   - cache: keys and values of earlier tokens, which these tokens' are appended to; nil outside generation.
    /// - Returns: the residual stream behind this layer.
    func callAsFunction(
        _ residual: Tensor, _ context: ForwardContext, computeType: DType, cache: LayerCache? = nil
    ) -> Tensor {
        let x = inputNorm(residual, output: computeType)
        let table = rotary.table(for: context.plan)
        let queries = rotaryEmbedding(
            queryProjection(x, context), heads: heads, table: table, positions: context.positions)
        var keys = rotaryEmbedding(
            keyProjection(x, context), heads: keyValueHeads, table: table, positions: context.positions)
        var values = valueProjection(x, context)
        if let cache { (keys, values) = cache.appending(keys: keys, values: values, plan: context.plan) }
        let attended = attention(
            queries: queries, keys: keys, values: values, plan: context.plan, heads: heads,
            keyValueHeads: keyValueHeads)
        let middle = residualAdd(residual, outputProjection(attended, context))
        let y = postAttentionNorm(middle, output: computeType)
        let hidden = swiGLU(gate: gateProjection(y, context), up: upProjection(y, context))
        return residualAdd(middle, downProjection(hidden, context))
    }
}
