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
