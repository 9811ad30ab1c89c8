import CKernels

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

/// Elements of one chunk where a kernel walks over elements: enough that handing it to a thread costs nothing.
package let elementGrain = 16_384
