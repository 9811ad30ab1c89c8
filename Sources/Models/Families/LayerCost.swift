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
    /// What attention's backward pass takes while it runs.
    private let attentionBytes: Int

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
        attentionBytes = attentionBytesPerKey(
            keyValueHeads: shape.keyValueHeadCount, headDimension: shape.headDimension, type: computeType)
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
        case .attention: element * queries + 2 * 4 * heads
        case .middle: 4 * hidden
        default: element * 2 * intermediate
        }
    }

    /// Bytes that are kept between the passes.
    public func keptBytes(recomputing parts: LayerRecomputation) -> Int {
        LayerRecomputation.parts.filter { !parts.contains($0) }.reduce(inputBytes) { $0 + bytes(of: $1) }
    }

    /// Bytes that exist at the end of the layer's forward pass: all that is kept in some case, both norms, what the down
    /// projection gives, and the product of the gates.
    public var forwardBytes: Int {
        keptBytes(recomputing: []) + element * (3 * hidden + intermediate)
    }

    /// Bytes that exist at the fullest moment of the layer's backward pass, what it keeps included.
    public func backwardBytes(recomputing parts: LayerRecomputation) -> Int {
        max(feedForwardBytes(parts), projectionBytes(parts), attentionBytes(parts))
    }

    /// Bytes of the layer's values that exist when the backward pass asks for `first`: what is kept, and what is not kept
    /// but computed for it. Each such part is computed from the one before it, back to one that is kept; the norms before
    /// the projections stay for their adapters.
    private func heldBytes(_ parts: LayerRecomputation, computing first: LayerRecomputation) -> Int {
        var bytes = keptBytes(recomputing: parts)
        let order: [LayerRecomputation] = [.feedForward, .middle, .attention, .projections]
        for part in order.drop(while: { $0 != first }) {
            guard parts.contains(part) else { break }
            bytes += self.bytes(of: part)
            if part == .feedForward, isAdapted(4..<6) { bytes += element * hidden }
            if part == .projections, isAdapted(0..<3) { bytes += element * hidden }
        }
        return bytes
    }

    private func isAdapted(_ projections: Range<Int>) -> Bool { ranks[projections].contains { $0 > 0 } }

    /// While the gates' gradients are made: those of the stream, of the gates' product and of both gates.
    private func feedForwardBytes(_ parts: LayerRecomputation) -> Int {
        heldBytes(parts, computing: .feedForward) + 4 * hidden + 3 * element * intermediate
    }

    /// While the gradient of a norm or of some adapted projections' input is made: those of the stream and of their results, the input
    /// itself and its gradient; with dropout that gradient's sum and an addend, in float32.
    private func projectionBytes(_ parts: LayerRecomputation) -> Int {
        let inputs = element + (hasDropout ? 2 * 4 : element)
        func bytes(_ held: Int, _ results: Int, _ input: Int, _ projections: Range<Int>) -> Int {
            guard isAdapted(projections) else { return 0 }
            return held + 4 * hidden + element * results + inputs * input
        }
        // The gradient of what is added to a float32 stream is the stream's own.
        let narrow = element < 4 ? hidden : 0
        let gates = parts.contains(.feedForward) ? 0 : self.bytes(of: .feedForward)
        let attention = inputBytes + self.bytes(of: .projections) + self.bytes(of: .attention)
        let middle = heldBytes(parts, computing: .middle) - gates
        return max(
            // The second norm's.
            middle + 4 * hidden + element * (hidden + narrow),
            bytes(heldBytes(parts, computing: .feedForward), narrow, intermediate, 6..<7),
            bytes(middle, 2 * intermediate, hidden, 4..<6),
            bytes(attention, narrow, queries, 3..<4), bytes(inputBytes, queries + 2 * keys, hidden, 0..<3))
    }

    /// While attention's gradients are made; the feed-forward network's part is freed by then.
    private func attentionBytes(_ parts: LayerRecomputation) -> Int {
        let all = bytes(of: .projections) + bytes(of: .attention)
        let input = isAdapted(0..<3) && parts.contains(.projections) ? element * hidden : 0
        return inputBytes + all + input + 4 * hidden + element * queries + bytes(of: .projections) + attentionBytes
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
        let products =
            operations(of: .projections) + operations(of: .middle) + operations(of: .feedForward)
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
