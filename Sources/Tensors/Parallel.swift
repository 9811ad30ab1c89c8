import CKernels
import Synchronization

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
    if chunks == 1 { return body(0..<count) }
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
