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
    /// What the backward pass computes again instead of keeping it.
    public var recomputation: LayerRecomputation = []
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
    ///   - stream: the residual stream before this layer, and then behind it.
    ///   - computeType: of the products and of what lies between them.
    ///   - cache: keys and values of earlier tokens, which these tokens' are appended to; nil outside generation.
    func callAsFunction(
        _ stream: inout ResidualStream, _ context: ForwardContext, computeType: DType, cache: LayerCache? = nil
    ) {
        let x = stream.normalized(by: inputNorm, output: computeType)
        let table = rotary.table(for: context.plan)
        let projected = part(.projections, [x]) { [self] inputs in
            let results = [queryProjection, keyProjection, valueProjection](inputs[0], context)
            func rotated(_ x: Tensor, _ heads: Int) -> Tensor {
                rotaryEmbedding(x, heads: heads, table: table, positions: context.positions)
            }
            return [rotated(results[0], heads), rotated(results[1], keyValueHeads), results[2]]
        }
        var (keys, values) = (projected[1], projected[2])
        if let cache { (keys, values) = cache.appending(keys: keys, values: values, plan: context.plan) }
        let attended = attention(
            queries: projected[0], keys: keys, values: values, plan: context.plan, heads: heads,
            keyValueHeads: keyValueHeads, keepsResult: !recomputation.contains(.attention))
        stream.add(part(.middle, [attended]) { [self] in [outputProjection($0[0], context)] }[0])
        let y = stream.normalized(by: postAttentionNorm, output: computeType)
        let gates = part(.feedForward, [y]) { [self] in [gateProjection, upProjection]($0[0], context) }
        stream.add(downProjection(swiGLU(gate: gates[0], up: gates[1]), context))
    }

    private func part(
        _ part: LayerRecomputation, _ inputs: [Tensor], _ body: @escaping ([Tensor]) -> [Tensor]
    ) -> [Tensor] {
        recomputation.contains(part) ? recomputable(inputs, body) : body(inputs)
    }
}
