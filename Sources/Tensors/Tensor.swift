import Diagnostics

/// An n-dimensional array, dense and row-major, that records the operations made on it where gradients are wanted.
///
/// Copies share memory. Operations give new tensors; only optimizers change one in place.
public struct Tensor: @unchecked Sendable {
    /// Sizes from the outermost to the innermost dimension; empty for a scalar.
    public let shape: [Int]
    /// The type of every element.
    public let dtype: DType
    package var storage: Storage
    /// Elements before the first one of this tensor in its storage.
    package let offset: Int
    /// The record that a gradient of this tensor goes to; nil where none is wanted.
    package var origin: NodeResult?
    /// How the backward pass gets the value where it is not to be kept for it; nil where it is.
    package var recipe: RecomputedValue?

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// The number of dimensions.
    public var rank: Int { shape.count }

    /// Whether operations on this tensor are recorded for `gradients(of:)`.
    public var requiresGradient: Bool { origin != nil }

    package init(shape: [Int], dtype: DType, storage: Storage, offset: Int = 0, origin: NodeResult? = nil) {
        self.shape = shape
        self.dtype = dtype
        self.storage = storage
        self.offset = offset
        self.origin = origin
    }

    /// A tensor whose elements are not set yet.
    package init(uninitialized shape: [Int], dtype: DType = .float32) {
        let count = shape.reduce(1, *)
        self.init(shape: shape, dtype: dtype, storage: Storage(byteCount: count * dtype.byteCount))
    }

    /// The same values outside the record: no gradient flows through.
    public var detached: Tensor { Tensor(shape: shape, dtype: dtype, storage: storage, offset: offset) }

    /// The same values as a leaf of a new record: `gradients(of:)` can be asked for it.
    public var trackingGradient: Tensor {
        require(dtype.isFloatingPoint, "trackingGradient: \(dtype) has no gradient")
        return Tensor(
            shape: shape, dtype: dtype, storage: storage, offset: offset,
            origin: NodeResult(node: GradientNode(leafOf: shape, dtype), index: 0))
    }
}

extension Tensor: CustomStringConvertible {
    public var description: String {
        let values = self.converted(to: .float32).detached.floats
        let shown = values.prefix(8).map { "\($0)" }.joined(separator: ", ")
        return "Tensor(\(shape), \(dtype.rawValue), [\(shown)\(values.count > 8 ? ", …" : "")])"
    }
}
