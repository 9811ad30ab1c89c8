import CKernels
import Diagnostics

extension Tensor {
    /// The same values in another element type, rounded to nearest even where it is narrower.
    public func converted(to target: DType) -> Tensor {
        if target == dtype { return self }
        let source = dtype
        let value = convertedValue(to: target)
        guard source.isFloatingPoint, target.isFloatingPoint else { return value }
        return Tensor.recording("converted", value, operands: [self]) { [$0.converted(to: source)] }
    }

    /// Adds `other` to this tensor, in place where nothing else shares its memory.
    package mutating func accumulate(_ other: Tensor) {
        require(shape == other.shape && dtype == other.dtype, "accumulate: \(shape) and \(other.shape)")
        ownMemory()
        addInPlace(other)
    }

    /// Moves the elements to memory of their own where anything else shares it or it must not be written, to be changed in
    /// place.
    mutating func ownMemory() {
        if !isKnownUniquelyReferenced(&storage) || !storage.isWritable { self = copied() }
    }
}

extension Tensor {
    private func convertedValue(to target: DType) -> Tensor {
        let result = Tensor(uninitialized: shape, dtype: target)
        let kernels = ck_active().pointee
        switch (dtype, target) {
        case (.float32, .bfloat16):
            parallelRanges(count, grain: elementGrain) {
                kernels.ck_convert_f32_bf16(Int64($0.count), float32 + $0.lowerBound, result.half + $0.lowerBound)
            }
        case (.float32, .float16):
            parallelRanges(count, grain: elementGrain) {
                kernels.ck_convert_f32_f16(Int64($0.count), float32 + $0.lowerBound, result.half + $0.lowerBound)
            }
        case (.bfloat16, .float32):
            parallelRanges(count, grain: elementGrain) {
                kernels.ck_convert_bf16_f32(Int64($0.count), half + $0.lowerBound, result.float32 + $0.lowerBound)
            }
        case (.float16, .float32):
            parallelRanges(count, grain: elementGrain) {
                kernels.ck_convert_f16_f32(Int64($0.count), half + $0.lowerBound, result.float32 + $0.lowerBound)
            }
        case (.bfloat16, _), (.float16, _), (_, .bfloat16), (_, .float16):
            return detached.converted(to: .float32).converted(to: target)
        default:
            convertElements(into: result)
        }
        return result
    }

    /// Conversions between float32 and integers, which no inner loop needs.
    private func convertElements(into result: Tensor) {
        for i in 0..<count {
            let value: Double
            switch dtype {
            case .int32: value = Double(int32[i])
            case .int64: value = Double(pointer(as: Int64.self)[i])
            case .uint8: value = Double(pointer(as: UInt8.self)[i])
            default: value = Double(float32[i])
            }
            switch result.dtype {
            case .int32: result.int32[i] = Int32(value)
            case .int64: result.pointer(as: Int64.self)[i] = Int64(value)
            case .uint8: result.pointer(as: UInt8.self)[i] = UInt8(value)
            default: result.float32[i] = Float(value)
            }
        }
    }

    private func addInPlace(_ other: Tensor) {
        let kernels = ck_active().pointee
        guard dtype == .float32 else {
            let sum = converted(to: .float32).detached
            sum.addInPlace(other.converted(to: .float32).detached)
            sum.converted(to: dtype).detached.withUnsafeBytes { source in
                withUnsafeMutableBytes { $0.copyMemory(from: source) }
            }
            return
        }
        parallelRanges(count, grain: elementGrain) {
            kernels.ck_axpy_f32(Int64($0.count), 1, other.float32 + $0.lowerBound, float32 + $0.lowerBound)
        }
    }
}
