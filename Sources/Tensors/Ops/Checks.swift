import CKernels
import Foundation

extension Tensor {
    /// Whether no element is NaN or infinite; float32.
    public var isFinite: Bool {
        // An infinity or NaN survives every sum of squares that does not overflow, and in double none does.
        sumOfSquares.isFinite
    }

    /// Σ x², summed in double in an order that depends on the count alone; float32.
    public var sumOfSquares: Double {
        let kernels = ck_active().pointee
        let chunks = (count + elementGrain - 1) / elementGrain
        let partial = UnsafeMutablePointer<Double>.allocate(capacity: Swift.max(1, chunks))
        defer { partial.deallocate() }
        parallel(chunks) { chunk in
            let first = chunk * elementGrain
            partial[chunk] = kernels.ck_sum_squares_f32(Int64(Swift.min(elementGrain, count - first)), float32 + first)
        }
        return (0..<chunks).reduce(0) { $0 + partial[$1] }
    }
}
