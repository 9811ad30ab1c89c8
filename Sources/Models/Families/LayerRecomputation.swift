/// Parts of a decoder layer that the backward pass computes again instead of keeping them.
///
/// Each part is computed again from what lies before it, kept or not, and only itself: the parts of a layer cost and save
/// the same in every combination. What takes one pass over memory (norms, the product of the gates) is never kept, and
/// the projections whose results nothing but the residual stream needs are never computed again for it.
public struct LayerRecomputation: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Queries, keys and values behind their rotation: the norm and three projections.
    public static let projections = LayerRecomputation(rawValue: 1)
    /// The result of attention: the forward pass of attention.
    public static let attention = LayerRecomputation(rawValue: 2)
    /// The residual stream between attention and the feed-forward network: the output projection.
    public static let middle = LayerRecomputation(rawValue: 4)
    /// Gate and up: the norm and two projections.
    public static let feedForward = LayerRecomputation(rawValue: 8)
    /// The whole layer but its input and its down projection.
    public static let all: LayerRecomputation = [.projections, .attention, .middle, .feedForward]

    /// The single parts.
    public static let parts: [LayerRecomputation] = [.projections, .attention, .middle, .feedForward]
}
