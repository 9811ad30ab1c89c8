import CKernels
import Diagnostics

/// Adds up equally long stretches of numbers in the order they are given in, of which one, float32, becomes the sum.
///
/// The sum of an element depends on its addends alone, not on where it lies.
///
/// - Parameters:
///   - others: all addends but one, float32 or bfloat16.
///   - type: the type of `others`.
///   - own: the remaining addend.
///   - place: how many of `others` come before it.
package func addInOrder(_ others: [UnsafeRawPointer], _ type: DType, to own: Tensor, at place: Int) {
    require(type == .float32 || type == .bfloat16, "addInOrder: \(type): expected float32 or bfloat16")
    require((0...others.count).contains(place), "addInOrder: place \(place) among \(others.count) addends")
    require(own.storage.isWritable, "addInOrder: the memory of \(own.shape) is borrowed")
    let kernels = ck_active().pointee
    let sums = own.float32
    parallelRanges(own.count, grain: elementGrain) { range in
        let (first, count) = (range.lowerBound, Int64(range.count))
        func add(_ other: UnsafeRawPointer, to sum: UnsafeMutablePointer<Float>) {
            if type == .float32 {
                kernels.ck_add_f32_f32(count, sum, other.assumingMemoryBound(to: Float.self) + first, sum)
            } else {
                kernels.ck_add_f32_bf16(count, sum, other.assumingMemoryBound(to: UInt16.self) + first, sum)
            }
        }
        if place > 0 {
            withUnsafeTemporaryAllocation(of: Float.self, capacity: range.count) { buffer in
                let before = buffer.baseAddress!
                if type == .float32 {
                    before.update(from: others[0].assumingMemoryBound(to: Float.self) + first, count: range.count)
                } else {
                    kernels.ck_convert_bf16_f32(
                        count, others[0].assumingMemoryBound(to: UInt16.self) + first, before)
                }
                for other in others[1..<place] { add(other, to: before) }
                kernels.ck_add_f32_f32(count, before, sums + first, sums + first)
            }
        }
        for other in others[place...] { add(other, to: sums + first) }
    }
}

extension Tensor {
    /// Some elements of this tensor, in memory they share with it.
    package func elements(_ range: Range<Int>) -> Tensor {
        require((0...count).contains(range.lowerBound) && range.upperBound <= count, "elements: \(range) of \(shape)")
        return Tensor(shape: [range.count], dtype: dtype, storage: storage, offset: offset + range.lowerBound)
    }
}
