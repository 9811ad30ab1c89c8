/// The shape two operands broadcast to: sizes are aligned at the last dimension, and a size of one stretches.
package func broadcastShape(_ operation: String, _ a: [Int], _ b: [Int]) -> [Int] {
    let rank = max(a.count, b.count)
    return (0..<rank).map { i in
        let sizeOfA = i < rank - a.count ? 1 : a[i - (rank - a.count)]
        let sizeOfB = i < rank - b.count ? 1 : b[i - (rank - b.count)]
        guard sizeOfA == sizeOfB || sizeOfA == 1 || sizeOfB == 1 else {
            fatalError("\(operation): shapes \(a) and \(b) do not broadcast")
        }
        return sizeOfA == 1 ? sizeOfB : sizeOfA
    }
}

/// For every element of `target`, row-major, the index of the element of `shape` that broadcasts to it.
package func broadcastIndices(_ shape: [Int], to target: [Int]) -> [Int] {
    var indices = [0]
    indices.reserveCapacity(target.reduce(1, *))
    let padded = Array(repeating: 1, count: target.count - shape.count) + shape
    for (size, wanted) in zip(padded, target) {
        indices = indices.flatMap { base in (0..<wanted).map { base * size + (size == 1 ? 0 : $0) } }
    }
    return indices
}

extension Tensor {
    /// The sum over what broadcasting repeated, back to `target`.
    package func summed(to target: [Int]) -> Tensor {
        if shape == target { return self }
        let sum = Tensor.zeros(target)
        let wide = converted(to: .float32).detached
        for (index, source) in broadcastIndices(target, to: shape).enumerated() {
            sum.float32[source] += wide.float32[index]
        }
        return sum.converted(to: dtype)
    }
}
