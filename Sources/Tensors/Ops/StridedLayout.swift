/// Where the elements of up to four operands lie while the elements of a dense block are walked in order.
///
/// Neighbouring dimensions that every operand walks in one go are merged: operands of one shape are a single run.
struct StridedLayout {
    /// Elements from one to the next of each operand, within a run.
    let step: SIMD4<Int>
    private let run: Int
    /// Sizes and strides outside a run, innermost first.
    private let sizes: [Int]
    private let strides: [SIMD4<Int>]

    /// - Parameters:
    ///   - sizes: of the block, outermost first.
    ///   - strides: elements from one index of a dimension to the next, for each operand.
    init(sizes: [Int], strides: [SIMD4<Int>]) {
        var merged: [(size: Int, stride: SIMD4<Int>)] = []
        for (size, stride) in zip(sizes, strides).reversed() where size != 1 {
            if let inner = merged.last, stride == inner.stride &* SIMD4(repeating: inner.size) {
                merged[merged.count - 1].size *= size
            } else {
                merged.append((size, stride))
            }
        }
        run = merged.first?.size ?? 1
        step = merged.first?.stride ?? .zero
        self.sizes = merged.dropFirst().map(\.size)
        self.strides = merged.dropFirst().map(\.stride)
    }

    /// Dense operands that broadcast to `shape`: a size of one, or a missing dimension, has stride 0.
    init(broadcasting operands: [[Int]], to shape: [Int]) {
        var strides = [SIMD4<Int>](repeating: .zero, count: shape.count)
        for (i, operand) in operands.enumerated() {
            let missing = shape.count - operand.count
            for (axis, stride) in denseStrides(operand).enumerated() where operand[axis] != 1 {
                strides[missing + axis][i] = stride
            }
        }
        self.init(sizes: shape, strides: strides)
    }

    /// For one operand that sums are made into: the width of the rows that are summed and the number of rows in a group
    /// that share their sums.
    var sharedRun: (width: Int, length: Int) {
        if step[0] == 0 { return (1, run) }
        // Dimensions were merged: the next one is summed wherever there is one.
        return (run, sizes.first ?? 1)
    }

    /// The offsets of the operands at an element of the block.
    func offsets(at index: Int) -> SIMD4<Int> {
        var offsets = step &* SIMD4(repeating: index % run)
        var rest = index / run
        for (size, stride) in zip(sizes, strides) {
            offsets &+= stride &* SIMD4(repeating: rest % size)
            rest /= size
        }
        return offsets
    }

    /// Calls `body` for the runs that make up `range` of the block's elements: where a run starts in the block, how many
    /// elements it has, and where it starts in the operands.
    @inline(__always)
    func forEachRun(in range: Range<Int>, _ body: (_ first: Int, _ count: Int, _ offsets: SIMD4<Int>) -> Void) {
        var first = range.lowerBound
        while first < range.upperBound {
            let count = min(run - first % run, range.upperBound - first)
            body(first, count, offsets(at: first))
            first += count
        }
    }
}

/// The strides of a dense tensor, row-major.
func denseStrides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    return strides
}

extension Tensor {
    /// A dense tensor of `sizes` whose elements are read from this one's, from `start` on with the given strides.
    func gathering(_ sizes: [Int], strides: [Int], from start: Int = 0) -> Tensor {
        let layout = StridedLayout(sizes: sizes, strides: strides.map { SIMD4($0, 0, 0, 0) })
        return gathering(sizes, layout, from: start)
    }

    func gathering(_ sizes: [Int], _ layout: StridedLayout, from start: Int = 0) -> Tensor {
        let result = Tensor(uninitialized: sizes, dtype: dtype)
        let bytes = dtype.byteCount
        parallelRanges(result.count, grain: elementGrain) { range in
            layout.forEachRun(in: range) { first, count, offsets in
                copyRun(
                    count, bytes, from: pointer + (start + offsets[0]) * bytes, step: layout.step[0],
                    to: result.pointer + first * bytes, step: 1)
            }
        }
        return result
    }

    /// Writes the elements of `source`, in order, to this tensor's, from `start` on with strides for each of its dimensions.
    func scatter(_ source: Tensor, strides: [Int], from start: Int) {
        let layout = StridedLayout(sizes: source.shape, strides: strides.map { SIMD4($0, 0, 0, 0) })
        let bytes = dtype.byteCount
        parallelRanges(source.count, grain: elementGrain) { range in
            layout.forEachRun(in: range) { first, count, offsets in
                copyRun(
                    count, bytes, from: source.pointer + first * bytes, step: 1,
                    to: pointer + (start + offsets[0]) * bytes, step: layout.step[0])
            }
        }
    }
}

private func copyRun(
    _ count: Int, _ bytes: Int, from source: UnsafeRawPointer, step: Int, to target: UnsafeMutableRawPointer,
    step targetStep: Int
) {
    func copy<Word: BitwiseCopyable>(as type: Word.Type) {
        let (from, to) = (source.assumingMemoryBound(to: type), target.assumingMemoryBound(to: type))
        for i in 0..<count { to[i * targetStep] = from[i * step] }
    }
    if step == 1, targetStep == 1 {
        target.copyMemory(from: source, byteCount: count * bytes)
        return
    }
    switch bytes {
    case 1: copy(as: UInt8.self)
    case 2: copy(as: UInt16.self)
    case 4: copy(as: UInt32.self)
    default: copy(as: UInt64.self)
    }
}
