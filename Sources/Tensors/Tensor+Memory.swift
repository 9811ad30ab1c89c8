import Diagnostics

extension Tensor {
    package var pointer: UnsafeMutableRawPointer { storage.pointer + offset * dtype.byteCount }

    package var byteCount: Int { count * dtype.byteCount }

    /// The elements as `Element`, whose size has to be the dtype's.
    package func pointer<Element>(as type: Element.Type) -> UnsafeMutablePointer<Element> {
        pointer.assumingMemoryBound(to: type)
    }

    package var float32: UnsafeMutablePointer<Float> {
        require(dtype == .float32, "expected a float32 tensor, found \(dtype)")
        return pointer(as: Float.self)
    }

    package var int32: UnsafeMutablePointer<Int32> {
        require(dtype == .int32, "expected an int32 tensor, found \(dtype)")
        return pointer(as: Int32.self)
    }

    /// The raw bits of a bfloat16 or float16 tensor.
    package var half: UnsafeMutablePointer<UInt16> {
        require(dtype == .bfloat16 || dtype == .float16, "expected a 16-bit tensor, found \(dtype)")
        return pointer(as: UInt16.self)
    }

    /// The elements of a float32 tensor, row-major.
    public var floats: [Float] {
        withExtendedLifetime(storage) { Array(UnsafeBufferPointer(start: float32, count: count)) }
    }

    /// The elements of an int32 tensor, row-major.
    public var integers: [Int32] {
        withExtendedLifetime(storage) { Array(UnsafeBufferPointer(start: int32, count: count)) }
    }

    /// The value of a float32 tensor of one element.
    public var item: Float {
        require(count == 1, "item: expected one element, found shape \(shape)")
        return withExtendedLifetime(storage) { float32[0] }
    }

    /// Calls `body` with the elements' bytes.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(storage) { try body(UnsafeRawBufferPointer(start: pointer, count: byteCount)) }
    }

    /// Takes the elements of another tensor of the same shape and type, in place: every tensor that shares this one's
    /// memory changes with it. Optimizers update parameters so, between one record and the next.
    public func assign(_ other: Tensor) {
        require(
            other.shape == shape && other.dtype == dtype,
            "assign: \(shape) \(dtype) and \(other.shape) \(other.dtype) differ")
        other.withUnsafeBytes { source in withUnsafeMutableBytes { $0.copyMemory(from: source) } }
    }

    /// Calls `body` with the elements' bytes for writing: every tensor that shares them changes.
    ///
    /// A tensor over memory that is only borrowed, such as a mapped file's, cannot be written.
    package func withUnsafeMutableBytes<Result>(
        _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        require(storage.isWritable, "writing to \(shape) \(dtype): the memory is borrowed")
        return try withExtendedLifetime(storage) {
            try body(UnsafeMutableRawBufferPointer(start: pointer, count: byteCount))
        }
    }
}
