import Tensors

/// A dense array in double precision, for references.
struct Grid {
    var values: [Double]
    let shape: [Int]

    var count: Int { values.count }

    /// The element at an index of an array this one broadcasts to.
    subscript(_ index: [Int]) -> Double {
        var place = 0
        let missing = index.count - shape.count
        for (axis, size) in shape.enumerated() { place = place * size + (size == 1 ? 0 : index[missing + axis]) }
        return values[place]
    }

    /// The element of a matrix.
    subscript(_ row: Int, _ column: Int) -> Double { values[row * shape[1] + column] }

    /// A row of a matrix.
    func row(_ i: Int) -> [Double] { Array(values[i * shape[1]..<(i + 1) * shape[1]]) }

    /// Every index of a shape, row-major.
    static func indices(_ shape: [Int]) -> [[Int]] {
        shape.reduce([[]]) { outer, size in outer.flatMap { index in (0..<size).map { index + [$0] } } }
    }

    /// f of the elements that broadcasting brings together.
    static func map(_ grids: [Grid], to shape: [Int], _ f: ([Double]) -> Double) -> [Double] {
        indices(shape).map { index in f(grids.map { $0[index] }) }
    }

    /// x·yᵀ for rows of numbers.
    static func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
}

extension Tensor {
    /// The elements in double precision, whatever their type.
    var doubles: [Double] { converted(to: .float32).floats.map(Double.init) }

    var grid: Grid { Grid(values: doubles, shape: shape) }

    /// The bytes, to compare results bit for bit.
    var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
}
