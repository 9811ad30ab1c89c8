extension Tensor {
    /// The sum over what broadcasting repeated, back to `target`, times `factor`; outside the record.
    ///
    /// Sums are made in double precision, in blocks that depend on the shapes alone, and rounded once.
    package func summed(to target: [Int], times factor: Double = 1) -> Tensor {
        if shape == target, factor == 1 { return detached }
        requireFloatingPoint("summed(to:)")
        let targetCount = target.reduce(1, *)
        var sums = [Double](repeating: 0, count: targetCount)
        if count > 0 {
            addSums(of: StridedLayout(broadcasting: [target], to: shape), into: &sums)
        }
        let result = Tensor(uninitialized: target)
        for i in 0..<targetCount { result.float32[i] = Float(sums[i] * factor) }
        return result.converted(to: dtype).detached
    }

    /// Adds every element to the sum that `layout` names for it.
    private func addSums(of layout: StridedLayout, into sums: inout [Double]) {
        // Seen as [groups, length, width]: a group's sum over `length` is a row of `width` neighbouring sums.
        let (width, length) = layout.sharedRun
        let groups = count / (width * length)
        let block = width == 1 ? elementGrain : Swift.max(16, elementGrain / width)
        let blocks = (length + block - 1) / block
        let partial = UnsafeMutablePointer<Double>.allocate(capacity: groups * blocks * width)
        defer { partial.deallocate() }
        parallelRanges(groups * blocks, grain: Swift.max(1, elementGrain / (Swift.min(block, length) * width))) {
            range in
            for task in range {
                let first = task / blocks * length + task % blocks * block
                let rows = Swift.min(block, length - task % blocks * block)
                let row = partial + task * width
                row.initialize(repeating: 0, count: width)
                withFloats(first * width, rows * width) { source in
                    if width == 1 {
                        row[0] = doubleSum(source, rows)
                    } else {
                        for i in 0..<rows {
                            for j in 0..<width { row[j] += Double(source[i * width + j]) }
                        }
                    }
                }
            }
        }
        sums.withUnsafeMutableBufferPointer { sums in
            for task in 0..<groups * blocks {
                let target = layout.offsets(at: task / blocks * length * width)[0]
                for j in 0..<width { sums[target + j] += partial[task * width + j] }
            }
        }
    }
}

/// The sum of `count` values in double precision, in eight lanes.
private func doubleSum(_ values: UnsafePointer<Float>, _ count: Int) -> Double {
    var lanes = SIMD8<Double>.zero
    let whole = count / 8 * 8
    for i in stride(from: 0, to: whole, by: 8) {
        lanes += SIMD8<Double>(UnsafeRawPointer(values + i).loadUnaligned(as: SIMD8<Float>.self))
    }
    var sum = lanes.sum()
    for i in whole..<count { sum += Double(values[i]) }
    return sum
}
