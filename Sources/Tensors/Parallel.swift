import CKernels
import Synchronization

/// Threads that take part in a kernel, and the instruction set the kernels use.
public enum Machine {
    /// Threads of the pool, the calling one included (`SIGNET_NUM_THREADS`, else the processors this process may use).
    public static var threadCount: Int {
        get { Int(ck_thread_count()) }
        set { ck_set_thread_count(Int32(newValue)) }
    }

    /// The instruction set the kernels use: `scalar`, `avx2`, `avx512` or `avx512bf16`.
    public static var instructionSet: String { String(cString: ck_isa_name(ck_active_isa())) }

    /// What `SIGNET_ISA` asks for where this processor cannot give it; nil otherwise.
    public static var refusedInstructionSet: String? { ck_isa_request_failed().map { String(cString: $0) } }

    /// The instruction sets this processor has, from the slowest to the fastest.
    public static var instructionSets: [String] {
        (0...ck_best_isa().rawValue).map { String(cString: ck_isa_name(ck_isa(rawValue: $0))) }
    }

    /// The kernels that a bfloat16 product uses.
    public static var bfloat16Path: String {
        ck_active().pointee.bf16_products ? "bf16 pairs (dpbf16), f32 sums" : "bf16 operands widened to f32"
    }
}

/// Calls `body` for every index in `0..<count` on the pool, in any order.
package func parallel(_ count: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { escaping in
        var chunk = escaping
        withUnsafeMutablePointer(to: &chunk) { context in
            ck_parallel(
                Int64(count),
                { context, index in
                    context!.assumingMemoryBound(to: ((Int) -> Void).self).pointee(Int(index))
                }, context)
        }
    }
}

/// Calls `body` with consecutive ranges that cover `0..<count`, `grain` indices each (the last may be shorter), on the
/// pool. The ranges depend on `count` and `grain` alone.
package func parallelRanges(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    let chunks = (count + grain - 1) / grain
    parallel(chunks) { body($0 * grain..<min(($0 + 1) * grain, count)) }
}

/// As `parallelRanges`, for a `body` that may fail: all ranges are gone through, then the first error is thrown.
package func tryParallelRanges(_ count: Int, grain: Int, _ body: (Range<Int>) throws -> Void) throws {
    let failure = Mutex<(any Error)?>(nil)
    parallelRanges(count, grain: grain) { range in
        do { try body(range) } catch { failure.withLock { $0 = $0 ?? error } }
    }
    if let error = failure.withLock({ $0 }) { throw error }
}

/// Elements of one chunk where a kernel walks over elements: enough that handing it to a thread costs nothing.
package let elementGrain = 16_384
