import ModelFiles
import Tensors

/// What one decoder layer takes in training for each token: bytes of memory and operations of arithmetic.
///
/// It follows `LlamaLayer` line by line: what the operations there hold until the backward pass, and what exists at the
/// fullest moments of that.
public struct LayerCost: Sendable {
    private let element: Int
    private let hidden: Int
    private let queries: Int
    private let keys: Int
    private let intermediate: Int
    private let heads: Int
    /// Of the adapters on query, key, value, output, gate, up and down; 0 for none.
    private let ranks: [Int]
    private let hasDropout: Bool
    private let visibleKeys: Double

    /// - Parameters:
    ///   - ranks: of the adapters on the seven projections, 0 for none.
    ///   - hasDropout: whether the adapters' inputs are dropped out.
    ///   - computeType: of products and activations.
    ///   - visibleKeys: how many tokens a token sees on average.
    public init(
        _ shape: LlamaConfiguration, ranks: [Int], hasDropout: Bool, computeType: DType, visibleKeys: Double
    ) {
        element = computeType.byteCount
        hidden = shape.hiddenSize
        heads = shape.attentionHeadCount
        queries = shape.attentionHeadCount * shape.headDimension
        keys = shape.keyValueHeadCount * shape.headDimension
        intermediate = shape.intermediateSize
        self.ranks = ranks
        self.hasDropout = hasDropout
        self.visibleKeys = visibleKeys
    }

    /// Bytes that are kept between the passes in every case: the input of the layer, what its rows and the middle's were
    /// divided by, and the narrow sides of the adapters.
    public var inputBytes: Int { 4 * hidden + 2 * 4 + element * ranks.reduce(0, +) }

    /// Bytes that are kept between the passes unless `part` is computed again.
    ///
    /// - Parameter part: one of `LayerRecomputation.parts`.
    public func bytes(of part: LayerRecomputation) -> Int {
        switch part {
        case .projections: element * (queries + 2 * keys)
        case .attention: element * queries + 4 * heads
        case .middle: 4 * hidden
        default: element * 2 * intermediate
        }
    }

    /// Bytes that are kept between the passes.
    public func keptBytes(recomputing parts: LayerRecomputation) -> Int {
        LayerRecomputation.parts.filter { !parts.contains($0) }.reduce(inputBytes) { $0 + bytes(of: $1) }
    }

    /// Bytes that exist at the end of the layer's forward pass: all that is kept in some case, the norms, what the output
    /// and down projections give, and the product of the gates.
    public var forwardBytes: Int {
        keptBytes(recomputing: []) + element * (4 * hidden + intermediate)
    }

    /// Bytes that exist at the fullest moment of the layer's backward pass, what it keeps included.
    public func backwardBytes(recomputing parts: LayerRecomputation) -> Int {
        max(feedForwardBytes(parts), dropoutBytes(parts), attentionBytes(parts))
    }

    /// While the gates' gradients are made: those of the stream, of the gates' product and of both gates.
    private func feedForwardBytes(_ parts: LayerRecomputation) -> Int {
        var bytes = keptBytes(recomputing: parts) + 4 * hidden + 3 * element * intermediate
        guard parts.contains(.feedForward) else { return bytes }
        bytes += self.bytes(of: .feedForward)
        if ranks[4] + ranks[5] > 0 { bytes += element * hidden }
        // Each part that is not kept is computed from the one before it, back to one that is.
        for part in [LayerRecomputation.middle, .attention, .projections] {
            guard parts.contains(part) else { break }
            bytes += self.bytes(of: part)
        }
        return bytes
    }

    /// While the gradient of the down projection's input is made, where dropout lies on its adapter.
    private func dropoutBytes(_ parts: LayerRecomputation) -> Int {
        guard hasDropout, ranks[6] > 0 else { return 0 }
        let stream = 4 * hidden + (element < 4 ? element * hidden : 0)
        let recomputed = parts.contains(.feedForward) ? bytes(of: .feedForward) : 0
        return keptBytes(recomputing: parts) + recomputed + stream + (element + 2 * 4) * intermediate
    }

    /// While attention's gradients are made; the feed-forward network's part is freed by then.
    private func attentionBytes(_ parts: LayerRecomputation) -> Int {
        let all = bytes(of: .projections) + bytes(of: .attention)
        let input = ranks[0] + ranks[1] + ranks[2] > 0 && parts.contains(.projections) ? element * hidden : 0
        return inputBytes + all + input + 4 * hidden + element * queries + bytes(of: .projections)
    }

    /// Floating-point operations of the forward pass that computing `part` again repeats, in those of products.
    public func operations(of part: LayerRecomputation) -> Double {
        switch part {
        case .projections: product(queries + 2 * keys, hidden, ranks[0...2])
        // Half as fast as products.
        case .attention: 2 * 4 * Double(queries) * visibleKeys
        case .middle: product(hidden, queries, ranks[3...3])
        default: product(2 * intermediate, hidden, ranks[4...5])
        }
    }

    /// Floating-point operations of the forward and the backward pass, in those of products.
    public var trainingOperations: Double {
        let products = operations(of: .projections) + operations(of: .middle) + operations(of: .feedForward)
            + product(hidden, intermediate, ranks[6...6])
        // Attention's backward pass makes five products of its forward pass's two.
        return 2 * products + 3.5 * operations(of: .attention)
    }

    private func product(_ output: Int, _ input: Int, _ ranks: ArraySlice<Int>) -> Double {
        2 * Double(output) * Double(input) + 2 * Double(ranks.reduce(0, +)) * Double(input + output / ranks.count)
    }
}

extension LlamaConfiguration {
    /// The rank of every projection's adapter under a LoRA configuration, layer by layer in the order of the forward pass;
    /// 0 where there is none.
    public func adapterRanks(rank: (_ module: String) -> Int?) -> [[Int]] {
        (0..<layerCount).map { layer in
            projectionShapes.map { rank("model.layers.\(layer).\($0.name)") ?? 0 }
        }
    }
}
