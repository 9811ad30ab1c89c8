import Diagnostics

extension Tensor {
    /// A float32 tensor of the given elements, row-major.
    public init(_ values: [Float], shape: [Int]) {
        require(values.count == shape.reduce(1, *), "Tensor: \(values.count) values for shape \(shape)")
        self.init(uninitialized: shape)
        values.withUnsafeBytes { source in withUnsafeMutableBytes { $0.copyMemory(from: source) } }
    }

    /// A float32 vector.
    public init(_ values: [Float]) { self.init(values, shape: [values.count]) }

    /// A float32 scalar.
    public init(_ value: Float) { self.init([value], shape: []) }

    /// An int32 tensor of the given elements, row-major.
    public init(_ values: [Int32], shape: [Int]) {
        require(values.count == shape.reduce(1, *), "Tensor: \(values.count) values for shape \(shape)")
        self.init(uninitialized: shape, dtype: .int32)
        values.withUnsafeBytes { source in withUnsafeMutableBytes { $0.copyMemory(from: source) } }
    }

    /// An int32 vector, such as token ids.
    public init(_ values: [Int32]) { self.init(values, shape: [values.count]) }

    /// A tensor over bytes laid out as its elements are, row-major.
    ///
    /// Operations read such a tensor as any other; whatever would change its elements in place stops the process.
    ///
    /// - Parameters:
    ///   - bytes: as many as the shape takes, their address a multiple of the element's size.
    ///   - owner: what keeps the bytes alive; they are shared, never copied and never written.
    public init(borrowing bytes: UnsafeRawBufferPointer, owner: AnyObject, shape: [Int], dtype: DType) {
        let expected = shape.reduce(1, *) * dtype.byteCount
        require(
            bytes.count == expected && bytes.baseAddress != nil,
            "Tensor: \(bytes.count) bytes for shape \(shape) of \(dtype)")
        require(
            UInt(bitPattern: bytes.baseAddress) % UInt(dtype.byteCount) == 0,
            "Tensor: elements of \(dtype) at an address they do not fit")
        self.init(shape: shape, dtype: dtype, storage: Storage(borrowing: bytes, owner: owner))
    }

    /// A tensor of the given bytes, laid out as its elements are, row-major.
    public init(copying bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType) {
        let expected = shape.reduce(1, *) * dtype.byteCount
        require(bytes.count == expected, "Tensor: \(bytes.count) bytes for shape \(shape) of \(dtype)")
        self.init(uninitialized: shape, dtype: dtype)
        withUnsafeMutableBytes { $0.copyMemory(from: bytes) }
    }

    /// All zeros.
    public static func zeros(_ shape: [Int], dtype: DType = .float32) -> Tensor {
        let result = Tensor(uninitialized: shape, dtype: dtype)
        result.withUnsafeMutableBytes { _ = $0.initializeMemory(as: UInt8.self, repeating: 0) }
        return result
    }

    /// Every element `value`, float32.
    public static func full(_ shape: [Int], _ value: Float) -> Tensor {
        let result = Tensor(uninitialized: shape)
        result.float32.update(repeating: value, count: result.count)
        return result
    }

    /// All ones, float32.
    public static func ones(_ shape: [Int]) -> Tensor { full(shape, 1) }

    /// A copy with memory of its own, outside the record.
    package func copied() -> Tensor { withUnsafeBytes { Tensor(copying: $0, shape: shape, dtype: dtype) } }
}
